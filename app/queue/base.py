"""How it becomes known that there is work: whoever commits announces it, whoever waits looks at the table.

An announcement decides nothing. One that is not heard delays a job until the next look, which is never further than
seconds; one heard twice, or for nothing, costs a look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.models import JobKind


@dataclass(frozen=True, slots=True)
class Notice:
    """Word of a job that may be claimed: which one, how urgent, since when, and whether it takes minutes."""

    kind: JobKind
    id: int
    priority: int
    run_after: datetime
    is_heavy: bool


class Dispatch(Protocol):
    """Lets workers know of jobs, in any process. Announcing never fails and never waits."""

    def announce(self, notices: Sequence[Notice]) -> None:
        """Let workers know that these jobs may be claimed."""

    def close(self) -> None:
        """Announce nothing more; what is on its way gets a moment to leave."""


class Bell(Protocol):
    """Wakes whoever waits, in any process. Ringing never fails and never waits."""

    def ring(self) -> None:
        """Wake all waiters."""

    def wait(self, timeout_seconds: float) -> bool:
        """Wait to be woken; False when the time passed first. A ring between two waits is not lost."""

    def close(self) -> None:
        """Stop waiting for good."""


class Doorbell:
    """Announces by a bell, which says nothing: whoever hears it looks at the table."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell

    def announce(self, notices: Sequence[Notice]) -> None:
        if notices:
            self._bell.ring()

    def close(self) -> None:
        """The bell is closed by whoever made it."""
