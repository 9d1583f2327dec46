"""What the service has promised: every request that it accepted, and what has to come of it."""

import threading
from collections import Counter
from enum import Enum

from app.jobs.claims import JobRef
from app.models import Status


class Due(Enum):
    """What has to come of an accepted job: in which states it may be once nothing moves any more."""

    DONE = frozenset({Status.COMPLETED})
    REFUSED = frozenset({Status.FAILED})
    CANCELLED = frozenset({Status.CANCELLED})
    # It was cancelled in the moment in which it was done, and the answer got lost.
    EITHER = frozenset({Status.COMPLETED, Status.CANCELLED})


class Ledger:
    """Kept by the clients, each of which writes down what it was answered; what got no answer is not in it."""

    def __init__(self) -> None:
        self.due: dict[JobRef, Due] = {}
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self._wishes: dict[tuple[int, str], int] = {}
        self._lock = threading.Lock()

    def accept(self, ref: JobRef, due: Due) -> None:
        """Note an accepted request, or that something else is to come of an earlier one."""
        with self._lock:
            self.due[ref] = due

    def accept_wish(self, video_id: int, words: str, job_id: int) -> None:
        """Note which job the same words of the same video lead to: always the same one."""
        with self._lock:
            if (known := self._wishes.setdefault((video_id, words), job_id)) != job_id:
                self.faults.append(f"The wish {words} of video {video_id} led to job {known}, and to {job_id}.")

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def fault(self, what: str) -> None:
        """Note something that must not happen."""
        with self._lock:
            self.faults.append(what)
