"""Change a job's row if it is in the expected state: what every move is made of."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, select, update

from app.jobs.claims import Failure, JobRef
from app.jobs.loading import MODEL, Model, load_job
from app.jobs.transactions import Transaction
from app.models import Status, VideoJob

NO_ERROR: dict[str, Any] = {"error_code": None, "error_message": None, "error_log": None, "is_retryable": False}
_AT_REST: dict[str, Any] = {"lease_until": None, "stage": "", "eta_at": None}


def change(transaction: Transaction, ref: JobRef, *is_ours: ColumnElement[bool], **values: Any) -> bool:
    """Change a row that is in the expected state, without anybody being told; False when it is in another."""
    model: Model = MODEL[ref.kind]
    statement = update(model).where(model.id == ref.id, *is_ours).values({**values, "updated_at": transaction.now})
    result = transaction.session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount == 1


def move(transaction: Transaction, ref: JobRef, *is_ours: ColumnElement[bool], **values: Any) -> bool:
    """Change a row that is in the expected state and count its version on."""
    return change(transaction, ref, *is_ours, version=MODEL[ref.kind].version + 1, **values)


def lock_video(transaction: Transaction, video_id: int | None) -> None:
    """Hold a video's row until the end: what else is read of it stays so. SQLite has one writer at a time anyway."""
    transaction.session.execute(select(VideoJob.id).where(VideoJob.id == video_id).with_for_update())


def finish(transaction: Transaction, ref: JobRef, *is_ours: ColumnElement[bool], status: Status, **values: Any) -> bool:
    """Bring a job to an end."""
    return move(transaction, ref, *is_ours, status=status, **{**_AT_REST, "finished_at": transaction.now, **values})


def requeue(
    transaction: Transaction,
    ref: JobRef,
    reason: str,
    *is_ours: ColumnElement[bool],
    before: Status,
    run_after: datetime,
    **values: Any,
) -> bool:
    """Bring a job back to the queue from the state `before`, and record why."""
    fresh = {**_AT_REST, "worker_id": None, "progress": 0.0, "started_at": None, "finished_at": None, **values}
    is_there = MODEL[ref.kind].status == before
    if not move(transaction, ref, is_there, *is_ours, status=Status.QUEUED, run_after=run_after, **fresh):
        return False
    transaction.record(load_job(transaction.session, ref), "job.queued", from_status=before, reason=reason)
    return True


def error_of(failure: Failure) -> dict[str, Any]:
    """Return the columns that tell of a failure."""
    return {
        "error_code": failure.code,
        "error_message": failure.message,
        "error_log": "\n".join(failure.log) or None,
        "is_retryable": failure.is_retryable,
    }
