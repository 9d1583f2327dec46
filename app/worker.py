"""The background thread pool: one thread is one seat, and a seat works on one job at a time.

A seat waits while its decoder process burns. How jobs come to the seats is the feed's business: from the table, or as
messages. Beside them the keeper sees to leases, progress and housekeeping.
"""

import logging
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from app.keeper import Keeper
from app.row_feed import RowFeed
from app.seats import Seats, Stop
from app.storage.workroom import Workroom
from app.wiring import Core

_log = logging.getLogger(__name__)


class Feed(Protocol):
    """Brings jobs to the seats."""

    def run(self, worker_id: int) -> None:
        """Give jobs to seats until told to stop; return once nothing is in hand any more."""


class Worker:
    """Works on jobs until it is told to stop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._stop = Stop()
        self._room = Workroom(core.settings.data_path)
        self._seats = Seats(core, self._room)
        self._keeper = Keeper(core, self._seats, self._stop)
        self._feed = _build_feed(core, self._seats, self._stop)

    def run(self) -> None:
        """Work until `stop`; return once nothing is in hand any more. Raises DecoderError when no decoder starts."""
        worker_id = self._enter()
        self._keeper.start(worker_id)
        self._feed.run(worker_id)
        self._keeper.stop()
        self._leave(worker_id)

    def stop(self) -> None:
        """Claim nothing more and finish what is in hand; called again, give that back at once. Safe in a handler."""
        if self._stop.is_asked.is_set():
            self._stop.is_hurried.set()
        self._stop.is_asked.set()
        self._core.bell.ring()

    def _enter(self) -> int:
        # The first decoder tells what kind of jail this machine allows; without one there is no point in going on.
        first = self._seats.all[0].decoder
        first.prepare()
        for layer, state in first.layers.items():
            if state != "on":
                _log.warning("The decoders are not held by this layer of their jail: %s, %s.", layer, state)
        with self._core.app.app_context():
            worker_id = self._core.workers.enter(seats=len(self._seats.all), jail=first.layers)
        held = ", ".join(layer for layer, state in first.layers.items() if state == "on")
        _log.info("Worker %d has %d seats. Their decoders are held by: %s.", worker_id, len(self._seats.all), held)
        return worker_id

    def _leave(self, worker_id: int) -> None:
        self._seats.close()
        self._room.close()
        try:
            with self._core.app.app_context():
                self._core.workers.leave(worker_id)
        except SQLAlchemyError as err:
            _log.warning("The worker left without a word, because the database does not answer: %s", err)


def _build_feed(core: Core, seats: Seats, stop: Stop) -> Feed:
    if core.rabbit is None:
        return RowFeed(core, seats, stop)
    # Only here: Dramatiq is not installed where nobody asked for it.
    from app.message_feed import MessageFeed

    return MessageFeed(core, core.rabbit, seats, stop)
