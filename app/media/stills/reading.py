"""Shots of a whole video: sweeps on as many threads as are of use, then whatever the sweeps had to leave out."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import BinaryIO, TypeVar

from app.media.decoding.frames import FrameFinder, Rung
from app.media.decoding.source import VideoSource, open_beside
from app.media.decoding.sweep import Shot, Shots, Stretch, Sweep
from app.media.errors import DamagedSource, SourceTooLarge
from app.media.pictures.render import release, render_frame
from app.media.requests.base import Accuracy, Box, no_report
from app.media.workshop import Workshop

T = TypeVar("T")

# Keyframes that a thread takes before it looks for more work: neighbours often share one.
_TOGETHER = 4
# A second thread costs opening the file again, and two frames of more pixels than 4K would take too much memory.
_WORTH_TWO_THREADS = 8
_THREADED_PIXELS = 4096 * 2304
# What is decoded for exact frames where nobody insists on them: three minutes of 1080p at 30 frames a second.
_AFFORDED_PIXELS = 180 * 30 * 1920 * 1080
# Where fewer than this share of the positions have a keyframe of their own, keyframes do not tell them apart.
_ENOUGH_APART = Fraction(3, 4)
# Finding frames one by one may take this long in all; after that, keyframes and neighbours must do.
_MENDING_SECONDS = 20.0


class Reading:
    """Takes shots of one open source: `positions` are seconds, by ticks of the stream's clock."""

    def __init__(
        self, workshop: Workshop, file: BinaryIO, source: VideoSource, box: Box, positions: Mapping[int, Fraction]
    ) -> None:
        self._workshop = workshop
        self._file = file
        self._source = source
        self._box = box
        self._positions = positions
        self._targets = sorted(positions)
        self._sweep = Sweep(source, workshop.limits, box)
        self._deadline = time.monotonic() + _MENDING_SECONDS
        self._shots: Shots = {}

    def take(self, accuracy: Accuracy) -> Shots:
        """Return a shot for each position. Raises DamagedSource when not one frame decodes."""
        self._share(self._stretches(accuracy), Sweep.take_exactly)
        if accuracy is Accuracy.EXACT:
            self._find_missing()
        self._share(self._pieces(), Sweep.take_keyframes)
        self._find_missing()
        self._fill_gaps()
        return self._shots

    # --- what to do ----------------------------------------------------------------------------------------

    def _stretches(self, accuracy: Accuracy) -> list[Stretch]:
        """Return what to decode exactly: nothing where keyframes do, or where packets do not tell the time."""
        is_auto = accuracy is Accuracy.AUTO
        if accuracy is Accuracy.KEYFRAME or not self._sweep.can_be_exact or (is_auto and not self._is_affordable):
            return []
        stretches = self._sweep.stretches(self._targets)
        return [] if is_auto and len(stretches) >= _ENOUGH_APART * len(self._targets) else stretches

    def _pieces(self) -> list[list[int]]:
        """Return the positions that still need a keyframe, some at a time; all at once where nothing can be sought."""
        missing = self._missing
        together = _TOGETHER if self._source.is_seekable else len(missing) or 1
        return [missing[begin : begin + together] for begin in range(0, len(missing), together)]

    @property
    def _missing(self) -> list[int]:
        return [target for target in self._targets if target not in self._shots]

    @property
    def _is_affordable(self) -> bool:
        seconds = (self._targets[-1] - self._targets[0]) * self._source.time_base
        return seconds * (self._source.stream.average_rate or 25) * self._frame_pixels <= _AFFORDED_PIXELS

    @property
    def _frame_pixels(self) -> int:
        context = self._source.stream.codec_context
        return context.width * context.height

    # --- sweeping on one thread or two ---------------------------------------------------------------------

    def _share(self, work: Sequence[T], take: Callable[[Sweep, T], Shots]) -> None:
        """Do all pieces of work, on a second thread too where that is of use."""
        todo = deque(work)
        if not self._is_worth_two_threads or len(todo) < 2:
            self._work(self._sweep, todo, take, self._report)
            return
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(self._work_beside, todo, take)
            try:
                self._work(self._sweep, todo, take, self._report)
            finally:
                todo.clear()
            other.result()
            self._report()

    @property
    def _is_worth_two_threads(self) -> bool:
        is_fit = self._frame_pixels <= _THREADED_PIXELS and len(self._targets) >= _WORTH_TWO_THREADS
        return is_fit and self._workshop.threads > 1

    def _work_beside(self, todo: deque[T], take: Callable[[Sweep, T], Shots]) -> None:
        limits = self._workshop.limits
        with open_beside(self._file, limits, sniffed=self._source.sniffed) as source:
            self._work(Sweep(source, limits, self._box), todo, take)

    def _work(
        self,
        sweep: Sweep,
        todo: deque[T],
        take: Callable[[Sweep, T], Shots],
        report: Callable[[], None] = lambda: None,
    ) -> None:
        while todo:
            try:
                piece = todo.popleft()
            except IndexError:
                # The other thread was faster.
                return
            self._shots.update(take(sweep, piece))
            report()

    def _report(self) -> None:
        self._workshop.report(len(self._shots) / len(self._targets))

    # --- what sweeps leave out -----------------------------------------------------------------------------

    def _find_missing(self) -> None:
        """Find one by one what the sweeps left out, as long as there is time for it."""
        missing = self._missing
        if not missing:
            return
        self._source.reopen()
        finder = FrameFinder(self._source, self._workshop.limits, no_report)
        for target in missing:
            if time.monotonic() > self._deadline:
                break
            if shot := self._find(finder, target):
                self._shots[target] = shot
                self._report()
        # The finder's decoder is the source's own, and is set up otherwise than a sweep's.
        self._source.reopen()
        self._sweep = Sweep(self._source, self._workshop.limits, self._box)

    def _find(self, finder: FrameFinder, target: int) -> Shot | None:
        try:
            still = finder.find(self._positions[target])
        except (DamagedSource, SourceTooLarge):
            return None
        box = self._box
        image = render_frame(still.frame, sar=self._source.sar, width=box.width, height=box.height, fit=box.fit)
        release(still.frame)
        return Shot(image, still.position_seconds, still.rung)

    def _fill_gaps(self) -> None:
        """Take the nearest shot for each position that has none. Raises DamagedSource where there is not one."""
        taken = dict(self._shots)
        if not taken:
            raise DamagedSource("Not one frame of this video could be decoded; the file is damaged.")
        for target in self._missing:
            nearest = min(taken, key=lambda other: abs(other - target))
            self._shots[target] = replace(taken[nearest], rung=Rung.EARLIER if nearest < target else Rung.FIRST)
