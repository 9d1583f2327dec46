"""Write films: encoded pictures and sound in one container, and the check that what was written plays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.media.decoding.sound import RATE, Samples
from app.media.errors import EncodingFailed
from app.media.film.shaping import BT709, LIMITED
from app.media.parts import Part, PartFile
from app.media.pictures.geometry import Size

_PICTURE_CODEC = {"mp4": "libx264", "webm": "libvpx-vp9"}
_SOUND_CODEC = {"mp4": "aac", "webm": "libopus"}
_SOUND_BITS = {1: 96_000, 2: 160_000}
_MUXER_OPTIONS = {"mp4": {"movflags": "+faststart"}, "webm": {"cues_to_front": "1"}}
# A place to seek to this often: twice as often costs a tenth of the bits.
_KEYFRAME_SECONDS = 4
_HD_PIXELS, _UHD_PIXELS = 1920 * 1088, 4096 * 2304
# How far sound is written ahead of the pictures; players read both from one place.
_SOUND_AHEAD_SECONDS = Fraction(1, 2)
# What a film may be too short or too long, in seconds or as a part of it, whichever is more.
_TOLERANCE_SECONDS, _TOLERANCE_PART = Fraction(1, 2), Fraction(1, 50)
_END_SECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmForm:
    """What a film is like. Of `bitrate_kbps` and `crf` one is set; `channels` is 0 where it is silent."""

    container: str
    size: Size
    rate: Fraction
    bitrate_kbps: int | None = None
    crf: int | None = None
    channels: int = 0
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a film."""

    duration_seconds: Fraction
    sound_seconds: Fraction


def write_film(part: Part, form: FilmForm, frames: Iterable[VideoFrame], sound: Iterator[Samples]) -> Written:
    """Encode one frame for each beat of the rate, and the sound beside them, and return how long both are.

    Raises EncodingFailed, MemoryError, and SourceTooLarge where there is no room for it.
    """
    try:
        with av.open(
            part,
            "w",
            format=form.container,
            options=_MUXER_OPTIONS[form.container],
            # Moving the index to the front means reading what was written.
            io_open=lambda _url, _flags, _options: part.reader(),
        ) as output:
            return _Writer(output, form, sound).write(frames)
    except av.error.MemoryError as err:
        raise MemoryError from err
    except av.error.FFmpegError as err:
        raise EncodingFailed(f"The video could not be encoded ({err.strerror}).") from err


class _Writer:
    def __init__(self, output: OutputContainer, form: FilmForm, sound: Iterator[Samples]) -> None:
        self._output = output
        self._form = form
        self._sound = sound
        self._pictures = _add_pictures(output, form)
        self._voice = _add_voice(output, form) if form.channels else None
        self._samples = 0

    def write(self, frames: Iterable[VideoFrame]) -> Written:
        beat = 0
        for beat, frame in enumerate(frames, start=1):
            self._write_sound(until=beat / self._form.rate + _SOUND_AHEAD_SECONDS)
            frame.pts, frame.time_base = beat - 1, 1 / self._form.rate
            # What kind of frame it was in the source is not for the encoder to repeat.
            frame.pict_type = 0
            self._output.mux(self._pictures.encode(frame))
        self._write_sound(until=None)
        self._output.mux(self._pictures.encode(None))
        if self._voice is not None:
            self._output.mux(self._voice.encode(None))
        return Written(beat / self._form.rate, Fraction(self._samples, RATE))

    def _write_sound(self, *, until: Fraction | None) -> None:
        while self._voice is not None and (until is None or self._samples < until * RATE):
            samples = next(self._sound, None)
            if samples is None:
                return
            frame = AudioFrame.from_ndarray(samples, "fltp", "mono" if self._form.channels == 1 else "stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
            self._samples += samples.shape[1]
            self._output.mux(self._voice.encode(frame))


def _add_pictures(output: OutputContainer, form: FilmForm) -> VideoStream:
    stream = output.add_stream(_PICTURE_CODEC[form.container], rate=form.rate, options=_picture_options(form))
    assert isinstance(stream, VideoStream)  # noqa: S101  (a picture codec)
    stream.width, stream.height, stream.pix_fmt = form.size.width, form.size.height, "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / form.rate
    context.gop_size = max(1, min(250, round(form.rate * _KEYFRAME_SECONDS)))
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED
    context.bit_rate = (form.bitrate_kbps or 0) * 1000
    return stream


def _add_voice(output: OutputContainer, form: FilmForm) -> AudioStream:
    layout = "mono" if form.channels == 1 else "stereo"
    stream = output.add_stream(_SOUND_CODEC[form.container], rate=RATE, layout=layout)
    assert isinstance(stream, AudioStream)  # noqa: S101  (a sound codec)
    stream.codec_context.bit_rate = _SOUND_BITS[form.channels]
    return stream


def _picture_options(form: FilmForm) -> dict[str, str]:
    options = {"threads": str(form.threads)}
    if form.crf is not None:
        options["crf"] = str(form.crf)
    elif form.bitrate_kbps is not None and form.container == "mp4":
        # The bit rate is an average: a quiet scene may save for a wild one, but no further than a player buffers.
        options |= {"maxrate": str(form.bitrate_kbps * 1500), "bufsize": str(form.bitrate_kbps * 3000)}
    if form.container == "mp4":
        return options | _x264_options(form)
    # A fifth of the time of the best that "good" has, for 0.3 dB at the same size.
    return options | {"deadline": "realtime", "cpu-used": "6", "row-mt": "1"}


def _x264_options(form: FilmForm) -> dict[str, str]:
    """Choose the preset by size: what it looks ahead costs memory, 1.3 GiB at 4K where it looks far."""
    pixels = form.size.pixels
    if pixels > _UHD_PIXELS:
        preset = {"preset": "ultrafast", "rc-lookahead": "0", "sync-lookahead": "0"}
    elif pixels > _HD_PIXELS:
        preset = {"preset": "superfast", "rc-lookahead": "5"}
    else:
        preset = {"preset": "veryfast"}
    return {**preset, "profile": "high", "a53cc": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a film must turn out to be."""

    size: Size
    rate: Fraction
    written: Written
    has_sound: bool


def check_film(file: PartFile, promise: Promise) -> None:
    """Open a film again, and decode how it begins and how it ends.

    Raises EncodingFailed where it is not what was promised.
    """
    try:
        with av.open(file, "r") as film:
            _check_streams(film, promise)
            _check_end(film, promise)
    except av.error.MemoryError as err:
        raise MemoryError from err
    except av.error.FFmpegError as err:
        raise EncodingFailed(f"The video came out damaged ({err.strerror}).") from err


def is_near(seconds: Fraction, expected: Fraction) -> bool:
    """Tell whether a length is near enough to the one expected."""
    return abs(seconds - expected) <= max(_TOLERANCE_SECONDS, expected * _TOLERANCE_PART)


def _check_streams(film: InputContainer, promise: Promise) -> None:
    kinds = [stream.type for stream in film.streams]
    if sorted(kinds) != ["audio", "video"][not promise.has_sound :]:
        raise EncodingFailed(f"The video came out with other streams than it should ({', '.join(kinds) or 'none'}).")
    seconds = Fraction(film.duration or 0, av.time_base)
    expected = max(promise.written.duration_seconds, promise.written.sound_seconds)
    if not is_near(seconds, expected):
        raise EncodingFailed(f"The video came out {float(seconds):.1f} s long instead of {float(expected):.1f} s.")


def _check_end(film: InputContainer, promise: Promise) -> None:
    stream = film.streams.video[0]
    first = next((frame for _, frame in _decoded(film, stream) if frame is not None), None)
    if first is None or (first.width, first.height) != (promise.size.width, promise.size.height):
        found = f"{first.width} × {first.height}" if first else "nothing"
        raise EncodingFailed(f"The video came out as {found} instead of {promise.size}.")
    time_base = stream.time_base or Fraction(1)
    end = promise.written.duration_seconds
    film.seek(int(max(Fraction(0), end - _END_SECONDS) / time_base), stream=stream)
    last = max((pts for pts, _ in _decoded(film, stream)), default=0)
    if not is_near(last * time_base + 1 / promise.rate, end):
        raise EncodingFailed("The video came out without its end.")


def _decoded(film: InputContainer, stream: VideoStream) -> Iterator[tuple[int, VideoFrame | None]]:
    """Yield frames with their PTS; none where an empty packet says, as Theora does, that nothing changed."""
    for packet in film.demux(stream):
        if packet.size == 0 and packet.pts is not None:
            yield packet.pts, None
        else:
            yield from ((frame.pts or 0, frame) for frame in packet.decode())
