"""Find the frame that a player shows at a time, decoding as little as is correct.

The frame at time t is the last one with PTS ≤ t. Packets come in decode order, so those around t are read until no
later one can still come before t; then everything from the keyframe is decoded that the wanted frame can depend on,
and nothing else: frames that no other depends on are skipped on the way (`skip_frame=NONREF`), the wanted packet is
decoded in full, and the decoder is drained. What that cannot give is decoded the slow way, from further back.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import chain

import av.error
from av.video.frame import VideoFrame

from app.media.errors import DamagedSource, SourceTooLarge
from app.media.limits import Limits
from app.media.packets import Packet, PacketReader, up_to
from app.media.requests import Report, no_report
from app.media.source import VideoSource

# Where a stream refreshes gradually instead of by keyframes, the picture is whole only some time after the place
# that the container calls a keyframe. So the slow way begins again from further and further back.
_MARGINS_SECONDS = (Fraction(0), Fraction(2), Fraction(10))


class Rung(StrEnum):
    """Which step of the ladder gave the frame; recorded, so that nobody takes a near miss for a hit."""

    EXACT = "exact"  # the last frame at or before the time asked
    EARLIER = "earlier"  # that one is damaged; this is the nearest before it that decodes
    KEYFRAME = "keyframe"  # the last keyframe at or before it
    FIRST = "first"  # the first frame that could be decoded at all


@dataclass(frozen=True, slots=True)
class Still:
    """A decoded frame, where it stands (seconds from the start of the video) and how it was found."""

    frame: VideoFrame = field(repr=False)
    position_seconds: Fraction
    rung: Rung


class _Run:
    """One way from a keyframe to the wanted packet: which packets come before it, and what they gave."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._first: int | None = None
        self._is_whole = False
        self._frame: VideoFrame | None = None
        self.wanted: Packet | None = None
        self.done = 0.0

    def before_wanted(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """Yield all packets that precede the wanted one in decode order; then `wanted` is it, or None."""
        held: deque[Packet] = deque()  # the wanted packet so far, and what follows it in decode order
        wanted_pts = 0
        for packet in packets:
            if packet.pts is None:
                return
            held.append(packet)
            if self._first is None:
                self._first = wanted_pts = packet.pts
            elif wanted_pts < packet.pts <= self._target:
                while held[0] is not packet:
                    yield held.popleft()
                wanted_pts = packet.pts
                self.done = (wanted_pts - self._first) / max(1, self._target - self._first)
        if held and wanted_pts <= self._target:
            self.wanted = held[0]

    def note(self, frames: Iterable[VideoFrame]) -> None:
        """Look for the wanted frame, and for the keyframe that it all began with.

        Where the keyframe itself does not come out, it was none: the stream refreshes gradually, and what comes
        out first after such a place can be half a picture.
        """
        for frame in frames:
            self._is_whole |= frame.pts == self._first
            if self.wanted is not None and frame.pts == self.wanted.pts and not frame.is_corrupt:
                self._frame = frame

    @property
    def found(self) -> VideoFrame | None:
        return self._frame if self._is_whole else None


class FrameFinder:
    """Finds frames in one open source. Not thread-safe; a source has one."""

    def __init__(self, source: VideoSource, limits: Limits, report: Report = no_report) -> None:
        self._source = source
        self._limits = limits
        self._report = report
        self._reader = PacketReader(source)
        self._context = source.stream.codec_context
        # Opened before skip_frame is ever set: dav1d reads it once, when it opens, and would keep it.
        self._context.open(strict=False)

    def find(self, at: Fraction, *, exact: bool = True) -> Still:
        """Return the frame at `at` seconds, stepping down the ladder where the file is damaged.

        A time past the end gives the last frame, a time before the first frame the first.
        Raises DamagedSource when not one frame decodes, SourceTooLarge past the limit of frames.
        """
        for rung in (self._exact, self._keyframe, self._first) if exact else (self._keyframe, self._first):
            if still := rung(self._reader.ticks(at)):
                return still
        raise DamagedSource("Not one frame of this video could be decoded; the file is damaged.")

    def keyframes(self, positions: Iterable[Fraction]) -> Iterator[Still]:
        """Yield the keyframe at or before each position, each keyframe once; those that do not decode are left out."""
        seen: set[int] = set()
        for at in positions:
            packet = next(self._reader.from_keyframe(self._reader.ticks(at)), None)
            if packet is not None and packet.pts is not None and packet.pts not in seen:
                seen.add(packet.pts)
                if still := self._keyframe(packet.pts):
                    yield still

    # --- the ladder ----------------------------------------------------------------------------------------

    def _exact(self, target: int) -> Still | None:
        if not self._source.has_pts:
            return self._decode_in_order(target)
        wanted, still = self._decode_needed(self._reader.from_keyframe(target, margin_seconds=self._margin), target)
        if still:
            return still
        for margin in _MARGINS_SECONDS:
            if frame := self._decode_through(self._reader.from_keyframe(target, margin_seconds=margin), target):
                return self._still(frame, Rung.EXACT if wanted in (None, frame.pts) else Rung.EARLIER)
        frame = self._last_up_to(self._frames(self._reader.from_start()), target)
        return self._still(frame, Rung.EXACT) if frame else None

    def _keyframe(self, target: int) -> Still | None:
        for packet in self._reader.from_keyframe(target):
            if packet.is_keyframe:
                frames = [*self._decode(packet), *self._drain()]
                return self._still(frames[0], Rung.KEYFRAME) if frames else None
        return None

    def _first(self, _target: int) -> Still | None:
        for frame in self._frames(self._reader.from_start()):
            return self._still(frame, Rung.FIRST)
        return None

    # --- decoding only what is needed ----------------------------------------------------------------------

    def _decode_needed(self, packets: Iterable[Packet], target: int) -> tuple[int | None, Still | None]:
        """Return the PTS wanted and its frame; None where the stream does not keep the rules this relies on."""
        self._context.flush_buffers()
        run = _Run(target)
        self._context.skip_frame = "NONREF"
        for number, packet in enumerate(run.before_wanted(up_to(packets, target))):
            if number >= self._limits.frames:
                raise SourceTooLarge(
                    f"More than {self._limits.frames} frames lie between a keyframe and this position."
                )
            run.note(self._decode(packet))
            self._report(run.done)
        self._context.skip_frame = "DEFAULT"
        if run.wanted is None:
            return None, None
        run.note([*self._decode(run.wanted), *self._drain()])
        return run.wanted.pts, self._still(run.found, Rung.EXACT) if run.found else None

    # --- decoding everything -------------------------------------------------------------------------------

    def _decode_in_order(self, target: int) -> Still | None:
        """Find the frame where packets tell no PTS: what comes out n-th is shown at the n-th time that went in."""
        self._context.flush_buffers()
        times: deque[int] = deque()
        last: tuple[VideoFrame, int] | None = None
        for frame in self._frames(self._noting_times(self._reader.from_keyframe(target), times)):
            time = times.popleft() if times else target
            if last is not None and time > target:
                break
            last = frame, time
        if last is None:
            return None
        frame, frame.pts = last
        return self._still(frame, Rung.EXACT)

    def _noting_times(self, packets: Iterable[Packet], times: deque[int]) -> Iterator[Packet]:
        for number, packet in enumerate(packets):
            times.append(packet.dts if packet.dts is not None else self._source.ticks_of_frame(number))
            yield packet

    def _decode_through(self, packets: Iterator[Packet], target: int) -> VideoFrame | None:
        """Return the last whole frame up to the target, or None where the entry was too near to tell.

        In a stream that refreshes gradually the first frames come some time after the entry, and H.264 decoders
        hand them out too early; as much time again is waited before a frame is trusted.
        """
        entry = next(packets, None)
        if entry is None:
            return None
        frames = self._frames(chain((entry,), packets))
        first = next(frames, None)
        if first is None or first.pts is None:
            return None
        delay = max(0, first.pts - (entry.pts if entry.pts is not None else first.pts))
        if first.pts + delay > target:
            return None
        return self._last_up_to(chain((first,), frames), target)

    @staticmethod
    def _last_up_to(frames: Iterable[VideoFrame], target: int) -> VideoFrame | None:
        """Return the last frame with PTS ≤ target, or the first one where none is that early."""
        last: VideoFrame | None = None
        for frame in frames:
            is_past = frame.pts is not None and frame.pts > target
            if last is None or not is_past:
                last = frame
            if is_past:
                break
        return last

    def _frames(self, packets: Iterable[Packet]) -> Iterator[VideoFrame]:
        self._context.flush_buffers()
        for number, packet in enumerate(packets):
            if number >= self._limits.frames:
                raise SourceTooLarge(f"No usable frame came within {self._limits.frames} packets.")
            yield from self._decode(packet)
        yield from self._drain()

    def _decode(self, packet: Packet) -> list[VideoFrame]:
        """Decode one packet; a damaged one gives nothing, and the next may be sound."""
        try:
            return self._context.decode(packet)
        except av.error.InvalidDataError:
            return []

    def _drain(self) -> list[VideoFrame]:
        """Take the frames that the decoder still holds and make it ready for more."""
        try:
            frames = self._context.decode(None)
        except (av.error.InvalidDataError, av.error.EOFError):
            frames = []
        self._context.flush_buffers()
        return frames

    # -------------------------------------------------------------------------------------------------------

    @property
    def _margin(self) -> Fraction:
        """Program streams tell wrong times for the first packets after a seek."""
        return Fraction(1) if self._source.container.format.name == "mpeg" else Fraction(0)

    def _still(self, frame: VideoFrame, rung: Rung) -> Still:
        seconds = (frame.pts or 0) * self._source.time_base - self._source.origin
        return Still(frame, max(seconds, Fraction(0)), rung)
