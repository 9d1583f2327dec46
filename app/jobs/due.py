"""Which jobs may be claimed, in the order in which they should be."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from app.jobs.claims import JobRef
from app.jobs.loading import MODEL, Job
from app.models import JobKind, Output, QueueState, Status, ThumbnailJob, VideoJob
from app.queue.base import Notice

# Candidates read at once: enough that several workers seldom want the same one, few enough to be fast.
CANDIDATES = 8
# The clocks of two machines are seldom the same; a job that one has just queued is due for the other.
_CLOCKS_DIFFER = timedelta(seconds=1)
# What is encoded as long as it plays takes minutes, everything else seconds.
_IS_HEAVY_INTAKE = VideoJob.recipe.is_not(None)
_IS_HEAVY_OUTPUT = ThumbnailJob.output == Output.RENDITION
_IS_RUNNING = ~exists(select(QueueState.id).where(QueueState.is_paused))


def list_due(
    session: Session,
    now: datetime,
    *,
    is_heavy: bool | None = None,
    video_id: int | None = None,
    limit: int = CANDIDATES,
) -> list[Notice]:
    """Return some jobs that may be claimed: most urgent first, then intakes, then the longest waiting.

    There are none while the queue is paused. `is_heavy` names those that take minutes (renditions and slideshows), or
    all others; `video_id` the outputs of one video.
    """
    videos, outputs = _select_videos(now), _select_outputs(now)
    if is_heavy is not None:
        videos = videos.where(_IS_HEAVY_INTAKE if is_heavy else ~_IS_HEAVY_INTAKE)
        outputs = outputs.where(_IS_HEAVY_OUTPUT if is_heavy else ~_IS_HEAVY_OUTPUT)
    queries = {JobKind.VIDEO: videos, JobKind.THUMBNAIL: outputs}
    if video_id is not None:
        queries = {JobKind.THUMBNAIL: outputs.where(ThumbnailJob.video_id == video_id)}
    due = [
        Notice(kind, row.id, row.priority, row.run_after, bool(row.is_heavy))
        for kind, query in queries.items()
        for row in session.execute(query.limit(limit))
    ]
    due.sort(key=lambda notice: (notice.priority, notice.kind is JobKind.THUMBNAIL, notice.run_after))
    return due


def _select_videos(now: datetime) -> Select[int, datetime, int, bool]:
    return (
        select(VideoJob.priority, VideoJob.run_after, VideoJob.id, _IS_HEAVY_INTAKE.label("is_heavy"))
        .where(VideoJob.status == Status.QUEUED, VideoJob.run_after <= now, _IS_RUNNING)
        .order_by(VideoJob.priority, VideoJob.run_after, VideoJob.id)
    )


def _select_outputs(now: datetime) -> Select[int, datetime, int, bool]:
    # Not a join: for one MariaDB collects all that wait of every video, and sorts them, before it takes the first.
    status_of_video = select(VideoJob.status).where(VideoJob.id == ThumbnailJob.video_id).scalar_subquery()
    return (
        select(ThumbnailJob.priority, ThumbnailJob.run_after, ThumbnailJob.id, _IS_HEAVY_OUTPUT.label("is_heavy"))
        .where(
            ThumbnailJob.status == Status.QUEUED,
            ThumbnailJob.run_after <= now,
            status_of_video == Status.COMPLETED,
            _IS_RUNNING,
        )
        .order_by(ThumbnailJob.priority, ThumbnailJob.run_after, ThumbnailJob.id)
    )


def find_due(session: Session, now: datetime, ref: JobRef) -> Notice | None:
    """Return word of a job, if it may be claimed now."""
    model = MODEL[ref.kind]
    is_heavy = _IS_HEAVY_INTAKE if ref.kind is JobKind.VIDEO else _IS_HEAVY_OUTPUT
    query = select(model.priority, model.run_after, is_heavy.label("is_heavy"))
    row = session.execute(query.where(model.id == ref.id, *may_be_claimed(ref, now))).one_or_none()
    return Notice(ref.kind, ref.id, row.priority, row.run_after, bool(row.is_heavy)) if row else None


def may_be_claimed(ref: JobRef, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a job's row may be claimed now."""
    model = MODEL[ref.kind]
    conditions = (model.status == Status.QUEUED, model.run_after <= now + _CLOCKS_DIFFER, _IS_RUNNING)
    if ref.kind is JobKind.VIDEO:
        return conditions
    is_read = (VideoJob.id == ThumbnailJob.video_id, VideoJob.status == Status.COMPLETED)
    return (*conditions, exists(select(VideoJob.id).where(*is_read)))


def notice_of(job: Job, now: datetime) -> Notice | None:
    """Return word of a job that may be claimed now, None of another. Whether the queue is paused is not asked."""
    video = job if isinstance(job, VideoJob) else job.video
    is_ready = job is video or video.status is Status.COMPLETED
    if job.status is not Status.QUEUED or not is_ready or job.run_after > now:
        return None
    is_heavy = job.recipe is not None if isinstance(job, VideoJob) else job.output is Output.RENDITION
    return Notice(job.kind_of_job, job.id, job.priority, job.run_after, is_heavy)
