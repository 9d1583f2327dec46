"""Work on one file with no service: the same decoder, the same jail, a picture beside it."""

import argparse
import json
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.config import Settings
from app.errors import InvalidRequest
from app.media.decoder import Decoder
from app.media.facts import Probe, Product
from app.media.limits import Limits
from app.media.requests.base import Box, Fit, ImageFormat
from app.media.requests.thumbnail import ThumbnailRequest
from app.media.timecode import parse_position
from app.processes import processor_count

DEFAULT_WIDTH = 320
_FORMATS = {
    ".jpg": ImageFormat.JPG,
    ".jpeg": ImageFormat.JPG,
    ".png": ImageFormat.PNG,
    ".webp": ImageFormat.WEBP,
    ".avif": ImageFormat.AVIF,
}


def make_thumbnail(options: argparse.Namespace) -> int:
    """Make a thumbnail and print where it is. Raises InvalidRequest and MediaError, each with a sentence."""
    source: Path = options.file
    check_is_file(source)
    width = DEFAULT_WIDTH if (options.width, options.height) == (None, None) else options.width
    wanted = ThumbnailRequest(
        positions=(str(parse_position(options.at, field="--at")),),
        sizes=(Box(width=width, height=options.height, fit=Fit(options.fit)),),
        formats=(_format_of(options.output),),
    )
    with open_decoder(Settings.read()) as decoder:
        probe, picture = _decode(decoder, source, wanted)
        target = options.output or Path(f"{source.stem}-{picture.width}x{picture.height}.{wanted.formats[0]}")
        write_product(decoder, picture, target, source)
    _print(target, probe, picture, as_json=options.json)
    return 0


@contextmanager
def open_decoder(settings: Settings) -> Iterator[Decoder]:
    """Start a decoder that has the whole machine to itself, and end it."""
    with tempfile.TemporaryDirectory(prefix="vtm-") as folder:
        decoder = Decoder(Path(folder) / "out", Limits(**settings.decoder_limits))
        decoder.threads = processor_count()
        try:
            yield decoder
        finally:
            decoder.close()


def check_is_file(source: Path) -> None:
    """Refuse what is no plain file before it is opened: a FIFO would wait for its other end."""
    try:
        is_file = source.is_file()
    except OSError as err:
        raise unreadable(source, err) from err
    if not is_file:
        raise InvalidRequest(f"{source} is not a file.", field="FILE")


def unreadable(source: Path, err: OSError) -> InvalidRequest:
    return InvalidRequest(f"{source} cannot be read: {err.strerror}.", field="FILE")


def _decode(decoder: Decoder, source: Path, wanted: ThumbnailRequest) -> tuple[Probe, Product]:
    try:
        with source.open("rb") as file:
            probe = decoder.probe(file)
            return probe, decoder.make(file, wanted.of(probe.duration_seconds)).products[0]
    except OSError as err:
        raise unreadable(source, err) from err


def _format_of(output: Path | None) -> ImageFormat:
    if output is None:
        return ImageFormat.JPG
    try:
        return _FORMATS[output.suffix.lower()]
    except KeyError as err:
        raise InvalidRequest(
            f"--output must end in .jpg, .png, .webp or .avif, not as {output.name} does.", field="--output"
        ) from err


def write_product(decoder: Decoder, picture: Product, target: Path, source: Path) -> None:
    """Put the picture where it was wanted, whole or not at all, and never over its source."""
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        if target.exists() and target.samefile(source):
            raise InvalidRequest("--output is the file itself; it would be lost.", field="--output")
        try:
            with part.open("xb") as file:
                decoder.copy_result(picture, file.write)
            part.replace(target)
        finally:
            with suppress(OSError):
                part.unlink()
    except OSError as err:
        raise InvalidRequest(f"{target} cannot be written: {err.strerror}.", field="--output") from err


def _print(target: Path, probe: Probe, picture: Product, *, as_json: bool) -> None:
    made = {**picture.to_json(), "path": str(target)}
    made.pop("name")
    text = json.dumps({"source": probe.to_json(), "thumbnail": made}, indent=2) if as_json else str(target)
    sys.stdout.buffer.write(os.fsencode(f"{text}\n"))  # a path need not be text in any encoding
