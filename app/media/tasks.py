"""The tasks of a decoder process: an open file in, pictures in another and facts out. Runs inside the jail."""

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import BinaryIO

from PIL import Image

from app.media.encode import encode_image, is_blank, verify_image
from app.media.facts import Intake, Picture, Probe
from app.media.frames import FrameFinder
from app.media.images import open_image, probe_image, render_image
from app.media.limits import Limits
from app.media.pick import pick_poster
from app.media.probe import probe_video
from app.media.render import render_frame
from app.media.requests import ImageFormat, Report, ThumbnailRequest, no_report
from app.media.sniff import Kind, Sniffed, sniff
from app.media.source import VideoSource, open_video
from app.media.timecode import parse_position

# Large enough for a player's poster on most screens, small enough for a library page of fifty.
POSTER_WIDTH, POSTER_HEIGHT = 1280, 1280


class Workshop:
    """What every task is given: the file results go to, what it may spend, whom it tells how far it is."""

    def __init__(self, results: BinaryIO, limits: Limits, report: Report = no_report) -> None:
        self.results = results
        self.limits = limits
        self.report = report

    def take_in(self, file: BinaryIO) -> Intake:
        """Tell what is in a source and make its first poster.

        Raises UnsupportedSource, NoVideoStream, DamagedSource or SourceTooLarge.
        """
        sniffed = sniff(file)
        if sniffed.kind is Kind.IMAGE:
            return self._take_in_image(file, sniffed)
        with self._opened(file, sniffed) as (source, finder):
            probe = probe_video(source, finder, self.limits)
            self.report(0.4)
            best = pick_poster(finder, _fraction(probe.duration_seconds), source.sar)
            poster = render_frame(best.still.frame, sar=source.sar, width=POSTER_WIDTH, height=POSTER_HEIGHT)
            self.report(0.9)
            picture = self._save(
                "poster", poster, ImageFormat.JPG, best.still.position_seconds, best.still.rung, best.score
            )
            return Intake(probe=probe, poster=picture)

    def probe(self, file: BinaryIO) -> Probe:
        """Tell what is in a source. Raises as `take_in` does."""
        sniffed = sniff(file)
        if sniffed.kind is Kind.IMAGE:
            return probe_image(open_image(file, self.limits), sniffed)
        with self._opened(file, sniffed) as (source, finder):
            return probe_video(source, finder, self.limits)

    def make_thumbnail(self, file: BinaryIO, wanted: ThumbnailRequest) -> Picture:
        """Make one picture of one moment; of a still picture, whatever the moment.

        Raises what opening and decoding raise, and InvalidOption for a position or size that makes no sense.
        """
        sniffed = sniff(file)
        if sniffed.kind is Kind.IMAGE:
            image = render_image(
                open_image(file, self.limits), width=wanted.width, height=wanted.height, fit=wanted.fit
            )
            return self._save("image", image, wanted.image_format, Fraction(0), "exact")
        with self._opened(file, sniffed) as (source, finder):
            duration = _fraction(wanted.duration_seconds) or source.duration
            still = finder.find(parse_position(wanted.position).resolve(duration), exact=wanted.is_exact)
            image = render_frame(still.frame, sar=source.sar, width=wanted.width, height=wanted.height, fit=wanted.fit)
            return self._save("image", image, wanted.image_format, still.position_seconds, still.rung)

    def _take_in_image(self, file: BinaryIO, sniffed: Sniffed) -> Intake:
        image = open_image(file, self.limits)
        probe = probe_image(image, sniffed)
        poster = render_image(image, width=POSTER_WIDTH, height=POSTER_HEIGHT)
        return Intake(probe=probe, poster=self._save("poster", poster, ImageFormat.JPG, Fraction(0), "exact"))

    @contextmanager
    def _opened(self, file: BinaryIO, sniffed: Sniffed) -> Iterator[tuple[VideoSource, FrameFinder]]:
        with open_video(file, self.limits, sniffed=sniffed) as source:
            yield source, FrameFinder(source, self.limits, self.report)

    def _save(
        self,
        role: str,
        image: Image.Image,
        image_format: ImageFormat,
        position_seconds: Fraction,
        rung: str,
        score: float | None = None,
    ) -> Picture:
        """Write a picture behind those that are there, having opened it again; nothing unchecked gets there."""
        data = encode_image(image, image_format)
        verify_image(data, image_format, width=image.width, height=image.height)
        offset_bytes = self.results.tell()
        self.results.write(data)
        self.results.flush()
        return Picture(
            name=f"{role}.{image_format}",
            media_type=image_format.media_type,
            width=image.width,
            height=image.height,
            offset_bytes=offset_bytes,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            # Rounded up: asked for again at the time told, the same frame comes, not the one before it.
            position_seconds=math.ceil(position_seconds * 1_000_000) / 1_000_000,
            rung=str(rung),
            is_blank=is_blank(image),
            score=score,
        )


def _fraction(seconds: float | None) -> Fraction | None:
    return None if seconds is None else Fraction(seconds).limit_denominator(1_000_000)
