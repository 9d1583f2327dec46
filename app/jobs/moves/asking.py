"""Moves that people ask for: again, not at all, sooner, with another poster."""

from sqlalchemy import delete as sql_delete
from sqlalchemy import exists, select

from app.jobs.claims import SOURCE_CANCELLED, SOURCE_FAILED, JobRef
from app.jobs.loading import HAS_SOURCE, MODEL, load_job
from app.jobs.moves.failing import end_stranded
from app.jobs.moves.rows import NO_ERROR, finish, lock_video, move, requeue
from app.jobs.transactions import Transaction
from app.models import Artifact, JobKind, Priority, Status, ThumbnailJob, VideoJob


def ask_again(transaction: Transaction, ref: JobRef, *, max_attempts: int) -> bool:
    """FAILED, CANCELLED or EXPIRED → QUEUED because a person asks; False when it is in another state.

    With a video everything that ended only because the video did is queued again. An expired one has no file to read.
    """
    model = MODEL[ref.kind]
    before = _status(transaction, ref)
    if before is None or not before.can_be_retried or (ref.kind is JobKind.VIDEO and before is Status.EXPIRED):
        return False
    values = {"max_attempts": model.attempt + max_attempts, "crashes": 0, "queued_at": transaction.now, **NO_ERROR}
    if ref.kind is JobKind.THUMBNAIL:
        values["downloaded_at"] = None
    has_source = [HAS_SOURCE] if ref.kind is JobKind.VIDEO else []
    said = "Asked for again."
    if not requeue(transaction, ref, said, *has_source, before=before, run_after=transaction.now, **values):
        return False
    if ref.kind is JobKind.VIDEO:
        for job_id in _ended_with(transaction, ref.id):
            ask_again(transaction, JobRef(JobKind.THUMBNAIL, job_id), max_attempts=max_attempts)
    return True


def cancel(transaction: Transaction, ref: JobRef) -> bool:
    """QUEUED or PROCESSING → CANCELLED, with a video all that waits for it; False when it is over already.

    Whoever is working on it finds its claim lost within half a second.
    """
    model = MODEL[ref.kind]
    for before in (status for status in Status if status.can_be_cancelled):
        if finish(transaction, ref, model.status == before, status=Status.CANCELLED, **NO_ERROR):
            transaction.record(load_job(transaction.session, ref), "job.cancelled", from_status=before)
            end_stranded(transaction, ref)
            return True
    return False


def prioritize(transaction: Transaction, ref: JobRef, priority: Priority) -> bool:
    """Let a waiting job be claimed sooner or later; False when it does not wait, or has that priority."""
    model = MODEL[ref.kind]
    if not move(transaction, ref, model.status == Status.QUEUED, model.priority != priority, priority=priority):
        return False
    job = load_job(transaction.session, ref)
    transaction.record(job, "job.changed", from_status=Status.QUEUED, reason="It was given another priority.")
    return True


def delete(transaction: Transaction, video: VideoJob) -> None:
    """Remove a video, its outputs and what is known of their files; the log keeps what happened to them."""
    ref = JobRef(JobKind.VIDEO, video.id)
    move(transaction, ref)
    transaction.record(load_job(transaction.session, ref), "job.deleted", from_status=video.status)
    transaction.session.flush()
    # What the session remembers of them is not to be mixed up with rows that come after.
    transaction.session.expunge_all()
    gone = sql_delete(VideoJob).where(VideoJob.id == video.id)
    transaction.session.execute(gone, execution_options={"synchronize_session": False})


def set_poster(transaction: Transaction, video_id: int, artifact_id: int) -> bool:
    """Let another still stand for a video; False when either is not ready, or not there any more."""
    ref = JobRef(JobKind.VIDEO, video_id)
    lock_video(transaction, video_id)
    is_ready = VideoJob.status.in_((Status.COMPLETED, Status.EXPIRED))
    is_there = exists(select(Artifact.id).where(Artifact.id == artifact_id))
    if not move(transaction, ref, is_ready, is_there, poster_artifact_id=artifact_id):
        return False
    transaction.record(load_job(transaction.session, ref), "job.changed", reason="Another poster was chosen.")
    return True


def _status(transaction: Transaction, ref: JobRef) -> Status | None:
    model = MODEL[ref.kind]
    return transaction.session.scalar(select(model.status).where(model.id == ref.id))


def _ended_with(transaction: Transaction, video_id: int) -> list[int]:
    """Return the outputs of a video that ended because it did."""
    codes = (SOURCE_FAILED.code, SOURCE_CANCELLED.code)
    query = select(ThumbnailJob.id).where(ThumbnailJob.video_id == video_id, ThumbnailJob.error_code.in_(codes))
    return list(transaction.session.scalars(query))
