"""Moves of retention: let go of what an output made, and of a video's own file. What happened to them stays known."""

from sqlalchemy import ColumnElement, delete, exists, or_, select

from app.jobs.claims import JobRef
from app.jobs.loading import load_job
from app.jobs.moves.failing import end_stranded
from app.jobs.moves.rows import lock_video, move
from app.jobs.sources import drop_unused, sources_of
from app.jobs.transactions import Transaction
from app.models import Artifact, JobKind, SourceUse, Status, ThumbnailJob, VideoJob

_WITHOUT_FILE = {
    Status.COMPLETED: Status.EXPIRED,
    Status.FAILED: Status.FAILED,
    Status.CANCELLED: Status.CANCELLED,
}
# A picture that stands for a video is kept as long as the video is.
IS_NO_POSTER: ColumnElement[bool] = ~exists(
    select(VideoJob.id)
    .join(Artifact, Artifact.id == VideoJob.poster_artifact_id)
    .where(VideoJob.id == ThumbnailJob.video_id, Artifact.thumbnail_job_id == ThumbnailJob.id)
)
# While something is being made from a video, or waits to be, its file stays.
IS_IDLE: ColumnElement[bool] = ~exists(
    select(ThumbnailJob.id).where(
        ThumbnailJob.video_id == VideoJob.id, ThumbnailJob.status.in_((Status.QUEUED, Status.PROCESSING))
    )
)
HAS_FILE: ColumnElement[bool] = VideoJob.status.in_(_WITHOUT_FILE) & VideoJob.source_id.is_not(None) & IS_IDLE


def expire_output(
    transaction: Transaction, id_: int, reason: str, *conditions: ColumnElement[bool]
) -> list[str] | None:
    """COMPLETED → EXPIRED for an output; return where its files are, to be removed after, or None if it did not move.

    It keeps what it was asked for, and can be made again while its video's file is there.
    """
    ref = JobRef(JobKind.THUMBNAIL, id_)
    # Nobody makes one of its pictures the video's meanwhile.
    lock_video(transaction, transaction.session.scalar(select(ThumbnailJob.video_id).where(ThumbnailJob.id == id_)))
    is_made = ThumbnailJob.status == Status.COMPLETED
    if not move(transaction, ref, is_made, IS_NO_POSTER, *conditions, status=Status.EXPIRED):
        return None
    is_its = Artifact.thumbnail_job_id == id_
    keys = list(transaction.session.scalars(select(Artifact.key).where(is_its)))
    transaction.session.execute(delete(Artifact).where(is_its), execution_options={"synchronize_session": False})
    job = load_job(transaction.session, ref)
    transaction.record(job, "job.expired", from_status=Status.COMPLETED, reason=reason)
    return keys


def expire_video(transaction: Transaction, id_: int, reason: str, *conditions: ColumnElement[bool]) -> list[str] | None:
    """COMPLETED → EXPIRED for a video: let go of its file, and of others that its jobs alone have spoken of.

    One that was never read stays FAILED or CANCELLED, without its file. Return where those bytes are that nothing needs
    any more, to be removed after, or None if it did not move. Its poster and what was made from it stay.
    """
    ref = JobRef(JobKind.VIDEO, id_)
    used = sources_of(transaction.session, id_)
    for before, after in _WITHOUT_FILE.items():
        is_so = (VideoJob.status == before, VideoJob.source_id.is_not(None), IS_IDLE, *conditions)
        if move(transaction, ref, *is_so, status=after, source_id=None):
            break
    else:
        return None
    outputs = select(ThumbnailJob.id).where(ThumbnailJob.video_id == id_)
    is_its = or_(SourceUse.video_id == id_, SourceUse.thumbnail_job_id.in_(outputs))
    transaction.session.execute(delete(SourceUse).where(is_its), execution_options={"synchronize_session": False})
    job = load_job(transaction.session, ref)
    event = "job.expired" if after is Status.EXPIRED else "job.changed"
    transaction.record(job, event, from_status=before, reason=reason)
    end_stranded(transaction, ref)
    return drop_unused(transaction, used)
