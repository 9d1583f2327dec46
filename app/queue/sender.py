"""Sends messages from a thread of its own: nobody waits for the broker, and nobody fails with it.

What cannot be sent is let go. Its row says all that is needed: a worker finds it there, and sends what was lost.
"""

import logging
import threading
import time
from collections.abc import Sequence
from queue import Empty, Full, Queue

from app.errors import BrokerAway
from app.queue.base import Notice
from app.queue.rabbit import Rabbit

_log = logging.getLogger(__name__)

# What may wait to be sent while the broker is slow.
_MOST_WAITING = 10_000
_BREATHE_SECONDS = 5.0
# After a failure nothing is tried for this long.
_AWAY_SECONDS = 1.0
_LAST_SECONDS = 3.0
_SAY_AWAY_SECONDS = 60.0


class Sender:
    """Announces jobs as messages. Its thread begins with the first, so that a process may fork before."""

    def __init__(self, rabbit: Rabbit, *, breathe_seconds: float = _BREATHE_SECONDS) -> None:
        self._rabbit = rabbit
        self._breathe_seconds = breathe_seconds
        self._waiting: Queue[Notice | None] = Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._away_until = 0.0
        self._said_away_at = -_SAY_AWAY_SECONDS

    def announce(self, notices: Sequence[Notice]) -> None:
        if not notices:
            return
        self._begin()
        for notice in notices:
            try:
                self._waiting.put_nowait(notice)
            except Full:
                return

    def close(self) -> None:
        if self._thread is None:
            return
        try:
            self._waiting.put(None, timeout=_LAST_SECONDS)
        except Full:
            return
        self._thread.join(_LAST_SECONDS)

    def _begin(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        is_open = True
        while is_open:
            try:
                is_open = self._step()
            except BrokerAway as err:
                self._away_until = time.monotonic() + _AWAY_SECONDS
                self._say_away(err)
            except Exception:  # noqa: BLE001  (the thread's loop: without it nothing would be sent any more)
                self._away_until = time.monotonic() + _AWAY_SECONDS
                _log.exception("Sending messages met something unforeseen.")
                self._rabbit.hang_up()
        self._rabbit.hang_up()

    def _step(self) -> bool:
        """Send what is next, or keep the connection where there is nothing; False once all is sent."""
        try:
            notice = self._waiting.get(timeout=self._breathe_seconds)
        except Empty:
            self._rabbit.breathe()
            return True
        if notice is not None and time.monotonic() >= self._away_until:
            self._rabbit.send(notice)
        return notice is not None

    def _say_away(self, err: BrokerAway) -> None:
        if time.monotonic() - self._said_away_at > _SAY_AWAY_SECONDS:
            self._said_away_at = time.monotonic()
            _log.warning("Jobs wait in the table: %s", err.message)
