"""How it becomes known that there is work: whoever commits rings, whoever waits looks at the table.

A bell carries nothing. One that is not heard delays a job until the next look, which is never further than a second;
one heard twice, or for nothing, costs a look.
"""

from typing import Protocol


class Bell(Protocol):
    """Wakes whoever waits, in any process. Ringing never fails and never waits."""

    def ring(self) -> None:
        """Wake all waiters."""

    def wait(self, timeout_seconds: float) -> bool:
        """Wait to be woken; False when the time passed first. A ring between two waits is not lost."""

    def close(self) -> None:
        """Stop waiting for good."""
