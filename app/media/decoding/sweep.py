"""Small pictures for many positions of one video, taken along the way: each keyframe is visited once."""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import dropwhile, groupby

from av.video.frame import VideoFrame
from PIL import Image

from app.media.decoding.frames import Rung
from app.media.decoding.packet_decoder import PacketDecoder
from app.media.decoding.packets import Packet, PacketReader, up_to
from app.media.decoding.source import VideoSource
from app.media.limits import Limits
from app.media.pictures.render import release, render_small
from app.media.requests.base import Box

# Packets come in decode order. The one that is shown after another comes at most this much later; interlaced video
# may have two packets for each frame.
_LOOK_AHEAD_PACKETS = 32


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of one moment: where its frame stands (seconds), and how it was found."""

    image: Image.Image = field(repr=False)
    position_seconds: Fraction
    rung: Rung


# What was taken, by the target (ticks of the stream's clock) it was taken for.
Shots = dict[int, Shot]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Targets in ascending order that one keyframe leads to, and when that is shown."""

    keyframe: int
    targets: tuple[int, ...]


class Sweep:
    """Takes pictures along one open source on one thread. What is damaged, or odd in any way, it leaves out."""

    def __init__(self, source: VideoSource, limits: Limits, box: Box) -> None:
        self._source = source
        self._limits = limits
        self._box = box
        self._reader = PacketReader(source)
        self._decoder = PacketDecoder(source, limits)

    @property
    def can_be_exact(self) -> bool:
        """Tell whether packets say when their frame is shown; program streams say it wrongly after a seek."""
        return self._source.has_pts and self._source.is_seekable and self._source.container.format.name != "mpeg"

    def stretches(self, targets: Iterable[int]) -> list[Stretch]:
        """Tell which keyframe leads to which of the targets (ascending); those that none leads to are left out."""
        found = [(packet.pts, target) for target, packet in self._keyframes(targets)]
        by_keyframe = groupby((pair for pair in found if pair[0] is not None), key=lambda pair: pair[0])
        return [Stretch(pts, tuple(target for _, target in pairs)) for pts, pairs in by_keyframe if pts is not None]

    def take_keyframes(self, targets: Iterable[int]) -> Shots:
        """Take the last keyframe up to each target (ascending)."""
        shots: Shots = {}
        latest: tuple[int | None, Shot | None] = None, None
        for target, packet in self._keyframes(targets):
            time = self._reader.time(packet)
            if time != latest[0]:
                latest = time, self._decode_keyframe(packet)
            if shot := latest[1]:
                shots[target] = shot
        return shots

    def take_exactly(self, stretch: Stretch) -> Shots:
        """Take the last frame up to each target, decoding forward from the keyframe."""
        way = _Way(stretch.targets)
        packets = up_to(self._reader.from_keyframe(stretch.targets[0]), stretch.targets[-1])
        # Without an index a seek may land some keyframes early.
        packets = dropwhile(lambda packet: packet.pts != stretch.keyframe, packets)
        self._decoder.forget()
        for number, (packet, is_wanted) in enumerate(way.marked(packets)):
            if number >= self._limits.frames:
                break
            # What nothing depends on and nobody wants need not be decoded.
            self._decoder.decode_only_references(not is_wanted)
            self._look(way, self._decoder.decode(packet), packet.pts)
        self._decoder.decode_only_references(False)
        self._look(way, self._decoder.drain(), None)
        return way.sound_shots()

    def _keyframes(self, targets: Iterable[int]) -> Iterator[tuple[int, Packet]]:
        found: Iterator[tuple[int, Packet | None]]
        if self._source.is_seekable:
            found = ((target, self._reader.last_keyframe(target)) for target in targets)
        else:
            found = self._keyframes_in_one_pass(targets)
        return ((target, packet) for target, packet in found if packet is not None)

    def _keyframes_in_one_pass(self, targets: Iterable[int]) -> Iterator["tuple[int, Packet | None]"]:
        keyframes = (packet for packet in self._reader.from_start() if packet.is_keyframe)
        last, coming = next(keyframes, None), next(keyframes, None)
        for target in targets:
            while coming is not None and (self._reader.time(coming) or 0) <= target:
                last, coming = coming, next(keyframes, None)
            yield target, last

    def _decode_keyframe(self, packet: Packet) -> Shot | None:
        self._decoder.forget()
        decoded = (*(self._decoder.decode(packet) or ()), *(self._decoder.drain() or ()))
        sound = next((frame for frame in decoded if not frame.is_corrupt), None)
        return None if sound is None else self._shot(sound, self._reader.time(packet), Rung.KEYFRAME)

    def _look(self, way: "_Way", frames: list[VideoFrame] | None, pts: int | None) -> None:
        """Keep what is wanted of the frames that came out after a packet, or None where it is damaged."""
        if frames is None:
            way.note_damage(pts)
        for frame in frames or ():
            if frame.is_corrupt:
                way.note_damage(frame.pts)
            elif way.is_wanted(frame.pts):
                way.keep(frame.pts, self._shot(frame, frame.pts, Rung.EXACT))

    def _shot(self, frame: VideoFrame, ticks: int | None, rung: Rung) -> Shot:
        box = self._box
        image = render_small(frame, box, sar=self._source.sar)
        release(frame)
        seconds = (ticks or 0) * self._source.time_base - self._source.origin
        return Shot(image, max(seconds, Fraction(0)), rung)


class _Way:
    """One way through a stretch: which packets are wanted for which targets, and from where on it is damaged."""

    def __init__(self, targets: Sequence[int]) -> None:
        self._targets = targets
        self._places: dict[int, int] = {}  # by PTS, the place of each packet in decode order
        self._wanted: dict[int, Sequence[int]] = {}  # by PTS, the targets that its frame is for
        self._shots: dict[int, Shot] = {}
        self._entry: int | None = None  # the PTS of the first packet
        self._unserved = len(targets)
        self._latest = 0  # the place of the packet that was decoded last
        self._damaged: int | None = None  # the place of the first packet that is

    def marked(self, packets: Iterable[Packet]) -> Iterator[tuple[Packet, bool]]:
        """Yield packets with whether their frame is wanted, until those of all targets were.

        The first is always wanted: unless it comes out whole, nothing that leans on it can be trusted.
        """
        ahead: deque[tuple[Packet, int]] = deque()
        times: list[int] = []
        for packet in packets:
            pts = packet.pts
            if pts is None or pts in self._places:
                # Without times, or with doubtful ones, it cannot be told which frame is which.
                self._damaged = 0
                return
            self._entry = pts if self._entry is None else self._entry
            self._places[pts] = len(self._places)
            insort(times, pts)
            ahead.append((packet, pts))
            if len(ahead) > _LOOK_AHEAD_PACKETS:
                yield self._mark(ahead, times)
                if self._unserved <= 0:
                    return
        while ahead and self._unserved > 0:
            yield self._mark(ahead, times)

    def _mark(self, ahead: deque[tuple[Packet, int]], times: list[int]) -> tuple[Packet, bool]:
        packet, pts = ahead.popleft()
        self._latest = self._places[pts]
        following = bisect_right(times, pts)
        begin = 0 if pts == self._entry else bisect_left(self._targets, pts)
        end = bisect_left(self._targets, times[following]) if following < len(times) else len(self._targets)
        if begin < end or pts == self._entry:
            self._wanted[pts] = self._targets[begin:end]
            self._unserved -= end - begin
        return packet, pts in self._wanted

    def is_wanted(self, pts: int | None) -> bool:
        return pts in self._wanted

    def keep(self, pts: int | None, shot: Shot) -> None:
        """Keep the picture of a wanted frame."""
        if pts is not None:
            self._shots[pts] = shot

    def note_damage(self, pts: int | None) -> None:
        """Note that the packet with this PTS is damaged; without one, that the latest is."""
        # What is shown before the keyframe leans on frames before it, which are not there, and nothing leans on it.
        if pts is not None and self._entry is not None and pts < self._entry:
            return
        place = self._latest if pts is None else self._places.get(pts, self._latest)
        self._damaged = place if self._damaged is None else min(place, self._damaged)

    def sound_shots(self) -> Shots:
        """Return what was taken of frames that lean on nothing damaged, by target."""
        if self._entry not in self._shots:
            # Not even the keyframe came out: it is damaged, or none, because the stream refreshes gradually.
            return {}
        return {
            target: shot
            for pts, shot in self._shots.items()
            if self._damaged is None or self._places[pts] < self._damaged
            for target in self._wanted[pts]
        }
