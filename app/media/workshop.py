"""What every task of a decoder process is given, and the one way in which results leave it."""

import hashlib
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import BinaryIO

from PIL import Image

from app.media.decoding.frames import FrameFinder
from app.media.decoding.source import VideoSource, open_video
from app.media.facts import Product
from app.media.limits import Limits
from app.media.parts import Part
from app.media.pictures.encode import encode_image, is_blank, verify_image
from app.media.products import MEDIA_TYPES
from app.media.requests.base import ImageFormat, Report, no_report
from app.media.sniff import Sniffed


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is told of a product beside its bytes; `size` is (width, height) in pixels."""

    role: str
    size: tuple[int, int] | None = None
    position_seconds: Fraction | None = None
    duration_seconds: Fraction | None = None
    rung: str | None = None
    is_blank: bool = False
    score: float | None = None
    note: str | None = None
    code: str | None = None


class Workshop:
    """The file results go to, what a task may spend, whom it tells how far it is, and other files it was lent.

    `threads` is how many threads may decode: more than one only while processors are idle.
    """

    def __init__(
        self,
        results: BinaryIO,
        limits: Limits,
        report: Report = no_report,
        *,
        threads: int = 1,
        lent: Sequence[BinaryIO] = (),
    ) -> None:
        self.results = results
        self.limits = limits
        self.report = report
        self.threads = threads
        self.lent = lent
        self._saving = threading.Lock()

    def telling(self, report: Report) -> "Workshop":
        """Return the same workshop, for a part of a task, whose progress is told to `report`."""
        part = Workshop(self.results, self.limits, report, threads=self.threads, lent=self.lent)
        part._saving = self._saving
        return part

    @contextmanager
    def opened(
        self, file: BinaryIO, sniffed: Sniffed, *, threads: int = 1
    ) -> Iterator[tuple[VideoSource, FrameFinder]]:
        """Open a video and a finder for its frames. Raises what `open_video` raises."""
        with open_video(file, self.limits, sniffed=sniffed) as source:
            yield source, FrameFinder(source, self.limits, self.report, threads=threads)

    def save_image(self, name: str, image: Image.Image, image_format: ImageFormat, label: Label) -> Product:
        """Write a picture as `name.format`, having opened it again; nothing unchecked gets there.

        Raises EncodingFailed when what was written is not the picture.
        """
        data = encode_image(image, image_format)
        is_transparent = image.mode == "RGBA"
        verify_image(data, image_format, width=image.width, height=image.height, is_transparent=is_transparent)
        return self.save(f"{name}.{image_format}", data, replace(label, size=image.size, is_blank=is_blank(image)))

    def save(self, name: str, data: bytes, label: Label) -> Product:
        """Write checked bytes behind those that are there. May be called from several threads."""
        with self._saving:
            offset_bytes = self.results.tell()
            self.results.write(data)
            self.results.flush()
        return _product(name, offset_bytes, len(data), hashlib.sha256(data).hexdigest(), label)

    def begin(self, name: str) -> Part:
        """Begin a product that is written piece by piece behind those that are there, one at a time.

        It becomes one by `finish`, once it was checked.
        """
        self.results.flush()
        return Part(self.results.fileno(), name, offset_bytes=self.results.tell())

    def finish(self, part: Part, label: Label) -> Product:
        """Take a checked part for what was made; the next product comes behind it."""
        self.results.seek(part.offset_bytes + part.size_bytes)
        return _product(part.name, part.offset_bytes, part.size_bytes, part.sha256(), label)


def _product(name: str, offset_bytes: int, size_bytes: int, sha256: str, label: Label) -> Product:
    return Product(
        name=name,
        role=label.role,
        media_type=MEDIA_TYPES[name.rpartition(".")[2]],
        offset_bytes=offset_bytes,
        size_bytes=size_bytes,
        sha256=sha256,
        width=label.size[0] if label.size else None,
        height=label.size[1] if label.size else None,
        position_seconds=_ceil(label.position_seconds),
        duration_seconds=None if label.duration_seconds is None else round(float(label.duration_seconds), 6),
        rung=label.rung,
        is_blank=label.is_blank,
        score=label.score,
        note=label.note,
        code=label.code,
    )


def fraction_of(seconds: float | None) -> Fraction | None:
    """Return seconds that travelled as JSON exactly, to the microsecond."""
    return None if seconds is None else Fraction(seconds).limit_denominator(1_000_000)


def _ceil(seconds: Fraction | None) -> float | None:
    """Round up to the microsecond: asked for again at the time told, the same frame comes, not the one before it."""
    return None if seconds is None else math.ceil(seconds * 1_000_000) / 1_000_000
