"""Previews: short moving pictures without sound, of some moments spread over the video or of one stretch of it."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import BinaryIO

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from app.media.decoding.moving import FramePlayer, Shown, paced, peeked, progressive
from app.media.decoding.packets import PacketReader
from app.media.decoding.source import OpenSource, VideoSource, open_video
from app.media.errors import DamagedSource, InvalidOption, NoVideoStream
from app.media.facts import Made, Product
from app.media.film.animating import check_animation, write_gif, write_webp
from app.media.film.glance import ALL_BLANK, Glance
from app.media.film.shaping import even, from_rgb
from app.media.film.writing import FilmForm, Promise, check_film, write_film
from app.media.pictures.geometry import Size
from app.media.pictures.render import has_alpha, render_small
from app.media.requests.preview import PreviewFormat, PreviewRequest
from app.media.sniff import Kind, sniff
from app.media.timecode import parse_position
from app.media.workshop import Label, Workshop, fraction_of

# Pixels of all frames together that are held as pictures: 450 MB.
_MOST_PIXELS = 150_000_000
# Where the last frame stood this long before a stretch begins, the stretch lies past the end of what is there.
_STALE_SECONDS = 2
_CRF = {PreviewFormat.MP4: 26, PreviewFormat.WEBM: 36}
# Containers round times to the millisecond or less.
_ROUNDING_SECONDS = Fraction(1, 500)
# How much of its part a segment may begin before the middle, to begin with a keyframe.
_NEAR = Fraction(1, 5)
# The part of the work that is done when all frames are there.
_DRAWN = 0.7


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Seconds of the video, from where and how long."""

    start: Fraction
    length: Fraction


def make_preview(
    workshop: Workshop, file: BinaryIO, wanted: PreviewRequest, *, open_source: OpenSource = open_video
) -> Made:
    """Make one preview; `open_source` opens the file, which others may be reading.

    Raises what opening and decoding raise, NoVideoStream for a still picture, EncodingFailed, and InvalidOption for a
    size or length out of bounds.
    """
    sniffed = sniff(file)
    if sniffed.kind is Kind.IMAGE:
        raise NoVideoStream("This is a picture, and a preview is made of a video.")
    with open_source(file, workshop.limits, sniffed=sniffed) as source:
        strip = _Strip(workshop, source, wanted)
        first, images = peeked(strip.images())
        if first is None:
            raise DamagedSource("Not one frame of this part of the video could be decoded; the file is damaged.")
        make = _film if wanted.format.is_film else _animation
        product = make(workshop, wanted, strip, images)
        return Made(products=(product,), notes=strip.notes)


class _Strip:
    """The pictures of a preview, one for each beat of its rate, stretch after stretch."""

    def __init__(self, workshop: Workshop, source: VideoSource, wanted: PreviewRequest) -> None:
        self._workshop = workshop
        self._source = source
        self._wanted = wanted
        self._player = FramePlayer(source, workshop.limits)
        self.rate = min(fraction_of(wanted.fps) or self._player.rate, self._player.rate).limit_denominator(1001)
        self._stretches = _stretches(source, wanted)
        self._drawn: tuple[VideoFrame, Image.Image] | None = None
        self.is_transparent = False
        self.glance = Glance()
        self.count = 0

    @property
    def beats(self) -> int:
        """Return how many pictures there are where nothing is missing."""
        return sum(self._beats(stretch) for stretch in self._stretches)

    def images(self) -> Iterator[Image.Image]:
        """Yield the pictures; a stretch past the end of what is there has none."""
        for stretch in self._stretches:
            for shown in self._shown(stretch):
                self.count += 1
                self._workshop.report(_DRAWN * self.count / self.beats)
                yield self._draw(shown.frame)

    def _shown(self, stretch: _Stretch) -> Iterator[Shown]:
        end = stretch.start + stretch.length
        played = progressive(self._player.play(stretch.start, end))
        early = min(1 / self._player.rate / 4, _ROUNDING_SECONDS)
        paces = paced(played, self.rate, start=stretch.start, beats=self._beats(stretch), early=early)
        first, paces = peeked(paces)
        is_there = first is not None and first.until > stretch.start - _STALE_SECONDS
        return paces if is_there else iter(())

    def _beats(self, stretch: _Stretch) -> int:
        return max(1, round(stretch.length * self.rate))

    def _draw(self, frame: VideoFrame) -> Image.Image:
        if self._drawn is None or self._drawn[0] is not frame:
            box = self._wanted.box
            self.is_transparent |= has_alpha(frame)
            image = render_small(frame, box, sar=self._source.sar)
            # A frame whose side data was read refers to itself; unasked, Python looks for such rings after dozens.
            gc.collect(0)
            self._drawn = frame, even(image) if self._wanted.format.is_film else image
            self.glance.look(image)
        return self._drawn[1]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a person should know of what is missing, once all pictures are there."""
        notes = []
        if self.count < self.beats:
            notes.append("Some of the moments lie past the end of what could be decoded; they are left out.")
        if self._player.damaged:
            notes.append("Some frames are damaged; the ones before them stand in their place.")
        if self.glance.is_blank:
            notes.append(ALL_BLANK)
        return tuple(notes)


def _stretches(source: VideoSource, wanted: PreviewRequest) -> list[_Stretch]:
    """Return the stretches: each segment lies in the middle of as many equal parts, or all of it where it is short."""
    duration = fraction_of(wanted.duration_seconds) or source.duration
    length = Fraction(wanted.seconds).limit_denominator(1_000_000)
    if wanted.start is not None:
        start = parse_position(wanted.start, field="start").resolve(duration)
        if duration is not None:
            start = min(start, max(Fraction(0), duration - length))
            length = min(length, duration)
        return [_Stretch(start, length)]
    if duration is None or wanted.segments * length >= duration:
        whole = wanted.segments * length
        return [_Stretch(Fraction(0), whole if duration is None else duration)]
    part = duration / wanted.segments
    middles = [number * part + (part - length) / 2 for number in range(wanted.segments)]
    return [_Stretch(_near_keyframe(source, middle, part * _NEAR), length) for middle in middles]


def _near_keyframe(source: VideoSource, middle: Fraction, most_early: Fraction) -> Fraction:
    """Return the keyframe before a time where it is near enough, else that time: nothing is decoded to get there."""
    if not source.has_index or not source.has_pts:
        return middle
    reader = PacketReader(source)
    keyframe = reader.last_keyframe(reader.ticks(middle))
    at = reader.time(keyframe) if keyframe is not None else None
    seconds = middle if at is None else at * source.time_base - source.origin
    return seconds if middle - most_early <= seconds <= middle else middle


def _animation(workshop: Workshop, wanted: PreviewRequest, strip: _Strip, images: Iterator[Image.Image]) -> Product:
    pictures = _held(images, strip.beats)
    if wanted.format is PreviewFormat.GIF:
        data = write_gif(pictures, rate=strip.rate, loops=wanted.loops)
    else:
        # A film that is transparent is shown on a plain ground.
        data = write_webp(pictures, rate=strip.rate, loops=wanted.loops, is_each_whole=strip.is_transparent)
    duration = len(pictures) / strip.rate
    size = pictures[0].size
    check_animation(data, size=size, frames=len(pictures), duration=duration, rate=strip.rate)
    label = Label(role="preview", size=size, duration_seconds=duration, is_blank=strip.glance.is_blank)
    return workshop.save(f"preview.{wanted.format}", data, label)


def _held(images: Iterator[Image.Image], beats: int) -> list[Image.Image]:
    """Hold all pictures, as many as may be. Raises InvalidOption."""
    first = next(images)
    most = _MOST_PIXELS // (first.width * first.height)
    if beats > most:
        raise InvalidOption(
            f"width is too large for so many frames: an animation of {first.width} × {first.height} "
            f"has at most {most}, and this one would have {beats}.",
            field="width",
        )
    return [first, *images]


def _film(workshop: Workshop, wanted: PreviewRequest, strip: _Strip, images: Iterator[Image.Image]) -> Product:
    first = next(images)
    form = FilmForm(
        container=wanted.format.value,
        size=Size(*first.size),
        rate=strip.rate,
        crf=_CRF[wanted.format],
        threads=max(1, workshop.threads),
    )
    part = workshop.begin(f"preview.{wanted.format}")
    frames = (from_rgb(np.asarray(image)) for image in chain((first,), images))
    written = write_film(part, form, frames, iter(()))
    check_film(part.reader(), Promise(size=form.size, rate=form.rate, written=written, has_sound=False))
    label = Label(
        role="preview",
        size=first.size,
        duration_seconds=written.duration_seconds,
        is_blank=strip.glance.is_blank,
    )
    return workshop.finish(part, label)
