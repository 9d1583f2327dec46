"""Find the frame that a player shows at a time, decoding as little as is correct.

The frame at time t is the last one with PTS ≤ t. Packets come in decode order, so those around t are read until no
later one can still come before t; then everything from the keyframe is decoded that the wanted frame can depend on,
and nothing else: frames that no other depends on are skipped on the way (`skip_frame=NONREF`), the wanted packet is
decoded in full, and the decoder is drained. What that cannot give is decoded the slow way, from further back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import chain, islice

from av.video.frame import VideoFrame

from app.media.decoding.frame_reader import FrameReader
from app.media.decoding.packet_decoder import PacketDecoder
from app.media.decoding.packets import Packet, up_to
from app.media.decoding.runs import REORDERED_FRAMES, Run
from app.media.decoding.source import VideoSource
from app.media.errors import DamagedSource, SourceTooLarge
from app.media.limits import Limits
from app.media.requests.base import Report, no_report

# Where a stream refreshes gradually instead of by keyframes, the picture is whole only some time after the place
# that the container calls a keyframe. So the slow way begins again from further and further back.
_MARGINS_SECONDS = (Fraction(0), Fraction(2), Fraction(10))
# Where to look for the first whole frame: in anything that is streamed a keyframe comes every ten seconds.
_FIRST_PACKETS = 1000


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


class FrameFinder:
    """Finds frames in one open source. Not thread-safe; a source has one."""

    def __init__(self, source: VideoSource, limits: Limits, report: Report = no_report, *, threads: int = 1) -> None:
        self._source = source
        self._limits = limits
        self._report = report
        self._reader = FrameReader(source, limits, threads=threads, most_packets=limits.frames)
        self._packets = self._reader.packets

    @property
    def threads(self) -> int:
        """Return how many threads decode: as many as are allowed and of use, one as soon as something was odd."""
        return self._decoder.threads

    @property
    def _decoder(self) -> PacketDecoder:
        return self._reader.decoder

    def find(self, at: Fraction, *, exact: bool = True) -> Still:
        """Return the frame at `at` seconds, stepping down the ladder where the file is damaged.

        A time past the end gives the last frame, a time before the first frame the first.
        Raises DamagedSource when not one frame decodes, SourceTooLarge past the limit of frames.
        """
        if exact and self.threads > 1 and (still := self._find_sound(self._packets.ticks(at))):
            return still
        self._use_one_thread()
        still = self._climb_down(self._packets.ticks(at), exact)
        if still is None and self._decoder.is_strict:
            # What it was strict about may be no damage to the picture, in a file that is odd throughout.
            self._reader.reopen(is_strict=False)
            still = self._climb_down(self._packets.ticks(at), exact)
        if still is None:
            raise DamagedSource("Not one frame of this video could be decoded; the file is damaged.")
        return still

    def _climb_down(self, target: int, exact: bool) -> Still | None:
        for rung in (self._exact, self._keyframe, self._first) if exact else (self._keyframe, self._first):
            if still := rung(target):
                return still
        return None

    def keyframes(self, positions: Iterable[Fraction]) -> Iterator[Still]:
        """Yield the keyframe at or before each position, each keyframe once; those that do not decode are left out."""
        self._use_one_thread()
        seen: set[int | None] = set()
        for at in positions:
            packet = self._packets.last_keyframe(self._packets.ticks(at))
            if packet is not None and (time := self._packets.time(packet)) not in seen:
                seen.add(time)
                if still := self._decode_keyframe(packet):
                    yield still

    # --- several threads -----------------------------------------------------------------------------------

    def _find_sound(self, target: int) -> Still | None:
        """Return the frame if it is there and nothing was odd on the way; what is odd is not told in its place."""
        if not self._source.has_pts:
            return None
        run = self._decode_needed(target)
        is_wanted = run.found is not None and run.wanted is not None and run.found.pts == run.wanted.pts
        return self._still(run.found, Rung.EXACT) if run.found is not None and is_wanted and not run.is_odd else None

    def _use_one_thread(self) -> None:
        if self.threads > 1:
            self._reader.reopen(is_strict=True)

    # --- the ladder ----------------------------------------------------------------------------------------

    def _exact(self, target: int) -> Still | None:
        if not self._source.has_pts:
            return self._decode_in_order(target)
        sound = target
        while sound >= self._source.start_ticks:
            run = self._decode_needed(sound)
            if not run.has_pts:
                return self._decode_in_order(target)
            if run.is_damaged:
                sound = run.before_damage
                continue
            wanted = run.wanted.pts if run.wanted is not None else None
            frame = run.found or self._decode_all(sound)
            if frame is None:
                return None
            is_exact = sound == target and wanted in (None, frame.pts)
            return self._still(frame, Rung.EXACT if is_exact else Rung.EARLIER)
        return None

    def _keyframe(self, target: int) -> Still | None:
        packet = self._packets.last_keyframe(target)
        return self._decode_keyframe(packet) if packet is not None else None

    def _first(self, _target: int) -> Still | None:
        """Return the first whole frame; where no keyframe is whole, whatever comes out first."""
        packets = islice(self._packets.from_start(), _FIRST_PACKETS)
        in_order = (frame for frame, _ in self._reader.in_order(packets))
        frames = self._reader.frames(packets) if self._source.has_pts else in_order
        first = next(frames, None)
        if first is None:
            return None
        whole = (frame for frame in chain((first,), frames) if frame.key_frame and not frame.is_corrupt)
        return self._still(next(whole, first), Rung.FIRST)

    # --- decoding only what is needed ----------------------------------------------------------------------

    def _decode_keyframe(self, packet: Packet) -> Still | None:
        self._decoder.forget()
        decoded = (*(self._decoder.decode(packet) or ()), *(self._decoder.drain() or ()))
        frames = [frame for frame in decoded if not frame.is_corrupt]
        if not frames:
            return None
        frames[0].pts = self._packets.time(packet)
        return self._still(frames[0], Rung.KEYFRAME)

    def _decode_needed(self, target: int) -> Run:
        """Decode what the frame at the target can depend on, up to the first damage."""
        self._decoder.forget()
        run = Run(target)
        packets = up_to(self._packets.from_keyframe(target, margin_seconds=self._reader.margin), target)
        self._decoder.decode_only_references(True)
        try:
            for number, packet in enumerate(run.before_wanted(packets)):
                if number >= self._limits.frames:
                    raise SourceTooLarge(
                        f"More than {self._limits.frames} frames lie between a keyframe and this position."
                    )
                run.note(packet, self._decoder.decode(packet))
                if run.is_damaged:
                    return run
                self._report(run.done)
        finally:
            self._decoder.decode_only_references(False)
        if run.wanted is not None:
            run.note(run.wanted, self._decoder.decode(run.wanted))
            run.note(None, self._decoder.drain())
            if run.entry is not None and run.entry.is_keyframe and not self._refreshes_gradually:
                run.note_lost_keyframe()
        return run

    # --- decoding everything -------------------------------------------------------------------------------

    def _decode_in_order(self, target: int) -> Still | None:
        """Find the frame where packets tell no PTS, from far enough back to know when frames are shown."""
        settling = self._source.ticks_of_frame(2 * REORDERED_FRAMES)
        for margin in _MARGINS_SECONDS:
            margin += settling * self._source.time_base
            packets = self._packets.from_keyframe(target, margin_seconds=margin)
            last: VideoFrame | None = None
            leans_on_damage = False
            for frame, leans_on_damage in self._reader.in_order(packets):
                if (frame.pts or 0) > target and (last is not None or leans_on_damage):
                    break
                if not leans_on_damage:
                    last = frame
            if last is not None and not leans_on_damage and (last.pts or 0) + settling < target:
                # Far past the end, far enough back is still too near: now it is known where the end is.
                return self._decode_in_order((last.pts or 0) + settling // 2)
            if last is not None:
                return self._still(last, Rung.EARLIER if leans_on_damage else Rung.EXACT)
        return None

    def _decode_all(self, target: int) -> VideoFrame | None:
        """Find the frame in a stream that does not keep the rules: one that refreshes gradually, or hides frames."""
        for margin in _MARGINS_SECONDS:
            if frame := self._decode_through(self._packets.from_keyframe(target, margin_seconds=margin), target):
                return frame
        return self._last_up_to(self._whole_frames(self._packets.from_start()), target)

    def _decode_through(self, packets: Iterator[Packet], target: int) -> VideoFrame | None:
        """Return the last whole frame up to the target, or None where the entry was too near to tell.

        In a stream that refreshes gradually the first frames come some time after the entry, and H.264 decoders
        hand them out too early; as much time again is waited before a frame is trusted.
        """
        entry = next(packets, None)
        if entry is None:
            return None
        frames = self._whole_frames(chain((entry,), packets))
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

    def _whole_frames(self, packets: Iterable[Packet]) -> Iterator[VideoFrame]:
        return (frame for frame in self._reader.frames(packets) if not frame.is_corrupt)

    @property
    def _refreshes_gradually(self) -> bool:
        """Tell whether what a container calls a keyframe can be a place from where the picture gets whole later."""
        return self._decoder.codec in ("h264", "hevc", "vvc")

    def _still(self, frame: VideoFrame, rung: Rung) -> Still:
        seconds = (frame.pts or 0) * self._source.time_base - self._source.origin
        return Still(frame, max(seconds, Fraction(0)), rung)
