"""Frames in the order they are shown, each with its time, and the ones that stand at the beats of another rate."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from typing import TypeVar

from av.filter import Graph
from av.video.frame import VideoFrame

from app.media.decoding.frame_reader import FrameReader
from app.media.decoding.packets import Packet
from app.media.decoding.source import VideoSource
from app.media.errors import SourceTooLarge
from app.media.limits import Limits

T = TypeVar("T")

# Before a wanted stretch only frames are decoded that others lean on; from this long before it all of them, so that
# the one is there which stands when it begins.
_RUN_UP_SECONDS = Fraction(1, 2)
# A time this far past the end that the file tells of, or where it tells of none past the frame before, is no pause:
# the clock jumped, and frames go on where they were.
_PAST_END_SECONDS, _LONGEST_PAUSE_SECONDS = 10, 600
# A day of video is not watched; it is a number in a damaged or hostile file.
MOST_SECONDS = 24 * 3600
# What is called the rate of a file is at times the rate of its fields, or the unit in which it counts.
_MOST_RATE, _MOST_OVER_AVERAGE = Fraction(120), Fraction(19, 10)


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame and when it is shown, in seconds from the start of the video."""

    frame: VideoFrame = field(repr=False)
    at: Fraction
    until: Fraction


class FramePlayer:
    """Plays stretches of one open source. `damaged` counts what did not decode."""

    def __init__(self, source: VideoSource, limits: Limits, *, threads: int = 1) -> None:
        self._source = source
        # As players do: what can be decoded is shown. Of a film there are more frames than a search may take.
        self._reader = FrameReader(source, limits, threads=threads, is_strict=False)
        self.damaged = 0

    @property
    def rate(self) -> Fraction:
        """Return how many frames a second the source has when nothing is left out; an estimate for odd files."""
        average = self._source.stream.average_rate or self._source.stream.guessed_rate or Fraction(25)
        nominal = self._source.stream.guessed_rate or average
        return min(nominal if nominal <= average * _MOST_OVER_AVERAGE else average, _MOST_RATE)

    def play(self, start: Fraction = Fraction(0), end: Fraction | None = None) -> Iterator[Shown]:
        """Yield frames from the one that stands at `start` or some before it up to the last one before `end` seconds.

        Damaged frames are left out, unless there are no others. Raises SourceTooLarge after a day.
        """
        is_any_whole = False
        for shown in self._timed(start, end, with_damaged=False):
            is_any_whole = True
            yield shown
        if not is_any_whole:
            yield from self._timed(start, end, with_damaged=True)

    def _timed(self, start: Fraction, end: Fraction | None, *, with_damaged: bool) -> Iterator[Shown]:
        until: Fraction | None = None
        shift = Fraction(0)
        for frame in self._decoded(start, with_damaged=with_damaged):
            length = self._length(frame)
            at = until if frame.pts is None and until is not None else self._seconds(frame) + shift
            if until is not None and self._is_jump(at, until):
                shift, at = shift + until - at, until
            if until is not None and at < until - length:
                continue  # shown before the one before it: there is no place for it
            if at > MOST_SECONDS:
                raise SourceTooLarge("This video is longer than a day.")
            if end is not None and at >= end:
                return
            until = at + length
            yield Shown(frame, at, until)

    def _seconds(self, frame: VideoFrame) -> Fraction:
        return max(Fraction(0), (frame.pts or 0) * self._source.time_base - self._source.origin)

    def _length(self, frame: VideoFrame) -> Fraction:
        length = (frame.duration or 0) * self._source.time_base
        return length if 0 < length <= _LONGEST_PAUSE_SECONDS else 1 / self.rate

    def _is_jump(self, at: Fraction, until: Fraction) -> bool:
        duration = self._source.duration
        return at > (until + _LONGEST_PAUSE_SECONDS if duration is None else max(until, duration) + _PAST_END_SECONDS)

    def _decoded(self, start: Fraction, *, with_damaged: bool) -> Iterator[VideoFrame]:
        self._reader.decoder.decode_only_references(False)
        if self._source.has_pts:
            frames = self._reader.frames(self._packets(start), self._note_damage)
        else:
            # When a frame is shown is counted from where decoding began: some way before, all of them.
            margin = self._source.ticks_of_frame(32) * self._source.time_base
            target = self._reader.packets.ticks(start)
            packets = self._reader.packets.from_keyframe(target, margin_seconds=margin)
            frames = (frame for frame, _ in self._reader.in_order(packets, self._note_damage))
        for frame in frames:
            self.damaged += frame.is_corrupt
            if with_damaged or not frame.is_corrupt:
                yield frame

    def _packets(self, start: Fraction) -> Iterator[Packet]:
        reader = self._reader
        if start <= 0:
            yield from reader.packets.from_start()
            return
        target = reader.packets.ticks(start)
        run_up = target - int(_RUN_UP_SECONDS / self._source.time_base)
        for packet in reader.packets.from_keyframe(target, margin_seconds=reader.margin):
            reader.decoder.decode_only_references(packet.pts is not None and packet.pts < run_up)
            yield packet

    def _note_damage(self) -> None:
        self.damaged += 1


def paced(
    shown: Iterable[Shown],
    rate: Fraction,
    *,
    start: Fraction = Fraction(0),
    beats: int | None = None,
    early: Fraction = Fraction(0),
) -> Iterator[Shown]:
    """Yield what is shown at each beat of `rate` from `start` on: again where nothing new came, else the latest.

    A frame counts already `early` seconds before its time, because containers round times. What comes before the first
    frame shows it, too. `beats` is how many there are; without it they end with the last frame.
    """
    beat, held = 0, None
    for item in shown:
        while held is not None and start + beat / rate + early < item.at and (beats is None or beat < beats):
            yield held
            beat += 1
        if beat == beats:
            return
        held = item
    if held is None:
        return
    last = max(beat, 1, round((held.until - start) * rate)) if beats is None else beats
    for _ in range(beat, last):
        yield held


def progressive(shown: Iterable[Shown]) -> Iterator[Shown]:
    """Yield the same frames, those that are interlaced rebuilt to show one moment each."""
    smoother: _Smoother | None = None
    for item in shown:
        if smoother is not None and not smoother.fits(item.frame):
            yield from smoother.put(None)
            smoother = None
        if smoother is None and item.frame.interlaced_frame:
            smoother = _Smoother(item.frame)
        yield from (item,) if smoother is None else smoother.put(item)
    yield from () if smoother is None else smoother.put(None)


class _Smoother:
    """Rebuilds interlaced frames of one size and format, and hands the others through; one frame behind."""

    def __init__(self, frame: VideoFrame) -> None:
        self._shape = frame.width, frame.height, frame.format.name
        self._waiting: deque[Shown] = deque()
        self._graph = Graph()
        self._graph.link_nodes(
            self._graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
            ),
            self._graph.add("bwdif", "mode=send_frame:deint=interlaced"),
            self._graph.add("buffersink"),
        ).configure()

    def fits(self, frame: VideoFrame) -> bool:
        return self._shape == (frame.width, frame.height, frame.format.name)

    def put(self, item: Shown | None) -> Iterator[Shown]:
        """Yield what is done; without an item, all that is left."""
        if item is not None:
            self._waiting.append(item)
        self._graph.push(None if item is None else item.frame)
        for frame in pulled(self._graph):
            waited = self._waiting.popleft()
            frame.colorspace, frame.color_range = waited.frame.colorspace, waited.frame.color_range
            yield replace(waited, frame=frame)


def pulled(graph: Graph) -> Iterator[VideoFrame]:
    """Yield the frames that are ready at the end of a graph."""
    while True:
        try:
            yield graph.vpull()
        except (BlockingIOError, EOFError):
            return


def peeked(items: Iterator[T]) -> tuple[T | None, Iterator[T]]:
    """Return the first one, if there is any, and all of them."""
    first = next(items, None)
    return first, iter(()) if first is None else chain((first,), items)
