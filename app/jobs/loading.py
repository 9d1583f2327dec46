"""Jobs with what belongs to them, as they are shown, and which of them need looking after."""

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import NotFound
from app.jobs.claims import JobRef
from app.models import Artifact, JobKind, Role, Source, Status, ThumbnailJob, VideoJob

Job = VideoJob | ThumbnailJob
Model = type[VideoJob] | type[ThumbnailJob]

MODEL: dict[JobKind, Model] = {JobKind.VIDEO: VideoJob, JobKind.THUMBNAIL: ThumbnailJob}

# A video that can be read, for the first time or again: its file is there, or what that is made of.
HAS_SOURCE: ColumnElement[bool] = VideoJob.source_id.is_not(None) | VideoJob.recipe.is_not(None)
# Of a video in these states nothing can be made: it ended without being read, or its file is not kept any more.
BARREN = (Status.FAILED, Status.CANCELLED, Status.EXPIRED)
_HOUSEKEEPING_LIMIT = 100
_OF_VIDEO = (
    VideoJob.public_id,
    VideoJob.status,
    VideoJob.filename,
    VideoJob.duration_seconds,
    VideoJob.recipe,
    VideoJob.source_id,
    VideoJob.poster_artifact_id,
)


@cache
def select_videos() -> Select[VideoJob]:
    """Select videos with what is shown of them."""
    return select(VideoJob).options(joinedload(VideoJob.source), joinedload(VideoJob.poster))


@cache
def select_thumbnails() -> Select[ThumbnailJob]:
    """Select outputs with what is shown of them."""
    video = joinedload(ThumbnailJob.video, innerjoin=True)
    return select(ThumbnailJob).options(
        video.joinedload(VideoJob.source), video.joinedload(VideoJob.poster), selectinload(ThumbnailJob.artifacts)
    )


@cache
def _select_unfinished() -> Select[ThumbnailJob]:
    """Select outputs with what workers need of them, and no more: a driver takes its time for every column."""
    video = joinedload(ThumbnailJob.video, innerjoin=True)
    return select(ThumbnailJob).options(
        video.load_only(*_OF_VIDEO, raiseload=True),
        video.joinedload(VideoJob.source).load_only(Source.key, Source.size_bytes, raiseload=True),
        video.joinedload(VideoJob.poster).load_only(Artifact.position_seconds, raiseload=True),
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


def load_job(session: Session, ref: JobRef, *, for_worker: bool = False) -> Job:
    """Return a job as its row is now, whatever the session remembers of it. The row must exist.

    `for_worker` leaves out an output's files, which it has not made yet, and most of its video.
    """
    fresh = {"populate_existing": True}
    if ref.kind is JobKind.VIDEO:
        return session.scalars(select_videos().where(VideoJob.id == ref.id), execution_options=fresh).one()
    query = _select_unfinished() if for_worker else select_thumbnails()
    return session.scalars(query.where(ThumbnailJob.id == ref.id), execution_options=fresh).one()


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
    """Return outputs that wait for a video that failed, was cancelled or has expired; of one video, where named."""
    query = (
        select(ThumbnailJob.id)
        .join(VideoJob, VideoJob.id == ThumbnailJob.video_id)
        .where(ThumbnailJob.status == Status.QUEUED, VideoJob.status.in_(BARREN))
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
