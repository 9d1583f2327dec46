"""The bytes of a slideshow: each slide drawn by a decoder, all of them composed, the video kept as a source."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from app.jobs.claims import Claim
from app.jobs.options.posts import Reference
from app.jobs.options.slideshow import SlideOrder, composition, slide_orders
from app.media.decoder import Decoder
from app.media.errors import DamagedSource, EncodingFailed, NoVideoStream, SourceTooLarge, UnsupportedSource
from app.media.facts import Probe
from app.media.requests.base import Report
from app.media.slideshow.composer import compose
from app.storage.base import Incoming, Storage
from app.storage.keys import new_source_key

# Drawing a slide takes about as long as composing its three seconds.
_DRAWN = 0.5
# Containers and encoders round the end of a video by some frames.
_OFF_SECONDS = 0.5
_PIECE_BYTES = 1024 * 1024
# What is wrong with a picture that somebody sent, and not with the work.
_BAD_PICTURE = (UnsupportedSource, NoVideoStream, DamagedSource, SourceTooLarge)


def reference_key(reference: Reference) -> str:
    """Return the name under which a recipe keeps the hash of the file that is meant."""
    ((kind, number),) = reference.items()
    return f"{kind} {number}"


def make_slideshow(
    claim: Claim, recipe: Mapping[str, Any], *, storage: Storage, decoder: Decoder, report: Report
) -> Incoming:
    """Return the finished video, on its way into storage: the caller keeps or discards it.

    Raises MediaError, which names the slide and its picture where one cannot be drawn, and StorageError.
    """
    options = recipe["options"]
    orders = slide_orders(options)
    with tempfile.TemporaryDirectory(dir=decoder.output) as folder:
        slides = []
        for number, order in enumerate(orders):
            slides.append(Path(folder) / f"{number:03}.png")
            with ExitStack() as opened:
                files = _open_files(order, claim, recipe["sources"], storage, opened)
                try:
                    _draw(order, slides[-1], files, decoder)
                except _BAD_PICTURE as err:
                    bad = _bad_pictures(order, files, decoder, recipe.get("names", []))
                    raise type(err)(f"Slide {number + 1}, {bad}: {err.message}") from err
            report(_DRAWN * (number + 1) / len(orders))
        video = Path(folder) / f"slideshow.{options['format']}"
        compose(
            slides,
            composition(options),
            output=video,
            report=lambda done: report(_DRAWN + (1 - _DRAWN) * done),
            is_cancelled=lambda: decoder.is_cancelled,
        )
        return _take(video, storage.receive(new_source_key(claim.owner_id), video.stat().st_size))


def check_slideshow(probe: Probe, recipe: Mapping[str, Any]) -> None:
    """Hold a finished slideshow against what was asked. Raises EncodingFailed."""
    options = recipe["options"]
    seconds = len(options["slides"]) * options["seconds"]
    has_size = (probe.width, probe.height) == (options["width"], options["height"])
    if not has_size or abs((probe.duration_seconds or 0) - seconds) > _OFF_SECONDS:
        raise EncodingFailed(
            f"The slideshow came out as {probe.width} × {probe.height} and {probe.duration_seconds or 0:.1f} s long "
            f"instead of {options['width']} × {options['height']} and {seconds:.1f} s."
        )


def _open_files(
    order: SlideOrder, claim: Claim, sources: Mapping[str, str], storage: Storage, opened: ExitStack
) -> list[BinaryIO]:
    keys = [claim.keys[sources[reference_key(reference)]] for reference in order.files]
    return [opened.enter_context(storage.open(key)) for key in keys]


def _draw(order: SlideOrder, path: Path, files: Sequence[BinaryIO], decoder: Decoder) -> None:
    # A card that speaks of no file is drawn beside an empty one.
    with tempfile.TemporaryFile() as nothing:
        first, *lent = files or [nothing]
        made = decoder.make(first, order.request, lent=lent)
    with path.open("wb") as target:
        decoder.copy_result(made.products[0], target.write)


def _bad_pictures(order: SlideOrder, files: Sequence[BinaryIO], decoder: Decoder, names: Sequence[str]) -> str:
    """Name the pictures of a slide that cannot be opened; all of them where each can."""
    known = [_name_of(reference, names) for reference in order.files]
    bad = [name for name, file in zip(known, files, strict=True) if len(files) > 1 and not _is_picture(file, decoder)]
    return " and ".join(bad or known)


def _is_picture(file: BinaryIO, decoder: Decoder) -> bool:
    try:
        return decoder.probe(file).kind == "image"
    except _BAD_PICTURE:
        return False


def _name_of(reference: Reference, names: Sequence[str]) -> str:
    """Return what a file is called: `names` are those of the files that came along."""
    if "video" in reference:
        return f"picture {reference['video']} of the library"
    number = reference["upload"]
    return names[number] if number < len(names) else f"file {number}"


def _take(video: Path, incoming: Incoming) -> Incoming:
    with ExitStack() as undo:
        undo.callback(incoming.discard)
        with video.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                incoming.write(piece)
        undo.pop_all()
    return incoming
