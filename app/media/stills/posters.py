"""Posters: candidates, the best first, and beside them what was rejected and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import BinaryIO

from PIL import Image

from app.media.decoding.source import VideoSource, open_video
from app.media.decoding.walk import FrameWalk
from app.media.errors import NoVideoStream, UnsupportedSource
from app.media.facts import Made, Product
from app.media.pictures.images import open_image, render_image
from app.media.pictures.render import render_frame
from app.media.requests.poster import ALL_BLACK, ALL_BLACK_CODE, PosterRequest
from app.media.sniff import Kind, Sniffed, sniff
from app.media.stills.pick import Picks, Verdict, pick_posters
from app.media.stills.scoring import LOOK_SIDE, measure
from app.media.timecode import parse_position
from app.media.workshop import Label, Workshop, fraction_of

# Of the work, what looking takes; the rest is making the pictures.
_LOOKED = 0.6
_NO_PICTURE = "This is not a picture. Use JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP or TIFF."


def make_posters(workshop: Workshop, file: BinaryIO, wanted: PosterRequest) -> Made:
    """Make the one poster that was chosen, or candidates anew; of a still picture itself.

    Raises what opening and decoding raise, and InvalidOption for a position or size that makes no sense.
    """
    sniffed = _sniff_picture(file) if wanted.is_own_picture else sniff(file)
    if sniffed.kind is Kind.IMAGE:
        image = open_image(file, workshop.limits)
        return Made(products=(save_still_poster(workshop, image, wanted),))
    if wanted.position is not None:
        return _make_chosen(workshop, file, sniffed, wanted, wanted.position)
    with opened_walk(workshop, file, sniffed) as (source, walk):
        return make_candidates(workshop, source, walk, wanted)


@contextmanager
def opened_walk(workshop: Workshop, file: BinaryIO, sniffed: Sniffed) -> Iterator[tuple[VideoSource, FrameWalk]]:
    """Open a video to walk through. Raises what `open_video` raises."""
    with open_video(file, workshop.limits, sniffed=sniffed) as source:
        yield source, FrameWalk(source, workshop.limits)


def make_candidates(workshop: Workshop, source: VideoSource, walk: FrameWalk, wanted: PosterRequest) -> Made:
    """Pick frames of an opened video, and make the candidates' pictures and small ones of what was rejected.

    The first product is the poster. Raises DamagedSource when not one frame decodes.
    """
    duration = fraction_of(wanted.duration_seconds) or source.duration
    moments = [Fraction(seconds).limit_denominator(1_000_000) for seconds in wanted.moments]
    picks = pick_posters(walk, source, duration, count=wanted.count, moments=moments)
    workshop.report(_LOOKED)
    products = tuple(save_picks(workshop, source, walk, picks, wanted))
    return Made(products=products, notes=(ALL_BLACK,) if picks.is_all_black else ())


def save_picks(
    workshop: Workshop, source: VideoSource, walk: FrameWalk, picks: Picks, wanted: PosterRequest
) -> Iterator[Product]:
    """Make the pictures of what was picked, the poster first, and small ones of what was rejected."""
    for number, verdict in enumerate(picks.candidates, start=1):
        frame = verdict.look.full(walk)
        image = render_frame(frame, sar=source.sar, width=wanted.width, height=wanted.width)
        label = _label("candidate", verdict)
        if picks.is_all_black:
            label = replace(label, code=ALL_BLACK_CODE)
        yield workshop.save_image(f"poster-{number:02}", image, wanted.image_format, label)
        workshop.report(_LOOKED + (1 - _LOOKED) * number / len(picks.candidates))
    for number, verdict in enumerate(picks.rejected, start=1):
        label = _label("rejected", verdict)
        yield workshop.save_image(f"rejected-{number:02}", verdict.look.image, wanted.image_format, label)


def save_still_poster(workshop: Workshop, image: Image.Image, wanted: PosterRequest) -> Product:
    """Make the poster of a still picture: itself."""
    poster = render_image(image, width=wanted.width, height=wanted.width)
    label = Label(role="candidate", rung="exact")
    return workshop.save_image("poster-01", poster, wanted.image_format, label)


def _sniff_picture(file: BinaryIO) -> Sniffed:
    """Tell what kind of picture a file is. Raises UnsupportedSource for everything else."""
    try:
        sniffed = sniff(file)
    except (UnsupportedSource, NoVideoStream) as err:
        raise UnsupportedSource(_NO_PICTURE) from err
    if sniffed.kind is not Kind.IMAGE:
        raise UnsupportedSource(_NO_PICTURE)
    return sniffed


def _make_chosen(workshop: Workshop, file: BinaryIO, sniffed: Sniffed, wanted: PosterRequest, position: str) -> Made:
    with workshop.opened(file, sniffed, threads=workshop.threads) as (source, finder):
        duration = fraction_of(wanted.duration_seconds) or source.duration
        still = finder.find(parse_position(position).resolve(duration))
        image = render_frame(still.frame, sar=source.sar, width=wanted.width, height=wanted.width)
    label = Label(
        role="candidate",
        position_seconds=still.position_seconds,
        rung=still.rung,
        score=_score(image),
    )
    return Made(products=(workshop.save_image("poster-01", image, wanted.image_format, label),))


def _score(image: Image.Image) -> float:
    small = image.copy()
    small.thumbnail((LOOK_SIDE, LOOK_SIDE))
    return round(measure(small).score, 2)


def _label(role: str, verdict: Verdict) -> Label:
    look = verdict.look
    return Label(
        role=role,
        position_seconds=look.position_seconds,
        rung=look.rung,
        score=look.score,
        note=verdict.reason,
        code=verdict.code,
    )
