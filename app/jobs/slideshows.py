"""The bytes of a slideshow: each slide drawn by a decoder, all of them composed, the video kept as a source."""

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from app.jobs.claims import Claim
from app.jobs.options.posts import Reference
from app.jobs.options.slideshow import SlideOrder, composition, slide_orders
from app.media.decoder import Decoder
from app.media.errors import EncodingFailed
from app.media.facts import Probe
from app.media.requests.base import Report
from app.media.slideshow.composer import compose
from app.storage.base import Incoming, Storage
from app.storage.keys import source_key

# Drawing a slide takes about as long as composing its three seconds.
_DRAWN = 0.5
# Containers and encoders round the end of a video by some frames.
_OFF_SECONDS = 0.5
_PIECE_BYTES = 1024 * 1024


def reference_key(reference: Reference) -> str:
    """Return the name under which a recipe keeps the hash of the file that is meant."""
    ((kind, number),) = reference.items()
    return f"{kind} {number}"


def make_slideshow(
    claim: Claim, recipe: Mapping[str, Any], *, storage: Storage, decoder: Decoder, report: Report
) -> Incoming:
    """Return the finished video, on its way into storage: the caller keeps or discards it.

    Raises MediaError and StorageError.
    """
    options = recipe["options"]
    orders = slide_orders(options)
    with tempfile.TemporaryDirectory(dir=decoder.output) as folder:
        slides = []
        for number, order in enumerate(orders):
            slides.append(Path(folder) / f"{number:03}.png")
            _draw(order, slides[-1], claim, recipe["sources"], storage, decoder)
            report(_DRAWN * (number + 1) / len(orders))
        video = Path(folder) / f"slideshow.{options['format']}"
        compose(
            slides,
            composition(options),
            output=video,
            report=lambda done: report(_DRAWN + (1 - _DRAWN) * done),
            is_cancelled=lambda: decoder.is_cancelled,
        )
        return _take(video, storage)


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


def _draw(
    order: SlideOrder, path: Path, claim: Claim, sources: Mapping[str, str], storage: Storage, decoder: Decoder
) -> None:
    with ExitStack() as opened:
        keys = [source_key(claim.owner_id, sources[reference_key(reference)]) for reference in order.files]
        files: list[BinaryIO] = [opened.enter_context(storage.open(key)) for key in keys]
        # A card that speaks of no file is drawn beside an empty one.
        first, *lent = files or [opened.enter_context(tempfile.TemporaryFile())]
        made = decoder.make(first, order.request, lent=lent)
        with path.open("wb") as target:
            decoder.copy_result(made.products[0], target.write)


def _take(video: Path, storage: Storage) -> Incoming:
    incoming = storage.receive()
    try:
        with video.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                incoming.write(piece)
    except BaseException:
        incoming.discard()
        raise
    return incoming
