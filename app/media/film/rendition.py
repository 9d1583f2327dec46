"""Renditions: the whole video decoded once more and encoded anew, with its sound."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import BinaryIO

from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from PIL import Image

from app.media.decoding.moving import FramePlayer, Shown, paced, peeked, progressive
from app.media.decoding.sound import Samples, SoundTrack, open_sound
from app.media.decoding.source import VideoSource, open_video
from app.media.errors import DamagedSource, NoVideoStream
from app.media.facts import Made
from app.media.film.glance import ALL_BLANK, Glance
from app.media.film.ogg import write_ogg
from app.media.film.shaping import FrameShaper, even_size, widened
from app.media.film.writing import FilmForm, Promise, Written, check_film, is_near, write_film
from app.media.parts import Part
from app.media.pictures.render import shown_size
from app.media.requests.rendition import USUAL_CRF, Container, RenditionRequest
from app.media.sniff import Kind, sniff
from app.media.workshop import Label, Workshop, fraction_of

# The part of the work that is done when the last frame is written; then it is checked.
_WRITTEN = 0.97
# ffmpeg's decoder, which most players have, refuses Theora that is narrower.
_LEAST_OGG_WIDTH = 18
# How often it is looked whether there is anything to see, until there is.
_LOOKS_A_SECOND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A source that plays: its frames from the first on, how many a second are wanted, how long it is to last."""

    source: VideoSource
    player: FramePlayer
    first: Shown
    shown: Iterator[Shown]
    rate: Fraction
    duration: Fraction | None

    @property
    def zero(self) -> Fraction:
        """Return where the film begins, in seconds of the source: less than half a frame from its 0:00.

        Its beats are laid through the first frame. Beside them, frames of the same rate would be taken for early
        by chance, and one shown twice and the next one not at all.
        """
        return self.first.at - round(self.first.at * self.rate) / self.rate

    @property
    def early(self) -> Fraction:
        return 1 / self.player.rate / 4


def make_rendition(workshop: Workshop, file: BinaryIO, wanted: RenditionRequest) -> Made:
    """Make one film of the whole video.

    Raises what opening and decoding raise, NoVideoStream for a still picture, EncodingFailed and InvalidOption.
    """
    sniffed = sniff(file)
    if sniffed.kind is Kind.IMAGE:
        raise NoVideoStream("This is a picture, and a rendition is made of a video.")
    with open_video(file, workshop.limits, sniffed=sniffed) as source:
        scene = _open_scene(source, workshop, wanted)
        with open_sound(file, source, source.origin + scene.zero) as track:
            return _film(workshop, scene, track if wanted.audio else None, wanted)


def _open_scene(source: VideoSource, workshop: Workshop, wanted: RenditionRequest) -> _Scene:
    player = FramePlayer(source, workshop.limits, threads=workshop.threads)
    first, shown = peeked(progressive(player.play()))
    if first is None:
        raise DamagedSource("Not one frame of this video could be decoded; the file is damaged.")
    fps = fraction_of(wanted.fps)
    return _Scene(
        source=source,
        player=player,
        first=first,
        shown=shown,
        rate=min(fps or player.rate, player.rate).limit_denominator(1001),
        duration=fraction_of(wanted.duration_seconds) or source.duration,
    )


def _film(workshop: Workshop, scene: _Scene, track: SoundTrack | None, wanted: RenditionRequest) -> Made:
    shown = shown_size(scene.first.frame, scene.source.sar)
    asked = even_size(shown, width=wanted.width, height=wanted.height, lines=wanted.lines)
    is_ogg = wanted.container is Container.OGG
    form = FilmForm(
        container=wanted.container.value,
        size=widened(asked, shown, _LEAST_OGG_WIDTH) if is_ogg else asked,
        rate=scene.rate,
        bitrate_kbps=wanted.bitrate_kbps,
        crf=wanted.crf if wanted.bitrate_kbps or wanted.crf is not None else USUAL_CRF.get(wanted.container),
        threads=max(1, workshop.threads),
    )
    part = workshop.begin(f"rendition.{wanted.container.ending}")
    glance = Glance()
    written, has_sound = _write(workshop, part, form, scene, track, glance)
    check_film(part.reader(), Promise(size=form.size, rate=form.rate, written=written, has_sound=has_sound))
    label = Label(
        role="video",
        size=(form.size.width, form.size.height),
        duration_seconds=max(written.duration_seconds, written.sound_seconds),
        is_blank=glance.is_blank,
    )
    notes = _notes(scene, track, written)
    if form.size != asked:
        notes.append(f"Theora is at least {_LEAST_OGG_WIDTH} pixels wide; the film is enlarged to {form.size}.")
    if glance.is_blank:
        notes.append(ALL_BLANK)
    return Made(products=(workshop.finish(part, label),), notes=tuple(notes))


def _write(
    workshop: Workshop, part: Part, form: FilmForm, scene: _Scene, track: SoundTrack | None, glance: Glance
) -> tuple[Written, bool]:
    """Write the film, and tell how long it is and whether it has sound."""
    first, samples = peeked(iter(()) if track is None else track.samples())
    progress = _Progress(workshop, scene)
    frames, samples = _glanced(_frames(progress, scene, form), form.rate, glance), progress.heard(samples)
    if form.container == Container.OGG.value:
        return write_ogg(part, form, frames, samples, workshop.lent), len(workshop.lent) > 2
    channels = track.channels if track is not None and first is not None else 0
    return write_film(part, replace(form, channels=channels), frames, samples), channels > 0


class _Progress:
    """Tells how far a film is with each of its frames, and with what sounds after the last: that work goes on.

    Of a source that claims to be shorter than it is, or does not tell, it is not known how far; but it goes on.
    """

    def __init__(self, workshop: Workshop, scene: _Scene) -> None:
        self._report = workshop.report
        self._duration = scene.duration
        self._told = 0.0

    def show(self, shown: Shown) -> None:
        """Tell of a frame."""
        if self._duration:
            self._told = min(1.0, float(shown.at / self._duration)) * _WRITTEN
        self._report(self._told)

    def heard(self, sound: Iterator[Samples]) -> Iterator[Samples]:
        """Yield the samples, telling of each piece of them."""
        for samples in sound:
            self._report(self._told)
            yield samples


def _frames(progress: _Progress, scene: _Scene, form: FilmForm) -> Iterator[VideoFrame]:
    """Yield one shaped frame for each beat, telling how far it is."""
    matrix = Colorspace.ITU601 if form.container == Container.OGG.value else Colorspace.ITU709
    shaper = FrameShaper(form.size, scene.first.frame, sar=scene.source.sar, matrix=matrix, threads=form.threads)
    for shown in paced(scene.shown, scene.rate, start=scene.zero, early=scene.early):
        progress.show(shown)
        yield shaper.shape(shown.frame)


def _glanced(frames: Iterator[VideoFrame], rate: Fraction, glance: Glance) -> Iterator[VideoFrame]:
    """Yield the frames, looking at some of them until there is something to see."""
    step = max(1, round(rate / _LOOKS_A_SECOND))
    for beat, frame in enumerate(frames):
        if beat % step == 0 and glance.is_blank:
            glance.look(Image.fromarray(frame.to_ndarray(format="rgb24")))
        yield frame


def _notes(scene: _Scene, track: SoundTrack | None, written: Written) -> list[str]:
    """Return what a person should know of a film that is not all of its source."""
    notes = []
    whole = max(written.duration_seconds, written.sound_seconds)
    if scene.duration and whole < scene.duration and not is_near(whole, scene.duration):
        notes.append(f"Only {float(whole):.1f} s of {float(scene.duration):.1f} s could be read; the file is damaged.")
    if scene.player.damaged:
        notes.append("Some frames are damaged; the ones before them stand in their place.")
    if track is not None and not written.sound_seconds:
        notes.append("The sound could not be decoded; it is left out.")
    elif track is not None and track.damaged:
        notes.append("Some of the sound is damaged; it is left out.")
    return notes
