"""Intake: what is in a source, and the stills that may stand for it."""

from collections.abc import Sequence
from typing import BinaryIO

from app.media.decoding.probe import probe_video
from app.media.decoding.source import VideoSource
from app.media.facts import Intake, Probe
from app.media.pictures.images import open_image, probe_image
from app.media.requests.poster import PosterRequest
from app.media.sniff import Kind, sniff
from app.media.stderr import CLAIMS, say
from app.media.stills.posters import make_candidates, opened_walk, save_still_poster
from app.media.workshop import Workshop


def take_in(workshop: Workshop, file: BinaryIO, *, moments: Sequence[float] = ()) -> Intake:
    """Tell what is in a source and make its first posters, the best first, of `moments` where these are known.

    Raises UnsupportedSource, NoVideoStream, DamagedSource or SourceTooLarge.
    """
    sniffed = sniff(file)
    if sniffed.kind is Kind.IMAGE:
        image = open_image(file, workshop.limits)
        facts = probe_image(image, sniffed)
        return Intake(probe=facts, products=(save_still_poster(workshop, image, PosterRequest()),))
    with opened_walk(workshop, file, sniffed) as (source, walk):
        # Should it go wrong from here on, this is told beside the error.
        say(_claims(source))
        facts = probe_video(source, walk, workshop.limits)
        workshop.report(0.1)
        wanted = PosterRequest(duration_seconds=facts.duration_seconds, moments=tuple(moments))
        made = make_candidates(workshop, source, walk, wanted)
        return Intake(probe=facts, products=made.products, notes=made.notes)


def _claims(source: VideoSource) -> str:
    """Write in a line what the header says is in a file."""
    codec, lasts = source.stream.codec_context, source.duration
    shape = f"{codec.width} × {codec.height} {codec.pix_fmt or ''}".rstrip()
    said = f"{CLAIMS}{source.container.format.name}, {codec.name} {shape}"
    return f"{said}, {float(lasts):.3f} s" if lasts else said


def probe(workshop: Workshop, file: BinaryIO) -> Probe:
    """Tell what is in a source. Raises as `take_in` does."""
    sniffed = sniff(file)
    if sniffed.kind is Kind.IMAGE:
        return probe_image(open_image(file, workshop.limits), sniffed)
    with workshop.opened(file, sniffed) as (source, finder):
        return probe_video(source, finder, workshop.limits)
