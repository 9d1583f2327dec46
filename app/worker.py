"""The background thread pool: one thread is one seat, and a seat works on one job at a time.

A seat waits while its decoder process burns. The main loop takes a free seat before it looks for work, so that
nothing is claimed which nobody can begin. A second thread keeps the leases of the jobs in the seats, passes their
progress on, and does the housekeeping that any worker does for all.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from queue import Empty, SimpleQueue

from sqlalchemy.exc import SQLAlchemyError

from app.errors import StorageError
from app.events.log import prune
from app.jobs.claims import Claim
from app.media.decoder import Decoder
from app.media.limits import Limits
from app.processes import processor_count
from app.seat import Seat
from app.storage.workroom import Workroom
from app.wiring import Core

_log = logging.getLogger(__name__)

# The safety net under the bell: work that no bell announced is found this soon.
_LOOK_SECONDS = 1.0
_TICK_SECONDS = 0.5
_HEARTBEAT_SECONDS = 5.0
_LAPSED_SECONDS = 1.0
_PRUNE_SECONDS = 600.0
_SWEEP_SECONDS = 3600.0
_SAY_FULL_SECONDS = 60.0
# What a seat needs to write one row, after its decoder was killed.
_GIVE_BACK_SECONDS = 5.0


class _Chore:
    """Something that is done every so often."""

    def __init__(self, every_seconds: float, work: Callable[[], None], *, is_due_at_start: bool = True) -> None:
        self._every_seconds = every_seconds
        self._work = work
        self._done_at = -every_seconds if is_due_at_start else time.monotonic()

    def do_if_due(self) -> None:
        if time.monotonic() - self._done_at >= self._every_seconds:
            self._done_at = time.monotonic()
            self._work()


class Worker:
    """Works on jobs until it is told to stop."""

    def __init__(self, core: Core) -> None:
        settings = core.settings
        self._core = core
        self._room = Workroom(settings.data_path)
        limits = Limits(**settings.decoder_limits)
        self._seats = [
            Seat(core, Decoder(self._room.folder(f"seat-{number}"), limits)) for number in range(settings.seat_count)
        ]
        self._free: SimpleQueue[Seat] = SimpleQueue()
        self._stopping = threading.Event()
        self._is_hurried = threading.Event()
        self._is_done = threading.Event()
        self._id = 0
        self._trust_until = 0.0
        self._said_full_at = -_SAY_FULL_SECONDS

    def run(self) -> None:
        """Work until `stop`; return once nothing is in hand any more. Raises DecoderError when no decoder starts."""
        self._enter()
        keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        keeper.start()
        with ThreadPoolExecutor(len(self._seats), thread_name_prefix="seat") as pool:
            for seat in self._seats:
                pool.submit(self._ready, seat)
            while not self._stopping.is_set():
                self._seat_next(pool)
            self._drain()
        self._is_done.set()
        keeper.join()
        self._leave()

    def stop(self) -> None:
        """Claim nothing more and finish what is in hand; called again, give that back at once. Safe in a handler."""
        if self._stopping.is_set():
            self._is_hurried.set()
        self._stopping.set()
        self._core.bell.ring()

    # --- the main loop -------------------------------------------------------------------------------------

    def _seat_next(self, pool: ThreadPoolExecutor) -> None:
        """Give the next job to a free seat, or wait until there is either."""
        try:
            seat = self._free.get(timeout=_LOOK_SECONDS)
        except Empty:
            return
        if claim := self._claim():
            seat.take(claim, threads=self._threads_for_one())
            pool.submit(self._work, seat)
        else:
            self._free.put(seat)
            self._core.bell.wait(_LOOK_SECONDS)

    def _threads_for_one(self) -> int:
        """Return how many threads the next job may decode on: the processors that no other seat keeps busy."""
        busy = sum(seat.is_busy for seat in self._seats)
        return max(1, processor_count() - busy)

    def _claim(self) -> Claim | None:
        if not self._core.storage.has_room():
            self._say_full()
            return None
        try:
            with self._core.app.app_context():
                return self._core.lifecycle.claim_next(self._id, only_light=self._must_keep_a_seat())
        except SQLAlchemyError as err:
            _log.warning("No job can be claimed, because the database does not answer: %s", err)
            return None

    def _say_full(self) -> None:
        if time.monotonic() - self._said_full_at > _SAY_FULL_SECONDS:
            self._said_full_at = time.monotonic()
            _log.warning("Jobs wait: less than %d bytes are free on the disk.", self._core.settings.min_free_bytes)

    def _must_keep_a_seat(self) -> bool:
        """Tell whether all seats but one are at work that takes minutes: the last is for people who wait."""
        heavy = sum(running.claim.is_heavy for seat in self._seats if (running := seat.running))
        return 0 < len(self._seats) - 1 <= heavy

    def _ready(self, seat: Seat) -> None:
        try:
            seat.make_ready()
        finally:
            self._free.put(seat)

    def _work(self, seat: Seat) -> None:
        try:
            seat.work()
        finally:
            self._free.put(seat)

    def _drain(self) -> None:
        """Let jobs in hand finish for the time that is set, then give them back."""
        busy = [seat for seat in self._seats if seat.is_busy]
        _log.info("Stopping: %d jobs in hand.", len(busy))
        patience = time.monotonic() + self._core.settings.drain_seconds
        while self._is_any_busy() and time.monotonic() < patience and not self._is_hurried.wait(0.05):
            pass
        end = time.monotonic() + _GIVE_BACK_SECONDS
        while self._is_any_busy() and time.monotonic() < end:
            for seat in self._seats:
                seat.give_back("The service was stopped before it was done.")
            time.sleep(0.1)

    def _is_any_busy(self) -> bool:
        return any(seat.is_busy for seat in self._seats)

    # --- the keeper ----------------------------------------------------------------------------------------

    def _keep(self) -> None:
        chores = (
            _Chore(_LAPSED_SECONDS, self._clear_up),
            _Chore(_HEARTBEAT_SECONDS, self._beat),
            _Chore(_PRUNE_SECONDS, self._prune),
            _Chore(_SWEEP_SECONDS, self._sweep, is_due_at_start=False),
        )
        while not self._is_done.wait(_TICK_SECONDS):
            try:
                with self._core.app.app_context():
                    self._keep_seats()
                    for chore in chores:
                        chore.do_if_due()
            except SQLAlchemyError as err:
                # Nobody could renew a lease meanwhile: whoever is alive gets the time to do so once it is back.
                self._trust_until = time.monotonic() + self._core.settings.lease_seconds
                _log.warning("Leases wait, because the database does not answer: %s", err)
            except Exception:  # noqa: BLE001  (the process's loop: without it every lease would lapse)
                _log.exception("The keeper met something unforeseen.")

    def _keep_seats(self) -> None:
        # What runs is looked at before what is held: a job that is claimed in between is not taken for a lost one.
        busy = [(seat, running) for seat in self._seats if (running := seat.running)]
        if not busy:
            return
        held = self._core.lifecycle.list_held(self._id)
        renew_seconds = self._core.settings.lease_seconds / 3
        for seat, running in busy:
            is_held = (running.claim.ref, running.claim.attempt) in held
            seat.keep(running, time.monotonic(), renew_seconds=renew_seconds, is_held=is_held)

    def _clear_up(self) -> None:
        if time.monotonic() < self._trust_until:
            return
        if lapsed := self._core.lifecycle.reclaim():
            _log.warning("%d jobs were taken from workers that fell silent.", lapsed)
        self._core.lifecycle.fail_stranded()

    def _beat(self) -> None:
        self._core.workers.beat(self._id, is_draining=self._stopping.is_set())

    def _prune(self) -> None:
        kept = timedelta(days=self._core.settings.event_days)
        self._core.transactions.run(lambda transaction: prune(transaction.session, before=transaction.now - kept))

    def _sweep(self) -> None:
        """Look for what belongs to nothing, beside the keeper: that may take longer than a lease."""
        threading.Thread(target=self._sweep_now, name="sweep", daemon=True).start()

    def _sweep_now(self) -> None:
        try:
            with self._core.app.app_context():
                self._core.sweep.run(self._core.transactions.now())
        except (SQLAlchemyError, StorageError) as err:
            _log.warning("The sweep waits for its next time: %s", err)

    # --- coming and going ----------------------------------------------------------------------------------

    def _enter(self) -> None:
        # The first decoder tells what kind of jail this machine allows; without one there is no point in going on.
        first = self._seats[0].decoder
        first.prepare()
        for layer, state in first.layers.items():
            if state != "on":
                _log.warning("The decoders are not held by this layer of their jail: %s, %s.", layer, state)
        with self._core.app.app_context():
            self._id = self._core.workers.enter(seats=len(self._seats), jail=first.layers)
        held = ", ".join(layer for layer, state in first.layers.items() if state == "on")
        _log.info("Worker %d has %d seats. Their decoders are held by: %s.", self._id, len(self._seats), held)

    def _leave(self) -> None:
        for seat in self._seats:
            seat.decoder.close()
        self._room.close()
        try:
            with self._core.app.app_context():
                self._core.workers.leave(self._id)
        except SQLAlchemyError as err:
            _log.warning("The worker left without a word, because the database does not answer: %s", err)
