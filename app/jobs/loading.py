"""Jobs with what belongs to them, as they are shown, and which of them are due."""

from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import NotFound
from app.jobs.claims import JobRef
from app.models import Artifact, JobKind, Output, QueueState, Role, Source, Status, ThumbnailJob, VideoJob

Job = VideoJob | ThumbnailJob
Model = type[VideoJob] | type[ThumbnailJob]

MODEL: dict[JobKind, Model] = {JobKind.VIDEO: VideoJob, JobKind.THUMBNAIL: ThumbnailJob}

# Of a video in these states nothing can be made: it ended without being read.
UNREAD = (Status.FAILED, Status.CANCELLED)
# Candidates read at once: enough that several workers seldom want the same one, few enough to be fast.
_CANDIDATES = 8
_HOUSEKEEPING_LIMIT = 100
# What is encoded as long as it plays takes minutes, everything else seconds.
_IS_LIGHT_INTAKE = VideoJob.recipe.is_(None)
_IS_LIGHT_OUTPUT = ThumbnailJob.output != Output.RENDITION


def select_videos() -> Select[VideoJob]:
    """Select videos with what is shown of them."""
    return select(VideoJob).options(joinedload(VideoJob.source), joinedload(VideoJob.poster))


def select_thumbnails() -> Select[ThumbnailJob]:
    """Select outputs with what is shown of them."""
    video = joinedload(ThumbnailJob.video, innerjoin=True)
    return select(ThumbnailJob).options(
        video.joinedload(VideoJob.source), video.joinedload(VideoJob.poster), selectinload(ThumbnailJob.artifacts)
    )


def load_video(session: Session, owner_id: int, video_id: int) -> VideoJob:
    """Return an owner's video. Raises NotFound."""
    video = session.scalar(select_videos().where(VideoJob.id == video_id, VideoJob.owner_id == owner_id))
    if video is None:
        raise NotFound(f"There is no video {video_id}.", field="video_id", code="video_not_found")
    return video


def owns(session: Session, owner_id: int, ref: JobRef) -> bool:
    """Tell whether a job is there and an owner's."""
    model = MODEL[ref.kind]
    return session.scalar(select(model.id).where(model.id == ref.id, model.owner_id == owner_id)) is not None


def load_job(session: Session, ref: JobRef) -> Job:
    """Return a job as its row is now, whatever the session remembers of it. The row must exist."""
    fresh = {"populate_existing": True}
    if ref.kind is JobKind.VIDEO:
        return session.scalars(select_videos().where(VideoJob.id == ref.id), execution_options=fresh).one()
    return session.scalars(select_thumbnails().where(ThumbnailJob.id == ref.id), execution_options=fresh).one()


def list_due(session: Session, now: datetime, *, only_light: bool = False) -> list[JobRef]:
    """Return some jobs that may be claimed: most urgent first, then intakes, then the longest waiting.

    There are none while the queue is paused. `only_light` leaves out what takes minutes: renditions and slideshows.
    """
    is_running = ~exists(select(QueueState.id).where(QueueState.is_paused))
    videos = session.execute(
        select(VideoJob.priority, VideoJob.run_after, VideoJob.id)
        .where(
            VideoJob.status == Status.QUEUED,
            VideoJob.run_after <= now,
            is_running,
            *([_IS_LIGHT_INTAKE] if only_light else []),
        )
        .order_by(VideoJob.priority, VideoJob.run_after, VideoJob.id)
        .limit(_CANDIDATES)
    )
    thumbnails = session.execute(
        select(ThumbnailJob.priority, ThumbnailJob.run_after, ThumbnailJob.id)
        .join(VideoJob, VideoJob.id == ThumbnailJob.video_id)
        .where(
            ThumbnailJob.status == Status.QUEUED,
            ThumbnailJob.run_after <= now,
            VideoJob.status == Status.COMPLETED,
            is_running,
            *([_IS_LIGHT_OUTPUT] if only_light else []),
        )
        .order_by(ThumbnailJob.priority, ThumbnailJob.run_after, ThumbnailJob.id)
        .limit(_CANDIDATES)
    )
    due = [(row.priority, 0, row.run_after, JobRef(JobKind.VIDEO, row.id)) for row in videos]
    due += [(row.priority, 1, row.run_after, JobRef(JobKind.THUMBNAIL, row.id)) for row in thumbnails]
    due.sort(key=lambda entry: entry[:3])
    return [ref for *_order, ref in due]


def list_lapsed(session: Session, now: datetime) -> list[JobRef]:
    """Return jobs whose worker has not been heard of for a whole lease."""
    return [
        JobRef(kind, id_)
        for kind, model in MODEL.items()
        for id_ in session.scalars(
            select(model.id)
            .where(model.status == Status.PROCESSING, model.lease_until < now)
            .limit(_HOUSEKEEPING_LIMIT)
        )
    ]


def list_stranded(session: Session, video_id: int | None = None) -> list[int]:
    """Return outputs that wait for a video that failed or was cancelled; of one video, where named."""
    query = (
        select(ThumbnailJob.id)
        .join(VideoJob, VideoJob.id == ThumbnailJob.video_id)
        .where(ThumbnailJob.status == Status.QUEUED, VideoJob.status.in_(UNREAD))
    )
    if video_id is not None:
        query = query.where(VideoJob.id == video_id)
    return list(session.scalars(query.limit(_HOUSEKEEPING_LIMIT)))


def find_source(session: Session, owner_id: int, sha256: str) -> Source | None:
    """Return the stored bytes with this hash, if the owner has them."""
    return session.scalar(select(Source).where(Source.owner_id == owner_id, Source.sha256 == sha256))


def find_candidate(session: Session, owner_id: int, video_id: int, public_id: str) -> Artifact | None:
    """Return one of the stills that may stand for a video, or were rejected; None when there is no such one."""
    return session.scalar(select_candidates(owner_id, video_id).where(Artifact.public_id == public_id[:36]))


def select_candidates(owner_id: int, video_id: int) -> Select[Artifact]:
    """Select the stills of a video that were looked at, chosen or not."""
    return select(Artifact).where(
        Artifact.owner_id == owner_id,
        Artifact.video_id == video_id,
        Artifact.role.in_((Role.CANDIDATE, Role.REJECTED)),
    )
