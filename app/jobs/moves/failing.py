"""What becomes of a job that could not be done: another try, or its end, and that of what waited for it."""

import random
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from app.jobs.claims import POISON, SOURCE_CANCELLED, SOURCE_EXPIRED, SOURCE_FAILED, WORKER_LOST, Failure, JobRef
from app.jobs.loading import MODEL, list_stranded, load_job
from app.jobs.moves.rows import error_of, finish, requeue
from app.jobs.transactions import Transaction
from app.models import JobKind, Status, ThumbnailJob, VideoJob

# The wait before another try: doubled with each, and between half and one and a half of that, so that jobs which
# failed together do not come back together.
BACKOFF_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 300.0
# A job that brought down what worked on it so often is not let near another worker, however many tries it has left.
MOST_CRASHES = 3


def fail_or_retry(
    transaction: Transaction, ref: JobRef, failure: Failure, *is_ours: ColumnElement[bool]
) -> Status | None:
    """PROCESSING → QUEUED where another try can help and is left, else → FAILED; None when it was not ours to move."""
    model = MODEL[ref.kind]
    tried = transaction.session.execute(
        select(model.attempt, model.max_attempts, model.crashes).where(model.id == ref.id, *is_ours)
    ).one_or_none()
    if tried is None:
        return None
    crashes = tried.crashes + failure.is_crash
    is_poison = failure.is_crash and crashes >= MOST_CRASHES
    ours = (*is_ours, model.attempt == tried.attempt)
    if failure.is_retryable and not is_poison and tried.attempt < tried.max_attempts:
        after = transaction.now + timedelta(seconds=backoff_seconds(max(1, tried.attempt)))
        values = {**error_of(failure), "run_after": after, "crashes": crashes}
        is_queued = requeue(transaction, ref, failure.message, *ours, before=Status.PROCESSING, **values)
        return Status.QUEUED if is_queued else None
    if is_poison:
        said = f"It was given up after {crashes} crashes. {failure.message}"
        failure = Failure(code=POISON, message=said, log=failure.log)
    if not finish(transaction, ref, *ours, status=Status.FAILED, crashes=crashes, **error_of(failure)):
        return None
    job = load_job(transaction.session, ref)
    transaction.record(job, "job.failed", from_status=Status.PROCESSING, reason=failure.message)
    end_stranded(transaction, ref)
    return Status.FAILED


def reclaim(transaction: Transaction, ref: JobRef) -> bool:
    """Take a job from a worker whose lease has lapsed; False when it has not, or not any more."""
    model = MODEL[ref.kind]
    is_lapsed = (model.status == Status.PROCESSING, model.lease_until < transaction.now)
    return fail_or_retry(transaction, ref, WORKER_LOST, *is_lapsed) is not None


def end_stranded(transaction: Transaction, ref: JobRef) -> None:
    """End what waits for a video of which nothing can be made; an output has nothing that waits for it."""
    if ref.kind is JobKind.VIDEO:
        for job_id in list_stranded(transaction.session, ref.id):
            fail_stranded(transaction, job_id)


def fail_stranded(transaction: Transaction, job_id: int) -> bool:
    """QUEUED → FAILED for an output whose video failed or has expired, → CANCELLED where that was cancelled."""
    ref = JobRef(JobKind.THUMBNAIL, job_id)
    of_its_video = select(VideoJob.status).join(ThumbnailJob, ThumbnailJob.video_id == VideoJob.id)
    ended = transaction.session.scalar(of_its_video.where(ThumbnailJob.id == job_id))
    status = Status.CANCELLED if ended is Status.CANCELLED else Status.FAILED
    why = {Status.CANCELLED: SOURCE_CANCELLED, Status.EXPIRED: SOURCE_EXPIRED}.get(
        ended or Status.FAILED, SOURCE_FAILED
    )
    if not finish(transaction, ref, ThumbnailJob.status == Status.QUEUED, status=status, **error_of(why)):
        return False
    job = load_job(transaction.session, ref)
    transaction.record(job, f"job.{status.lower()}", from_status=Status.QUEUED, reason=why.message)
    return True


def backoff_seconds(attempt: int) -> float:
    """Return how long to wait before trying again after this attempt."""
    doublings = min(attempt - 1, 32)  # far past the longest wait, and short of what a float can hold
    wait = min(BACKOFF_SECONDS * 2.0**doublings, MAX_BACKOFF_SECONDS)
    return wait * random.uniform(0.5, 1.5)  # noqa: S311  (jitter, not a secret)
