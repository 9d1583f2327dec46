"""The sound of a source: one stream of samples without gaps, from the moment that a player shows as 0:00."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import BinaryIO

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard, Disposition
from numpy.typing import NDArray

from app.media.decoding.moving import MOST_SECONDS
from app.media.decoding.source import DEMUXERS, SOUND_DECODERS, VideoSource
from app.media.parts import PartFile

RATE = 48_000
# Samples by channel: float, from -1 to 1.
Samples = NDArray[np.float32]

# Times of packets jitter by some milliseconds; what is off by more is a pause, or sound that is there twice.
_TOLERANCE_SAMPLES = RATE // 25
# A time this far past the end that the file tells of (where it tells of none: a pause this long), or this far back,
# is no pause: the file's clock jumped, and sound goes on where it was.
_PAST_END_SECONDS = 10
_LONGEST_PAUSE_SAMPLES, _LONGEST_STEP_BACK_SAMPLES = 600 * RATE, 10 * RATE
_SILENCE_SAMPLES = RATE
_LAYOUTS = {1: "mono", 2: "stereo"}


class SoundTrack:
    """Decodes one sound stream; `channels` is 1 or 2. `damaged` counts packets that did not decode."""

    def __init__(
        self, container: InputContainer, stream: AudioStream, *, zero: Fraction, duration: Fraction | None
    ) -> None:
        self._container = container
        self._stream = stream
        self._zero = zero
        self._end = None if duration is None else int((duration + _PAST_END_SECONDS) * RATE)
        self.damaged = 0
        self.channels = 1 if stream.codec_context.channels == 1 else 2
        self._position = 0  # samples that were yielded

    @property
    def layout(self) -> str:
        return _LAYOUTS[self.channels]

    def samples(self) -> Iterator[Samples]:
        """Yield the samples (channels, n) at 48 kHz from `zero` on, silence where there is none."""
        for frame in self._resampled():
            samples = np.asarray(frame.to_ndarray(), dtype=np.float32)
            gap = self._gap(frame)
            for missing in range(max(0, gap), 0, -_SILENCE_SAMPLES):
                yield self._counted(np.zeros((self.channels, min(missing, _SILENCE_SAMPLES)), dtype=np.float32))
            samples = samples[:, max(0, -gap) :]
            if samples.shape[1]:
                yield self._counted(samples)
            if self._position > MOST_SECONDS * RATE:
                return

    def _counted(self, samples: Samples) -> Samples:
        self._position += samples.shape[1]
        return samples

    def _gap(self, frame: AudioFrame) -> int:
        """Return how many samples are missing before a frame; how many it has too many, below zero."""
        if frame.pts is None or frame.time_base is None:
            return 0
        at = round((frame.pts * frame.time_base - self._zero) * RATE)
        gap = at - self._position
        is_jump = gap > _LONGEST_PAUSE_SAMPLES if self._end is None else at > self._end
        if is_jump or gap < -_LONGEST_STEP_BACK_SAMPLES or (self._position and abs(gap) <= _TOLERANCE_SAMPLES):
            return 0
        return gap

    def _resampled(self) -> Iterator[AudioFrame]:
        resampler, shape = None, None
        for frame in self._decoded():
            found = frame.format.name, frame.layout.name, frame.sample_rate
            if resampler is None or found != shape:
                # Broadcasts change from stereo to 5.1 between two programmes.
                yield from _flushed(resampler)
                resampler, shape = AudioResampler("fltp", self.layout, RATE), found
            yield from resampler.resample(frame)
        yield from _flushed(resampler)

    def _decoded(self) -> Iterator[AudioFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                # The last packet is empty and drains the decoder.
                yield from self._stream.codec_context.decode(packet)
            except av.error.MemoryError as err:
                raise MemoryError from err
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.damaged += 1
                if packet is None or self.damaged > MOST_SECONDS:
                    return


@contextmanager
def open_sound(file: BinaryIO, source: VideoSource, zero: Fraction) -> Iterator[SoundTrack | None]:
    """Open the sound of a source whose 0:00 is at `zero` (seconds as the file counts), or give None where it has none.

    The file is opened a second time, so that picture and sound each come at their own pace however they are
    interleaved; by offsets, because a descriptor has only one place where it stands.
    """
    # The bytes come from our own reader: no protocol is needed, and so none is allowed.
    options = {
        "protocol_whitelist": "fd",
        "format_whitelist": ",".join(sorted(DEMUXERS)),
        "codec_whitelist": ",".join(sorted(SOUND_DECODERS)),
    }
    try:
        container = av.open(PartFile(file.fileno()), "r", options=options, metadata_errors="replace")
    except av.error.MemoryError as err:
        raise MemoryError from err
    except av.error.FFmpegError:
        yield None
        return
    with container:
        stream = _choose(container)
        for other in container.streams:
            if other is not stream:
                other.discard = Discard.all
        yield None if stream is None else SoundTrack(container, stream, zero=zero, duration=source.duration)


def _choose(container: InputContainer) -> AudioStream | None:
    known = [
        stream
        for stream in container.streams.audio
        if stream.codec_context is not None and stream.codec_context.codec.name in SOUND_DECODERS
    ]
    return max(known, key=lambda stream: (bool(stream.disposition & Disposition.default), -stream.index), default=None)


def _flushed(resampler: AudioResampler | None) -> Iterator[AudioFrame]:
    if resampler is not None:
        yield from resampler.resample(None)
