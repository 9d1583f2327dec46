"""Trials of one output: how long a job takes alone, what it uses, and how many are done with several at once."""

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.media.decoder import Decoder
from app.media.errors import DecoderCancelled
from app.media.limits import Limits
from app.media.requests.base import Request
from app.processes import processor_count
from app.usage import pids_below, usage_below

# Quick jobs are repeated for so long, alone and then several at once; slow ones are done once in each seat.
_ALONE_SECONDS = 0.5
_TOGETHER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Alone:
    """One job with the machine to itself: the median of its time, and what its decoder used."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


class Trials:
    """Makes outputs of one file until a moment of the monotonic clock, in decoders below `folder`."""

    def __init__(self, source: Path, limits: Limits, folder: Path, *, until: float) -> None:
        self._source = source
        self._limits = limits
        self._folder = folder
        self._until = until
        self._seats: list[Decoder] = []

    def alone(self, request: Request) -> Alone | None:
        """Measure one job by itself, on a decoder of its own; None where the time is over before it is done."""
        others = pids_below()
        with self._opened("alone") as decoder:
            # As a seat does while nobody else works.
            decoder.threads = processor_count()
            try:
                with self._called_off(decoder):
                    before = usage_below(beside=others)
                    times = list(self._repeat(request, decoder, seconds=_ALONE_SECONDS))
            except DecoderCancelled:
                return None
            after = usage_below(beside=others)
        cpu_seconds = (after.cpu_seconds - before.cpu_seconds) / len(times)
        return Alone(statistics.median(times), cpu_seconds, after.peak_bytes)

    def together(self, request: Request, count: int) -> float | None:
        """Return how many jobs are done in a second with `count` at once; None where the time is over before."""
        seats = self._take_seats(count)
        threads = max(1, processor_count() - (count - 1))
        for seat in seats:
            seat.threads = threads
        try:
            with ThreadPoolExecutor(count) as pool, self._called_off(*seats):
                began = time.monotonic()
                done = sum(pool.map(partial(self._count, request, seconds=_TOGETHER_SECONDS), seats))
        except DecoderCancelled:
            return None
        return done / (time.monotonic() - began)

    def close(self) -> None:
        """End every decoder."""
        for seat in self._seats:
            seat.close()

    def _take_seats(self, count: int) -> Sequence[Decoder]:
        while len(self._seats) < count:
            self._seats.append(Decoder(self._folder / f"seat-{len(self._seats)}", self._limits))
        return self._seats[:count]

    @contextmanager
    def _opened(self, name: str) -> Iterator[Decoder]:
        decoder = Decoder(self._folder / name, self._limits)
        try:
            yield decoder
        finally:
            decoder.close()

    def _count(self, request: Request, decoder: Decoder, *, seconds: float) -> int:
        return sum(1 for _time in self._repeat(request, decoder, seconds=seconds))

    def _repeat(self, request: Request, decoder: Decoder, *, seconds: float) -> Iterator[float]:
        """Do the job again and again for a time, at least once; yield how long each took."""
        end = time.monotonic() + seconds
        while True:
            began = time.monotonic()
            with self._source.open("rb") as file:
                for product in decoder.make(file, request).products:
                    decoder.copy_result(product, len)
            yield time.monotonic() - began
            if time.monotonic() >= end:
                return

    @contextmanager
    def _called_off(self, *decoders: Decoder) -> Iterator[None]:
        """Let decoders that are made ready work until the time is over. Raises DecoderCancelled when it is already."""
        for decoder in decoders:
            decoder.prepare()

        def call_off() -> None:
            for decoder in decoders:
                decoder.cancel()

        left = self._until - time.monotonic()
        if left <= 0:
            raise DecoderCancelled("The time is over.")
        timer = threading.Timer(left, call_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        except BaseException:
            # Whoever goes, because one failed or because of Ctrl-C, does not wait for the others.
            call_off()
            raise
        finally:
            timer.cancel()
