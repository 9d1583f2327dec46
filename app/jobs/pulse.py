"""How the queue is doing: what waits and for how long, what is worked on, what was done lately, and by whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.jobs.counting import count_each
from app.jobs.loading import MODEL
from app.models import QueueState, Status, Worker

# A worker that has not written its heartbeat for this long is not counted on.
ALIVE = timedelta(seconds=15)
_LATELY = timedelta(hours=1)
_SHOWN = (Status.QUEUED, Status.PROCESSING, Status.COMPLETED, Status.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The queue at one moment. `completed` and `failed` are those of the last hour.

    Counts stop at COUNT_LIMIT + 1, which means more than that limit.
    """

    is_paused: bool
    paused_since: datetime | None
    waiting: int
    running: int
    oldest_waiting_seconds: float | None
    completed: int
    failed: int
    workers: int
    seats: int

    def to_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "is_paused": self.is_paused,
            "paused_since": self.paused_since.isoformat() if self.paused_since else None,
            "waiting": self.waiting,
            "running": self.running,
            "oldest_waiting_seconds": self.oldest_waiting_seconds,
            "completed_last_hour": self.completed,
            "failed_last_hour": self.failed,
            "workers": self.workers,
            "seats": self.seats,
        }


def read_pulse(session: Session, owner_id: int, now: datetime) -> Pulse:
    """Read an owner's part of the queue, and what all owners share: whether it is running, and the workers."""
    counts = count_each(session, {status.value: _counted(owner_id, status, now) for status in _SHOWN})
    oldest = [since for query in _longest_waiting(owner_id) for since in session.scalars(query)]
    state = session.scalars(select(QueueState).execution_options(populate_existing=True)).one()
    seats = list(session.scalars(select(Worker.seats).where(Worker.heartbeat_at > now - ALIVE, ~Worker.is_draining)))
    return Pulse(
        is_paused=state.is_paused,
        paused_since=state.since,
        waiting=counts[Status.QUEUED],
        running=counts[Status.PROCESSING],
        oldest_waiting_seconds=(now - min(oldest)).total_seconds() if oldest else None,
        completed=counts[Status.COMPLETED],
        failed=counts[Status.FAILED],
        workers=len(seats),
        seats=sum(seats),
    )


def _counted(owner_id: int, status: Status, now: datetime) -> list[Select[Any]]:
    """Select the jobs of a status that are counted: of those that ended only the late ones."""
    chosen = []
    for model in MODEL.values():
        query = select(model.id).where(model.owner_id == owner_id, model.status == status)
        chosen.append(query.where(model.finished_at > now - _LATELY) if status.is_final else query)
    return chosen


def _longest_waiting(owner_id: int) -> list[Select[Any]]:
    """Select since when the job waits that has waited longest."""
    return [
        select(model.queued_at)
        # What waits has not ended: said so that the index which tells of ends is read along, and only its first row.
        .where(model.owner_id == owner_id, model.status == Status.QUEUED, model.finished_at.is_(None))
        .order_by(model.queued_at)
        .limit(1)
        for model in MODEL.values()
    ]
