"""One job on its page: what happened, what was asked, the files that were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.jobs.loading import Job
from app.jobs.shown import MOST_FILES, file_path
from app.models import Artifact, JobEvent, Output, Role, Status, ThumbnailJob
from app.web.contexts.outcomes import artifact_words
from app.web.contexts.pictures import Picture, artifact_picture, picture_of, shown_artifact
from app.web.filters import WORDS, position, seconds

_MOVE_WORDS = {
    "job.queued": "Queued",
    "job.started": "Started",
    "job.completed": "Completed",
    "job.failed": "Failed",
    "job.cancelled": "Cancelled",
    "job.deleted": "Deleted",
    "job.changed": "Changed",
    "job.expired": "Expired",
}
_ROLE_WORDS = {
    Role.IMAGE: "Picture",
    Role.CANDIDATE: "Poster",
    Role.REJECTED: "Rejected frame",
    Role.SPRITE: "Sprite sheet",
    Role.SHEET: "Contact sheet",
    Role.VTT: "Index for players, WebVTT",
    Role.HLS: "Index for players, HLS",
    Role.BIF: "Index and tiles, Roku",
    Role.JSON: "Index for programs",
    Role.PREVIEW: "Preview",
    Role.VIDEO: "Video",
    Role.ARCHIVE: "All of it in one archive",
}
_OF_ONE_MOMENT = (Role.IMAGE, Role.CANDIDATE, Role.REJECTED)
_STILLS = (Output.THUMBNAIL, Output.POSTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A line of a job's history."""

    status: Status
    word: str
    reason: str
    at: datetime
    after: str
    attempt: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """One of the files that an output is."""

    name: str
    url: str
    role: str
    words: str
    note: str
    at: str
    picture: Picture | None


def history(events: Sequence[JobEvent]) -> list[Move]:
    """Prepare a job's history, oldest first; each later move tells how long after the one before it came."""
    return [
        Move(
            status=event.status,
            word=_MOVE_WORDS.get(event.event, WORDS[event.status]),
            reason=event.reason or "",
            at=event.created_at,
            after=seconds((event.created_at - before.created_at).total_seconds()) if before else "",
            attempt=event.attempt,
            by=f"worker {event.worker_id}" if event.event == "job.started" and event.worker_id else "",
        )
        for before, event in zip([None, *events], events, strict=False)
    ]


def hero_of(job: Job) -> Picture | None:
    """Return what a finished job's page shows large: not one of many stills, which all stand below."""
    is_many = isinstance(job, ThumbnailJob) and job.output in _STILLS and len(job.artifacts) > 1
    if is_many or job.status is not Status.COMPLETED:
        return None
    artifact = shown_artifact(job)
    return artifact_picture(job, artifact) if isinstance(job, ThumbnailJob) and artifact else picture_of(job)


def made_files(job: Job) -> list[MadeFile]:
    """Prepare the files of a finished output, as many as are listed."""
    if not isinstance(job, ThumbnailJob) or job.status is not Status.COMPLETED:
        return []
    return [_made_file(job, artifact) for artifact in job.artifacts[:MOST_FILES]]


def _made_file(job: ThumbnailJob, artifact: Artifact) -> MadeFile:
    meta = artifact.meta or {}
    at = position(artifact.position_seconds) if artifact.role in _OF_ONE_MOMENT else ""
    has_picture = artifact.media_type.startswith(("image/", "video/"))
    return MadeFile(
        name=artifact.name,
        url=file_path(artifact),
        role=f"Frame at {at}" if at and job.video.kind != "image" else _ROLE_WORDS[artifact.role],
        words=artifact_words(artifact),
        note=str(meta.get("note") or ""),
        at=at,
        picture=artifact_picture(job, artifact) if has_picture else None,
    )
