"""What is asked of a decoder process, and how long it is waited for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.media.limits import Limits
from app.media.requests.base import Report, no_report


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `lent` are files it may use; `given` are so too, and are closed on this side once they were sent."""

    name: str
    options: dict[str, Any]
    report: Report = no_report
    lent: Sequence[BinaryIO] = ()
    given: Sequence[BinaryIO] = ()


class Patience:
    """When waiting is over (as time.monotonic counts): after the wall seconds, or so long after the last sign of work.

    How far the work is, plays no part: that is guessed from what the header of a file claims, which may be too little,
    or nothing. Signs count only as often as limits allow renewals: a process that was taken over cannot have itself
    waited for without end.
    """

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.wall_seconds
        now = time.monotonic()
        self.deadline = now + self._seconds
        self._last = now + self._seconds * (1 + limits.renewals)

    def renew(self) -> None:
        """Wait longer, where that is allowed."""
        self.deadline = min(self._last, time.monotonic() + self._seconds)
