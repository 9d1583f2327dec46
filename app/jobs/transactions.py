"""Short write transactions that tell the world what happened, after it happened.

Inside: rows change and events are appended. After the commit: workers are told of jobs that are due now, and pages of
all that happened.
What is told is the whole state of a job and its version, so telling late or twice is harmless; telling of something
that was then rolled back would not be.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.events.bus import EventBus
from app.events.log import Event, to_event
from app.extensions import begins_writing, db
from app.jobs.due import notice_of
from app.jobs.shown import show_job
from app.models import MAX_REASON, JobEvent, Status, ThumbnailJob, VideoJob
from app.queue.base import Dispatch, Notice

T = TypeVar("T")
Clock = Callable[[], datetime]

# Deadlock, lock wait time-out, and MariaDB's "record has changed": the database asks to try once more.
_TRY_AGAIN = frozenset((1213, 1205, 1020))
_PAUSES_SECONDS = (0.02, 0.04, 0.06)


def utc_now() -> datetime:
    """Return the wall clock's time."""
    return datetime.now(UTC)


class Transaction:
    """One transaction in progress."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.rows: list[JobEvent] = []
        # Jobs that may be claimed once this is committed.
        self.due: list[Notice] = []

    def record(
        self,
        job: VideoJob | ThumbnailJob,
        event: str,
        *,
        from_status: Status | None = None,
        reason: str | None = None,
    ) -> None:
        """Append an event that tells the job as it now is; workers are told of a job that may be claimed now."""
        row = JobEvent(
            owner_id=job.owner_id,
            job_type=job.kind_of_job,
            job_id=job.id,
            event=event,
            from_status=from_status,
            status=job.status,
            attempt=job.attempt,
            worker_id=job.worker_id,
            reason=reason and reason[:MAX_REASON],
            version=job.version,
            payload=show_job(job),
            created_at=self.now,
        )
        self.session.add(row)
        self.rows.append(row)
        if notice := notice_of(job, self.now):
            self.due.append(notice)


class Transactions:
    """Runs functions in transactions. Must be used inside the app's context."""

    def __init__(self, bus: EventBus, dispatch: Dispatch, now: Clock = utc_now) -> None:
        self.now = now
        self._bus = bus
        self._dispatch = dispatch

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one transaction, commit, then tell. `work` may run again where the database asks for it."""
        for pause_seconds in _PAUSES_SECONDS:
            try:
                return self._run_once(work)
            except DBAPIError as err:
                if not _asks_for_another_try(err):
                    raise
                time.sleep(pause_seconds)
        return self._run_once(work)

    def _run_once(self, work: Callable[[Transaction], T]) -> T:
        # A read before may have left a transaction open, and with it an old view of the rows.
        db.session.rollback()
        begins_writing()
        transaction = Transaction(db.session(), self.now())
        try:
            result = work(transaction)
            transaction.session.flush()
            events = [to_event(row) for row in transaction.rows]
            transaction.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        self._tell(events, transaction.due)
        return result

    def _tell(self, events: list[Event], due: Sequence[Notice]) -> None:
        self._dispatch.announce(list(dict.fromkeys(due)))
        self._bus.publish(events)


def _asks_for_another_try(err: DBAPIError) -> bool:
    arguments: tuple[Any, ...] = getattr(err.orig, "args", ())
    return bool(arguments) and arguments[0] in _TRY_AGAIN
