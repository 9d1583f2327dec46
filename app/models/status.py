"""The life of a job: its statuses, and the one map of moves between them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"

    @property
    def is_final(self) -> bool:
        """Tell whether only a person's wish moves a job from here on."""
        return self in _FINAL

    @property
    def can_be_cancelled(self) -> bool:
        return self.can_become(Status.CANCELLED)

    @property
    def can_be_retried(self) -> bool:
        """Tell whether a person may have it done again: it is over, and did not end well or what it made is gone."""
        return self.is_final and self.can_become(Status.QUEUED)

    def can_become(self, other: "Status") -> bool:
        return other in NEXT[self]


S = Status
NEXT: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        S.QUEUED: frozenset({S.PROCESSING, S.FAILED, S.CANCELLED}),
        S.PROCESSING: frozenset({S.QUEUED, S.COMPLETED, S.FAILED, S.CANCELLED}),
        S.COMPLETED: frozenset({S.EXPIRED}),
        S.FAILED: frozenset({S.QUEUED}),
        S.CANCELLED: frozenset({S.QUEUED}),
        S.EXPIRED: frozenset({S.QUEUED}),
    }
)
_FINAL = frozenset({S.COMPLETED, S.FAILED, S.CANCELLED, S.EXPIRED})
