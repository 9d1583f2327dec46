"""Sends again what the broker lost or was never told, and what has become due by itself.

A job in the table that is due needs a message. Which one lacks it nobody knows; but while fewer messages wait than
jobs, some do. So much is sent as is missing, most urgent first. Workers that look at the same moment each send that, so
that of a job as many messages may come to wait as there are workers; then nobody misses any, and no more are sent.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
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
# Long and short jobs wait in one order. Where so many of one kind are first that the other is not seen, all rows that
# wait may have to be read to find it: once in so long.
_ALONE_SECONDS = 30.0


class Refill:
    """Looks at the broker's queues and at the table; about once a second, in one thread."""

    def __init__(self, core: Core, rabbit: Rabbit, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._core = core
        self._rabbit = rabbit
        self._timer = timer
        self._sent: dict[Notice, float] = {}
        # By whether jobs are heavy: when those were last looked for alone, and of which some were missing then.
        self._looked_alone: dict[bool, float] = {}
        self._missed_alone: set[bool] = set()

    def look(self) -> list[Notice]:
        """Announce what lacks a message, and return it."""
        try:
            with self._core.app.app_context():
                missing = self._missing()
        except BrokerAway:
            return []  # who sends and who receives tell of it
        except SQLAlchemyError as err:
            _log.warning("Nothing is sent again, because the database does not answer: %s", err)
            return []
        self._core.dispatch.announce(missing)
        self._sent.update(dict.fromkeys(missing, self._timer()))
        return missing

    def _missing(self) -> list[Notice]:
        messages = {is_heavy: self._rabbit.count(is_heavy=is_heavy) for is_heavy in (False, True)}
        short = {is_heavy: waiting for is_heavy, waiting in messages.items() if waiting < _PLENTY}
        if not short:
            return []
        due = self._list_due()
        are_more = max(Counter(notice.kind for notice in due).values(), default=0) >= _PLENTY
        missing: list[Notice] = []
        for is_heavy, waiting in short.items():
            seen = [notice for notice in due if notice.is_heavy is is_heavy]
            if are_more and len(seen) < _PLENTY and self._may_look_alone(is_heavy, waiting):
                missing += self._missing_alone(is_heavy, waiting)
            else:
                missing += self._lacking(seen, waiting)
        return missing

    def _may_look_alone(self, is_heavy: bool, waiting: int) -> bool:
        """Tell whether it is time; sooner where nothing is left of what was found the last time."""
        is_used_up = waiting == 0 and is_heavy in self._missed_alone
        looked_at = self._looked_alone.get(is_heavy)
        return is_used_up or looked_at is None or self._timer() - looked_at >= _ALONE_SECONDS

    def _missing_alone(self, is_heavy: bool, waiting: int) -> list[Notice]:
        missing = self._lacking(self._list_due(is_heavy), waiting)
        self._looked_alone[is_heavy] = self._timer()
        (self._missed_alone.add if missing else self._missed_alone.discard)(is_heavy)
        return missing

    def _list_due(self, is_heavy: bool | None = None) -> list[Notice]:
        return self._core.lifecycle.list_due(is_heavy=is_heavy, overdue=_OVERDUE, limit=_PLENTY)

    def _lacking(self, due: list[Notice], waiting: int) -> list[Notice]:
        return self._unsent(due)[: max(0, len(due) - waiting)]

    def _unsent(self, due: Iterable[Notice]) -> list[Notice]:
        now = self._timer()
        self._sent = {notice: at for notice, at in self._sent.items() if now - at < _PATIENCE_SECONDS}
        return [notice for notice in due if notice not in self._sent]
