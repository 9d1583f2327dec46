"""Walk through a stretch of a video from a keyframe on, stopping where a picture is wanted.

Cheaper than to find each frame by itself, which decodes from the keyframe each time; and as any frame near the
place will do, those that no other leans on are not decoded.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from fractions import Fraction
from itertools import dropwhile, islice

from av.video.frame import VideoFrame

from app.media.decoding.frames import FrameFinder, Rung, Still
from app.media.decoding.packets import Packet
from app.media.errors import DamagedSource, SourceTooLarge


class FrameWalk(FrameFinder):
    """A finder that can also go on from where it is."""

    @property
    def pixels(self) -> int:
        """Return those of a frame, as the header tells."""
        context = self._source.stream.codec_context
        return context.width * context.height

    @property
    def frames_a_second(self) -> float:
        """Return about how many frames it decodes for a second of video."""
        context = self._source.stream.codec_context
        rate = float(self._source.stream.guessed_rate or 25)
        return rate * (0.5 if context.has_b_frames else 1)

    def stills_from(self, positions: Sequence[Fraction], *, most_frames: int) -> Iterator[Still]:
        """Yield a frame at or soon after each position (ascending seconds); past the end, the last one.

        At most `most_frames` are decoded, from the keyframe at or before the first position on. Where something is
        damaged the nearest sound frame before it is the last: what comes after may lean on the damage.
        """
        self._use_one_thread()
        left = list(positions)
        decoded = 0
        with closing(self._frames_from(left[0])) as walk:
            for frame in islice(walk, most_frames):
                decoded += 1
                still = self._still(frame, Rung.EXACT)
                if still.position_seconds >= left[0]:
                    yield still
                    left = [at for at in left if at > still.position_seconds]
                if not left:
                    return
        if decoded < most_frames:
            with suppress(DamagedSource, SourceTooLarge):
                yield self.find(left[-1])

    def _frames_from(self, at: Fraction) -> Generator[VideoFrame, None, None]:
        all_packets = self._packets.from_keyframe(self._packets.ticks(at), margin_seconds=self._reader.margin)
        packets = islice(all_packets, self._limits.frames)
        # Where packets tell no PTS it takes all frames to know when each is shown.
        self._decoder.decode_only_references(self._source.has_pts)
        try:
            yield from self._sound(packets) if self._source.has_pts else self._in_turn(packets)
        finally:
            self._decoder.decode_only_references(False)
            self._decoder.forget()

    def _sound(self, packets: Iterable[Packet]) -> Iterator[VideoFrame]:
        is_damaged = False

        def note_damage() -> None:
            nonlocal is_damaged
            is_damaged = True

        # What comes out before the first keyframe leans on frames that were never decoded.
        for frame in dropwhile(lambda frame: not frame.key_frame, self._reader.frames(packets, note_damage)):
            if is_damaged or frame.is_corrupt:
                return
            if frame.pts is not None:
                yield frame

    def _in_turn(self, packets: Iterator[Packet]) -> Iterator[VideoFrame]:
        for frame, leans_on_damage in self._reader.in_order(packets):
            if leans_on_damage:
                return
            yield frame
