"""What is learnt on the way to a wanted frame: which packet it is, what is damaged, when frames are shown.

Nothing is decoded here; whoever decodes notes what went in and what came out.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from av.video.frame import VideoFrame

from app.media.decoding.packets import Packet

# H.264 and HEVC reorder at most 16 frames: what has not come out after as many is not coming.
REORDERED_FRAMES = 16


class Run:
    """One way from a keyframe to the wanted packet: which packets come before it, and what they gave.

    `done` is how much of the way is behind, from 0 to 1.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._pts: list[int] = []  # of all packets so far, in decode order
        self._damaged: int | None = None  # the place there of the first damaged one
        self._is_whole = False
        self.is_odd = False  # something was damaged, if only what nothing leans on
        self._frame: VideoFrame | None = None
        self.entry: Packet | None = None
        self.wanted: Packet | None = None
        self.has_pts = True
        self.done = 0.0

    def before_wanted(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """Yield all packets that precede the wanted one in decode order; then `wanted` is it, or None."""
        held: deque[tuple[Packet, int]] = deque()  # the wanted packet so far, and what follows it in decode order
        first = wanted = 0
        for packet in packets:
            pts = packet.pts
            if pts is None:
                self.has_pts = False
                return
            held.append((packet, pts))
            if self.entry is None:
                self.entry, first, wanted = packet, pts, pts
            elif wanted < pts <= self._target:
                while held[0][0] is not packet:
                    yield self._next(held)
                wanted = pts
                self.done = (wanted - first) / max(1, self._target - first)
        if held and wanted <= self._target:
            self.wanted = self._next(held)

    def _next(self, held: deque[tuple[Packet, int]]) -> Packet:
        packet, pts = held.popleft()
        self._pts.append(pts)
        return packet

    def note(self, packet: "Packet | None", frames: Iterable[VideoFrame] | None) -> None:
        """Note the frames that came out after a packet, or None where it is damaged; no packet where it was drained.

        Where the keyframe that it all began with does not come out, it was none: the stream refreshes gradually,
        and what comes out first after such a place can be half a picture.
        """
        if frames is None:
            self.is_odd = True
            self._note_damage(packet.pts if packet is not None else None)
        for frame in frames or ():
            if frame.is_corrupt:
                self._note_damage(frame.pts)
            else:
                self._is_whole |= frame.pts == self._pts[0]
                if self.wanted is not None and frame.pts == self.wanted.pts:
                    self._frame = frame

    def note_lost_keyframe(self) -> None:
        """Note that the entry was a keyframe, though it did not come out: some decoders drop a damaged one silently."""
        if not self._is_whole and self._pts:
            self._note_damage(self._pts[0])

    def _note_damage(self, pts: int | None) -> None:
        # What is shown before the keyframe leans on frames before it, which are not there, and nothing leans on it.
        if pts is not None and pts < self._pts[0]:
            return
        place = self._pts.index(pts) if pts in self._pts else len(self._pts) - 1
        self._damaged = place if self._damaged is None else min(place, self._damaged)

    @property
    def is_damaged(self) -> bool:
        return self._damaged is not None

    @property
    def found(self) -> VideoFrame | None:
        """Return the wanted frame, if nothing that it can lean on is damaged."""
        return self._frame if self._is_whole and not self.is_damaged else None

    @property
    def before_damage(self) -> int:
        """Return the PTS of the last frame that does not lean on what is damaged; before the keyframe if that is."""
        sound = [pts for pts in self._pts[: self._damaged] if pts <= self._target]
        return max(sound) if sound else self._pts[0] - 1


class ShowingOrder:
    """When frames are shown whose packets tell no PTS: what comes out n-th at the n-th time that went in.

    Not all come out: those that lean on frames before the entry do not, and damaged ones do not. So packets are
    numbered in decode order. The latest number that came out tells how many frames there were up to it; those of them
    that may still come are shown later.
    """

    def __init__(self, *, delay: int) -> None:
        self._delay = delay
        self._times: list[int] = []
        self._latest = -1
        self._awaited: set[int] = set()
        self._damaged: int | None = None  # the number of the last packet that was

    @property
    def leans_on_damage(self) -> bool:
        """Tell whether there was damage and no keyframe since."""
        return self._damaged is not None

    def number(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """Yield the packets with their number in decode order as PTS, noting when they are decoded."""
        for number, packet in enumerate(packets):
            last = self._times[-1] if self._times else 0
            self._times.append(packet.dts if packet.dts is not None else last + (packet.duration or 0))
            packet.pts = number
            yield packet

    def note_damage(self) -> None:
        """Note that the latest packet is damaged."""
        self._damaged = len(self._times) - 1

    def note(self, frame: VideoFrame) -> int:
        """Note the next frame that comes out, and return when it is shown."""
        number = frame.pts or 0
        if frame.is_corrupt:
            self._damaged = number
        elif frame.key_frame and self._damaged is not None and number > self._damaged:
            self._damaged = None
        self._awaited.discard(number)
        if number > self._latest:
            self._awaited.update(range(self._latest + 1, number))
            self._latest = number
        self._awaited = {other for other in self._awaited if other > self._latest - REORDERED_FRAMES}
        return self._times[self._latest - len(self._awaited)] + self._delay
