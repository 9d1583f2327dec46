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
    """When waiting is over (as time.monotonic counts): after the wall seconds, or so long after the last progress.

    Progress counts only where it goes beyond what was told before, and only as often as limits allow renewals: a
    process that was taken over cannot have itself waited for without end.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._told = 0.0
        now = time.monotonic()
        self.deadline = now + limits.wall_seconds
        self._last = now + limits.wall_seconds * (1 + limits.renewals)

    def renew(self, fraction: float) -> None:
        """Wait longer, where that is allowed and there was progress."""
        if fraction > self._told:
            self._told = fraction
            self.deadline = min(self._last, time.monotonic() + self._limits.wall_seconds)
