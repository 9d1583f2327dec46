"""Sends again what the broker lost or was never told, and what has become due by itself.

A job in the table that is due needs a message. Which one lacks it nobody knows; but while fewer messages wait than
jobs, some do. So much is sent as is missing, most urgent first, and never more: however often workers look, messages
cannot pile up beyond the jobs that there are.
"""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.errors import BrokerAway
from app.queue.base import Notice
from app.queue.rabbit import Rabbit
from app.wiring import Core

_log = logging.getLogger(__name__)

# A job that was due for less than this may have a message that is on its way.
_OVERDUE = timedelta(seconds=1)
# With so many messages waiting, nobody is short of work.
_PLENTY = 100
# A message that was sent again is not sent once more for this long.
_PATIENCE_SECONDS = 10.0


class Refill:
    """Looks at the broker's queues and at the table; about once a second, in one thread."""

    def __init__(self, core: Core, rabbit: Rabbit) -> None:
        self._core = core
        self._rabbit = rabbit
        self._sent: dict[Notice, float] = {}

    def look(self) -> list[Notice]:
        """Announce what lacks a message, and return it."""
        try:
            with self._core.app.app_context():
                missing = [notice for is_heavy in (False, True) for notice in self._missing(is_heavy)]
        except BrokerAway:
            return []  # who sends and who receives tell of it
        except SQLAlchemyError as err:
            _log.warning("Nothing is sent again, because the database does not answer: %s", err)
            return []
        self._core.dispatch.announce(missing)
        self._sent.update(dict.fromkeys(missing, time.monotonic()))
        return missing

    def _missing(self, is_heavy: bool) -> list[Notice]:
        waiting = self._rabbit.count(is_heavy=is_heavy)
        if waiting >= _PLENTY:
            return []
        due = self._core.lifecycle.list_due(is_heavy=is_heavy, overdue=_OVERDUE, limit=_PLENTY)
        return self._unsent(due)[: max(0, len(due) - waiting)]

    def _unsent(self, due: Iterable[Notice]) -> list[Notice]:
        now = time.monotonic()
        self._sent = {notice: at for notice, at in self._sent.items() if now - at < _PATIENCE_SECONDS}
        return [notice for notice in due if notice not in self._sent]
