"""Jobs come to the seats as messages over RabbitMQ, each with the name of one job.

The claim decides, not the message: one that comes twice, late or for nothing finds nothing to claim, and is done.
"""

import logging
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from app.jobs.claims import Claim, JobRef
from app.models import JobKind
from app.queue.rabbit import Rabbit
from app.queue.receiver import Receiver
from app.refill import Refill
from app.seat import Seat
from app.seats import Seats, Stop
from app.wiring import Core

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_SEAT_SECONDS = 0.5
# Between two tries of what the machine or the database does not allow just now.
_AGAIN_SECONDS = 1.0


class MessageFeed:
    """Each message waits in a thread of its own until it has a seat."""

    def __init__(self, core: Core, rabbit: Rabbit, seats: Seats, stop: Stop) -> None:
        self._core = core
        self._seats = seats
        self._stop = stop
        self._refill = Refill(core, rabbit)
        self._receiver = Receiver(rabbit, seats=len(seats.all), work=self._work)
        self._worker_id = 0

    def run(self, worker_id: int) -> None:
        """Give jobs to seats until told to stop; return once nothing is in hand any more."""
        self._worker_id = worker_id
        for seat in self._seats.all:
            threading.Thread(target=self._seats.make_ready, args=[seat], daemon=True).start()
        self._receiver.start()
        # In a thread of its own: a broker that hangs must not keep this one from stopping.
        threading.Thread(target=self._look_after_messages, name="refill", daemon=True).start()
        while not self._stop.is_asked.is_set():
            self._core.bell.wait(_LOOK_SECONDS)
        self._receiver.take_no_more()
        self._seats.drain(self._receiver.is_idle, self._stop)
        self._receiver.close()

    def _look_after_messages(self) -> None:
        while not self._stop.is_asked.is_set():
            try:
                self._refill.look()
            except Exception:  # noqa: BLE001  (the thread's loop: without it nothing that was lost would be found)
                _log.exception("Looking for lost messages met something unforeseen.")
            time.sleep(_LOOK_SECONDS)

    def _work(self, kind: JobKind, job_id: int, is_heavy: bool) -> None:
        """Do a job, if it is there to be done. Never raises: a message that failed would be set aside for good."""
        ref = JobRef(kind, job_id)
        try:
            if seat := self._wait_for_seat(is_heavy):
                try:
                    self._work_in(seat, ref)
                finally:
                    self._seats.put_back(seat)
            if self._stop.is_asked.is_set():
                self._pass_on(ref)
        except Exception:  # noqa: BLE001  (the thread's boundary: the job is in the table, and is found there)
            _log.exception("%s job %d was not begun.", kind.capitalize(), job_id)

    def _wait_for_seat(self, is_heavy: bool) -> Seat | None:
        while not self._stop.is_asked.is_set():
            if seat := self._seats.lend(_SEAT_SECONDS, is_heavy=is_heavy):
                return seat
        return None

    def _work_in(self, seat: Seat, ref: JobRef) -> None:
        if claim := self._claim(ref):
            seat.take(claim, threads=self._seats.threads_for_one())
            seat.work()

    def _claim(self, ref: JobRef) -> Claim | None:
        """Claim this job; while there is no room, or no database, the message is held, and no loop is made."""
        while not self._stop.is_asked.is_set():
            if self._seats.has_room():
                try:
                    with self._core.app.app_context():
                        return self._core.lifecycle.claim(ref, self._worker_id)
                except SQLAlchemyError as err:
                    _log.warning("No job can be claimed, because the database does not answer: %s", err)
            time.sleep(_AGAIN_SECONDS)
        return None

    def _pass_on(self, ref: JobRef) -> None:
        """Announce a job that this worker has no time for any more; one that it finished is not due."""
        try:
            with self._core.app.app_context():
                if notice := self._core.lifecycle.find_due(ref):
                    self._core.dispatch.announce([notice])
        except SQLAlchemyError as err:
            _log.warning("A job is left to be found in the table, because that does not answer: %s", err)
