"""Keeps the leases of the jobs in the seats, passes their progress on, and does what any worker does for all."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.errors import StorageError
from app.events.log import prune
from app.jobs.losses import A_FEW
from app.seats import Seats, Stop
from app.wiring import Core

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.5
_HEARTBEAT_SECONDS = 5.0
_LAPSED_SECONDS = 1.0
# It looks at every video that ever failed, and mends what hardly ever happens.
_STRANDED_SECONDS = 15.0
_PRUNE_SECONDS = 600.0
_SWEEP_SECONDS = 3600.0
_RETENTION_SECONDS = 10.0


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


class Keeper:
    """Runs in a thread of its own, from `start` until `stop`."""

    def __init__(self, core: Core, seats: Seats, stop: Stop) -> None:
        self._core = core
        self._seats = seats
        self._stop = stop
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._worker_id = 0
        self._trust_until = 0.0

    def start(self, worker_id: int) -> None:
        self._worker_id = worker_id
        self._thread.start()

    def stop(self) -> None:
        self._is_done.set()
        self._thread.join()

    def _keep(self) -> None:
        chores = (
            _Chore(_LAPSED_SECONDS, self._clear_up),
            _Chore(_STRANDED_SECONDS, self._fail_stranded),
            _Chore(_HEARTBEAT_SECONDS, self._beat),
            _Chore(_PRUNE_SECONDS, self._prune),
            _Chore(_RETENTION_SECONDS, _beside(self._core, "retention", self._core.retention.run)),
            _Chore(_SWEEP_SECONDS, _beside(self._core, "sweep", self._sweep), is_due_at_start=False),
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
        busy = [(seat, running) for seat in self._seats.all if (running := seat.running)]
        if not busy:
            return
        held = self._core.lifecycle.list_held(self._worker_id)
        renew_seconds = self._core.settings.lease_seconds / 3
        for seat, running in busy:
            is_held = (running.claim.ref, running.claim.attempt) in held
            seat.keep(running, time.monotonic(), renew_seconds=renew_seconds, is_held=is_held)

    def _clear_up(self) -> None:
        if time.monotonic() < self._trust_until:
            return
        if lapsed := self._core.lifecycle.reclaim():
            _log.warning("%d jobs were taken from workers that fell silent.", lapsed)

    def _fail_stranded(self) -> None:
        self._core.lifecycle.fail_stranded()

    def _beat(self) -> None:
        self._core.workers.beat(self._worker_id, is_draining=self._stop.is_asked.is_set())

    def _prune(self) -> None:
        kept = timedelta(days=self._core.settings.event_days)
        self._core.transactions.run(lambda transaction: prune(transaction.session, before=transaction.now - kept))

    def _sweep(self) -> None:
        self._core.sweep.run(self._core.transactions.now())
        self._core.losses.run(most=A_FEW)


def _beside(core: Core, name: str, work: Callable[[], object]) -> Callable[[], None]:
    """Return what has `work` done in a thread of its own: it may take longer than a lease. Never twice at once."""

    def do() -> None:
        try:
            with core.app.app_context():
                work()
        except (SQLAlchemyError, StorageError) as err:
            _log.warning("The %s waits for its next time: %s", name, err)

    thread = threading.Thread()

    def start() -> None:
        nonlocal thread
        if not thread.is_alive():
            thread = threading.Thread(target=do, name=name, daemon=True)
            thread.start()

    return start
