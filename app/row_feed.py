"""Jobs come to the seats from the table: whenever a seat is free, and the bell rings or a second has passed."""

import logging
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from app.jobs.claims import Claim
from app.seat import Seat
from app.seats import Seats, Stop
from app.wiring import Core

_log = logging.getLogger(__name__)

# The safety net under the bell: work that no bell announced is found this soon.
_LOOK_SECONDS = 1.0


class RowFeed:
    """Takes a free seat before it looks for work, so that nothing is claimed which nobody can begin."""

    def __init__(self, core: Core, seats: Seats, stop: Stop) -> None:
        self._core = core
        self._seats = seats
        self._stop = stop

    def run(self, worker_id: int) -> None:
        """Give jobs to seats until told to stop; return once nothing is in hand any more."""
        with ThreadPoolExecutor(len(self._seats.all), thread_name_prefix="seat") as pool:
            for seat in self._seats.all:
                pool.submit(self._seats.make_ready, seat)
            while not self._stop.is_asked.is_set():
                self._seat_next(pool, worker_id)
            self._seats.drain(lambda: not self._seats.is_any_busy(), self._stop)

    def _seat_next(self, pool: ThreadPoolExecutor, worker_id: int) -> None:
        """Give the next job to a free seat, or wait until there is either."""
        seat = self._seats.lend(_LOOK_SECONDS)
        if seat is None:
            return
        if claim := self._claim(worker_id):
            seat.take(claim, threads=self._seats.threads_for_one())
            pool.submit(self._work, seat)
        else:
            self._seats.put_back(seat)
            self._core.bell.wait(_LOOK_SECONDS)

    def _claim(self, worker_id: int) -> Claim | None:
        if not self._seats.has_room():
            return None
        try:
            with self._core.app.app_context():
                return self._core.lifecycle.claim_next(worker_id, only_light=self._seats.must_keep_one())
        except SQLAlchemyError as err:
            _log.warning("No job can be claimed, because the database does not answer: %s", err)
            return None

    def _work(self, seat: Seat) -> None:
        try:
            seat.work()
        finally:
            self._seats.put_back(seat)
