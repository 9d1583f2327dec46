"""The moves of a job. Each is one conditional UPDATE, whose row count says whether the move was ours to make.

No state is read and then written: between the two somebody else may have moved the job. A move that finds its row
changed does nothing, and says so. Each move appends its event in the same transaction.
"""

import random
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, update

from app.errors import ClaimLost
from app.jobs.claims import SOURCE_FAILED, WORKER_LOST, Claim, Failure, JobRef
from app.jobs.loading import MODEL, Job, Model, list_stranded, load_job
from app.jobs.names import job_name
from app.jobs.options.wish import SourceFacts
from app.jobs.sources import keep_source
from app.jobs.transactions import Transaction
from app.models import JobKind, Output, Status, ThumbnailJob, VideoJob

# The wait before another try: doubled with each, and between half and one and a half of that, so that jobs which
# failed together do not come back together.
BACKOFF_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 300.0

_NO_ERROR: dict[str, Any] = {"error_code": None, "error_message": None, "is_retryable": False}
_NO_WORKER: dict[str, Any] = {"worker_id": None, "lease_until": None}


def take(transaction: Transaction, ref: JobRef, worker_id: int, lease: timedelta) -> Claim | None:
    """QUEUED → PROCESSING for this worker; None when somebody else was first."""
    model = MODEL[ref.kind]
    until = transaction.now + lease
    if not _move(
        transaction,
        ref,
        model.status == Status.QUEUED,
        status=Status.PROCESSING,
        worker_id=worker_id,
        lease_until=until,
        attempt=model.attempt + 1,
        started_at=transaction.now,
        finished_at=None,
        progress=0.0,
        stage="",
        **_NO_ERROR,
    ):
        return None
    job = load_job(transaction.session, ref)
    transaction.record(job, "job.started", from_status=Status.QUEUED)
    return _claim_of(job, worker_id, until)


def renew(transaction: Transaction, claim: Claim, lease: timedelta) -> bool:
    """Push the lease on; False when the claim was lost. Nobody needs to be told."""
    return _change(transaction, claim.ref, *_is_held(claim), lease_until=transaction.now + lease)


def report(transaction: Transaction, claim: Claim, *, stage: str, progress: float) -> bool:
    """Write how far the work is; False when the claim was lost."""
    if not _move(transaction, claim.ref, *_is_held(claim), stage=stage, progress=progress):
        return False
    transaction.record(load_job(transaction.session, claim.ref), "job.progressed", from_status=Status.PROCESSING)
    return True


def adopt_source(transaction: Transaction, claim: Claim, sha256: str, size_bytes: int) -> None:
    """Give a claimed video the bytes that were made for it. Raises ClaimLost."""
    source = keep_source(transaction, claim.owner_id, sha256, size_bytes)
    if not _change(transaction, claim.ref, *_is_held(claim), source_id=source.id):
        raise ClaimLost(WORKER_LOST.message)


def complete(transaction: Transaction, claim: Claim, **facts: Any) -> Job:
    """PROCESSING → COMPLETED. The caller records the event once the results are rows. Raises ClaimLost."""
    if not _finish(transaction, claim.ref, *_is_held(claim), status=Status.COMPLETED, progress=1.0, **facts):
        raise ClaimLost(WORKER_LOST.message)
    return load_job(transaction.session, claim.ref)


def fail(transaction: Transaction, claim: Claim, failure: Failure) -> Status:
    """PROCESSING → QUEUED where another try can help and is left, else → FAILED. Raises ClaimLost."""
    if (status := _fail(transaction, claim.ref, failure, *_is_held(claim))) is None:
        raise ClaimLost(WORKER_LOST.message)
    return status


def give_back(transaction: Transaction, claim: Claim, *, reason: str) -> bool:
    """PROCESSING → QUEUED at once, for no fault of the job's; False when the claim was lost."""
    # Attempts number the folders of results and never go back; the one given back is allowed on top.
    more = MODEL[claim.ref.kind].max_attempts + 1
    return _requeue(transaction, claim.ref, reason, *_is_held(claim), run_after=transaction.now, max_attempts=more)


def expire(transaction: Transaction, ref: JobRef) -> bool:
    """Take a job from a worker whose lease has lapsed; False when it has not, or not any more."""
    model = MODEL[ref.kind]
    is_lapsed = (model.status == Status.PROCESSING, model.lease_until < transaction.now)
    return _fail(transaction, ref, WORKER_LOST, *is_lapsed) is not None


def ask_again(transaction: Transaction, ref: JobRef, *, max_attempts: int) -> bool:
    """FAILED, CANCELLED or EXPIRED → QUEUED because a person asks; False when it is in another state."""
    model = MODEL[ref.kind]
    is_over = model.status.in_([status for status in Status if status.can_become(Status.QUEUED) and status.is_final])
    return _requeue(
        transaction,
        ref,
        "Asked for again.",
        is_over,
        run_after=transaction.now,
        max_attempts=model.attempt + max_attempts,
        queued_at=transaction.now,
        **_NO_ERROR,
    )


def fail_stranded(transaction: Transaction, job_id: int) -> bool:
    """QUEUED → FAILED for an output whose video cannot be read."""
    ref = JobRef(JobKind.THUMBNAIL, job_id)
    error = _error(SOURCE_FAILED)
    if not _finish(transaction, ref, ThumbnailJob.status == Status.QUEUED, status=Status.FAILED, **error):
        return False
    job = load_job(transaction.session, ref)
    transaction.record(job, "job.failed", from_status=Status.QUEUED, reason=SOURCE_FAILED.message)
    return True


def set_poster(transaction: Transaction, video_id: int, artifact_id: int) -> bool:
    """Let another still stand for a video; False when that is not ready, or not there any more."""
    ref = JobRef(JobKind.VIDEO, video_id)
    if not _move(transaction, ref, VideoJob.status == Status.COMPLETED, poster_artifact_id=artifact_id):
        return False
    transaction.record(load_job(transaction.session, ref), "job.changed", reason="Another poster was chosen.")
    return True


def backoff_seconds(attempt: int) -> float:
    """Return how long to wait before trying again after this attempt."""
    doublings = min(attempt - 1, 32)  # far past the longest wait, and short of what a float can hold
    wait = min(BACKOFF_SECONDS * 2.0**doublings, MAX_BACKOFF_SECONDS)
    return wait * random.uniform(0.5, 1.5)  # noqa: S311  (jitter, not a secret)


# --- the parts that moves are made of ---------------------------------------------------------------------------------


def _fail(transaction: Transaction, ref: JobRef, failure: Failure, *is_ours: ColumnElement[bool]) -> Status | None:
    """Retry or fail; None when the row was not in the expected state."""
    model = MODEL[ref.kind]
    error = _error(failure)
    if failure.is_retryable:
        attempt = load_job(transaction.session, ref).attempt
        after = transaction.now + timedelta(seconds=backoff_seconds(max(1, attempt)))
        has_tries = model.attempt < model.max_attempts
        if _requeue(transaction, ref, failure.message, *is_ours, has_tries, run_after=after, **error):
            return Status.QUEUED
    if not _finish(transaction, ref, *is_ours, status=Status.FAILED, **error):
        return None
    transaction.record(
        load_job(transaction.session, ref), "job.failed", from_status=Status.PROCESSING, reason=failure.message
    )
    if ref.kind is JobKind.VIDEO:
        for job_id in list_stranded(transaction.session, ref.id):
            fail_stranded(transaction, job_id)
    return Status.FAILED


def _requeue(
    transaction: Transaction,
    ref: JobRef,
    reason: str,
    *is_ours: ColumnElement[bool],
    run_after: datetime,
    **values: Any,
) -> bool:
    before = load_job(transaction.session, ref).status
    values = {**_NO_WORKER, "progress": 0.0, "stage": "", "started_at": None, "finished_at": None, **values}
    if not _move(transaction, ref, *is_ours, status=Status.QUEUED, run_after=run_after, **values):
        return False
    transaction.record(load_job(transaction.session, ref), "job.queued", from_status=before, reason=reason)
    return True


def _finish(
    transaction: Transaction, ref: JobRef, *is_ours: ColumnElement[bool], status: Status, **values: Any
) -> bool:
    values = {"lease_until": None, "stage": "", "finished_at": transaction.now, **values}
    return _move(transaction, ref, *is_ours, status=status, **values)


def _move(transaction: Transaction, ref: JobRef, *is_ours: ColumnElement[bool], **values: Any) -> bool:
    """Change a row that is in the expected state and count its version on."""
    return _change(transaction, ref, *is_ours, version=MODEL[ref.kind].version + 1, **values)


def _change(transaction: Transaction, ref: JobRef, *is_ours: ColumnElement[bool], **values: Any) -> bool:
    model: Model = MODEL[ref.kind]
    statement = update(model).where(model.id == ref.id, *is_ours).values({**values, "updated_at": transaction.now})
    result = transaction.session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount == 1


def _is_held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    model = MODEL[claim.ref.kind]
    return (
        model.status == Status.PROCESSING,
        model.worker_id == claim.worker_id,
        model.attempt == claim.attempt,
    )


def _error(failure: Failure) -> dict[str, Any]:
    return {
        "error_code": failure.code,
        "error_message": failure.message,
        "is_retryable": failure.is_retryable,
    }


def _claim_of(job: Job, worker_id: int, until: datetime) -> Claim:
    video = job if isinstance(job, VideoJob) else job.video
    output = job if isinstance(job, ThumbnailJob) else None
    return Claim(
        ref=JobRef(job.kind_of_job, job.id),
        worker_id=worker_id,
        attempt=job.attempt,
        lease_until=until,
        owner_id=job.owner_id,
        name=job_name(job),
        video_id=video.id,
        job_public_id=job.public_id,
        video_public_id=video.public_id,
        source_key=video.source.key if video.source else "",
        width=output.width if output else None,
        height=output.height if output else None,
        recipe=video.recipe if video.source is None else None,
        output=output.output if output else Output.THUMBNAIL,
        options=output.options if output else None,
        facts=SourceFacts(
            filename=video.filename,
            size_bytes=video.source.size_bytes if video.source else 0,
            duration_seconds=video.duration_seconds,
            poster_seconds=video.poster.position_seconds if video.poster else None,
        ),
    )
