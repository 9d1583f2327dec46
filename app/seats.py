"""The seats of a worker, lent to one job after the other; what they all share when the worker stops."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.media.decoder import Decoder
from app.media.limits import Limits
from app.processes import processor_count
from app.seat import Seat
from app.storage.workroom import Workroom
from app.wiring import Core

_log = logging.getLogger(__name__)

_SAY_FULL_SECONDS = 60.0
# What a seat needs to write one row, after its decoder was killed.
_GIVE_BACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Stop:
    """What a worker was told of its end: that it shall come, and that it shall not wait for jobs in hand."""

    is_asked: threading.Event = field(default_factory=threading.Event)
    is_hurried: threading.Event = field(default_factory=threading.Event)


class Seats:
    """Who is free, who is at work that takes minutes, and how all of them come to an end."""

    def __init__(self, core: Core, room: Workroom) -> None:
        limits = Limits(**core.settings.decoder_limits)
        self.all = [
            Seat(core, Decoder(room.folder(f"seat-{number}"), limits)) for number in range(core.settings.seat_count)
        ]
        self._core = core
        self._changed = threading.Condition()
        self._free: list[Seat] = []
        # Lent to work that takes minutes, as far as is known before it is claimed.
        self._for_heavy: set[Seat] = set()
        self._said_full_at = -_SAY_FULL_SECONDS

    def make_ready(self, seat: Seat) -> None:
        """Start a seat's decoder, then make the seat free."""
        try:
            seat.make_ready()
        finally:
            self.put_back(seat)

    def lend(self, wait_seconds: float, *, is_heavy: bool = False) -> Seat | None:
        """Lend a free seat; None when the time passed first. The last one is not lent to work that takes minutes."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_there_one(is_heavy), wait_seconds):
                return None
            seat = self._free.pop(0)
            if is_heavy:
                self._for_heavy.add(seat)
            return seat

    def put_back(self, seat: Seat) -> None:
        """Make a seat free, for the first time or after a job."""
        with self._changed:
            self._free.append(seat)
            self._for_heavy.discard(seat)
            self._changed.notify_all()

    def must_keep_one(self) -> bool:
        """Tell whether all seats but one are at work that takes minutes: the last is for people who wait."""
        at_work = {seat for seat in self.all if (running := seat.running) and running.claim.is_heavy}
        return 0 < len(self.all) - 1 <= len(at_work | self._for_heavy)

    def is_any_busy(self) -> bool:
        return any(seat.is_busy for seat in self.all)

    def has_room(self) -> bool:
        """Tell whether there is room for what a job makes, and say it now and then where there is none."""
        if self._core.storage.has_room():
            return True
        if time.monotonic() - self._said_full_at > _SAY_FULL_SECONDS:
            self._said_full_at = time.monotonic()
            _log.warning("Jobs wait: less than %d bytes are free on the disk.", self._core.settings.min_free_bytes)
        return False

    def threads_for_one(self) -> int:
        """Return how many threads the next job may decode on: the processors that no other seat keeps busy."""
        return max(1, processor_count() - sum(seat.is_busy for seat in self.all))

    def drain(self, is_idle: Callable[[], bool], stop: Stop) -> None:
        """Let jobs in hand finish for the time that is set, then give them back."""
        _log.info("Stopping: %d jobs in hand.", sum(seat.is_busy for seat in self.all))
        patience = time.monotonic() + self._core.settings.drain_seconds
        # Not by waiting for the event: the signal that sets it would find this thread inside its lock.
        while not is_idle() and time.monotonic() < patience and not stop.is_hurried.is_set():
            time.sleep(0.05)
        end = time.monotonic() + _GIVE_BACK_SECONDS
        while not is_idle() and time.monotonic() < end:
            for seat in self.all:
                seat.give_back("The service was stopped before it was done.")
            time.sleep(0.1)

    def close(self) -> None:
        for seat in self.all:
            seat.decoder.close()

    def _is_there_one(self, is_heavy: bool) -> bool:
        return bool(self._free) and not (is_heavy and self.must_keep_one())
