"""How the queue is doing: what waits and for how long, what is worked on, what was done lately, and by whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.loading import MODEL
from app.models import QueueState, Status, Worker

# A worker that has not written its heartbeat for this long is not counted on.
ALIVE = timedelta(seconds=15)
_LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The queue at one moment. `completed` and `failed` are those of the last hour."""

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
    counts = dict.fromkeys(Status, 0)
    oldest: list[datetime] = []
    for model in MODEL.values():
        is_open = model.status.in_((Status.QUEUED, Status.PROCESSING))
        is_late = model.status.in_((Status.COMPLETED, Status.FAILED)) & (model.finished_at > now - _LATELY)
        own = select(model.status, func.count(), func.min(model.queued_at)).where(model.owner_id == owner_id)
        for meant in (is_open, is_late):
            for status, number, since in session.execute(own.where(meant).group_by(model.status)):
                counts[status] += number
                oldest += [since] if status is Status.QUEUED else []
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
