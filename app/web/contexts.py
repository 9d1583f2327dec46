"""Everything a template shows, worked out before it is rendered: templates hold no logic of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.jobs.loading import Job
from app.jobs.options import POSTER
from app.jobs.queries import COUNT_LIMIT
from app.jobs.shown import picture_path
from app.models import Artifact, JobEvent, Status, ThumbnailJob, VideoJob
from app.web.facts import codec_name
from app.web.filters import WORDS, length, position, seconds, size

_MOVE_WORDS = {"job.queued": "Queued", "job.started": "Started", "job.completed": "Completed", "job.failed": "Failed"}
_POSITION_WORDS = {POSTER: "Where the poster is"}
_FORMAT_NAMES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP"}


@dataclass(frozen=True, slots=True)
class Picture:
    """An `<img>`: where it is, how large, what it shows."""

    url: str
    width: int | None
    height: int | None
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job in a list. `ref` names it in the page and in `/jobs/rows`."""

    ref: str
    version: int
    href: str
    video_href: str
    name: str
    asked: str
    filename: str
    status: Status
    word: str
    headline: str
    detail: str
    stage: str
    percent: int
    at: str
    queued_at: datetime
    took: str
    picture: Picture | None
    download: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCard:
    """A video in the library."""

    ref: str
    version: int
    href: str
    filename: str
    status: Status
    word: str
    facts: list[str]
    duration: str
    badge: str
    say: str
    picture: Picture | None


def job_row(job: Job) -> JobRow:
    """Prepare a job for a list."""
    headline, detail = _outcome(job)
    picture = _row_picture(job)
    artifact = _result(job)
    return JobRow(
        ref=f"{job.kind_of_job}-{job.id}",
        version=job.version,
        href=f"/jobs/{job.kind_of_job}s/{job.id}",
        video_href=f"/videos/{job.id if isinstance(job, VideoJob) else job.video_id}",
        name=job.name,
        asked=job.name if isinstance(job, VideoJob) else job.wish,
        filename=job.filename if isinstance(job, VideoJob) else job.video.filename,
        status=job.status,
        word=WORDS[job.status],
        headline=headline,
        detail=detail,
        stage=job.stage or "Starting",
        percent=round(job.progress * 100),
        at=position(artifact.position_seconds) if artifact and not _is_image(job) else "",
        queued_at=job.queued_at,
        took=seconds(job.took_seconds),
        picture=picture,
        download=picture.url if picture and artifact else "",
    )


# A row with nothing in it yet: what a page's script fills in when it hears of a job that it does not list.
BLANK_ROW = JobRow(
    ref="",
    version=0,
    href="",
    video_href="",
    name="",
    asked="",
    filename="",
    status=Status.QUEUED,
    word=WORDS[Status.QUEUED],
    headline="Waiting for its turn",
    detail="",
    stage="",
    percent=0,
    at="",
    queued_at=datetime.fromtimestamp(0, UTC),
    took="",
    picture=None,
    download="",
)


def video_card(video: VideoJob) -> VideoCard:
    """Prepare a video for the library."""
    facts = [f"{video.width} × {video.height}"] if video.width else []
    if video.source:
        facts.append(size(video.source.size_bytes))
    return VideoCard(
        ref=f"video-{video.id}",
        version=video.version,
        href=f"/videos/{video.id}",
        filename=video.filename,
        status=video.status,
        word=WORDS[video.status],
        facts=facts,
        duration=length(video.duration_seconds) if video.duration_seconds else "",
        badge="HDR" if video.is_hdr else "Image" if video.kind == "image" else "",
        say=_card_says(video),
        picture=_poster(video),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A line of a job's history."""

    status: Status
    word: str
    reason: str
    at: datetime
    after: str
    attempt: int


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
        )
        for before, event in zip([None, *events], events, strict=False)
    ]


def wishes(job: Job) -> list[tuple[str, str]]:
    """Prepare what was asked for, beside the size."""
    if isinstance(job, VideoJob):
        return []
    at, image_format = job.options["t"], f"image/{job.options['format'].replace('jpg', 'jpeg')}"
    return [
        ("Position", _POSITION_WORDS.get(at) or (at if at.endswith("%") else position(float(at)))),
        ("Fit", job.options["fit"].capitalize()),
        ("Format", _FORMAT_NAMES.get(image_format, image_format)),
    ]


def count_text(number: int) -> str:
    """Write a count that was not counted to its end."""
    return f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else str(number)


def _is_image(job: Job) -> bool:
    return (job if isinstance(job, VideoJob) else job.video).kind == "image"


def _result(job: Job) -> Artifact | None:
    """Return what a finished output made."""
    if isinstance(job, ThumbnailJob) and job.status is Status.COMPLETED and job.artifacts:
        return job.artifacts[0]
    return None


def _outcome(job: Job) -> tuple[str, str]:
    """Return the two lines that say how a job stands: what, and what follows from it."""
    if job.status is Status.COMPLETED:
        artifact = _result(job)
        return _taken_in(job) if isinstance(job, VideoJob) else _made(job, artifact) if artifact else ("Done", "")
    if job.status is Status.QUEUED:
        return _waits(job)
    if job.status is Status.FAILED:
        return job.error_message or "It failed.", _after_failure(job)
    return WORDS[job.status], ""


def _made(job: ThumbnailJob, artifact: Artifact) -> tuple[str, str]:
    kind = _FORMAT_NAMES.get(artifact.media_type, artifact.media_type)
    return f"{artifact.width} × {artifact.height} {kind}, {size(artifact.size_bytes)}", _how_found(job, artifact)


def _how_found(job: ThumbnailJob, artifact: Artifact) -> str:
    meta = artifact.meta or {}
    if _is_image(job):
        return "One flat colour" if meta.get("is_blank") else ""
    where = f"Frame at {position(artifact.position_seconds)}"
    if (artifact.width or 0) < (job.width or 0) and (artifact.height or 0) < (job.height or 0):
        where = f"{where}, as large as the video is"
    if meta.get("is_blank"):
        return f"{where}: one flat colour"
    return where if meta.get("rung", "exact") == "exact" else f"{where}, the nearest that could be decoded"


def _taken_in(video: VideoJob) -> tuple[str, str]:
    lasts = f", {length(video.duration_seconds)}" if video.duration_seconds else ""
    codec = codec_name(video.codec or "")
    poster = video.poster
    if poster is not None and (poster.meta or {}).get("is_blank"):
        what = "It" if _is_image(video) else "Every frame looked at"
        return f"{video.width} × {video.height}{lasts}, {codec}", f"{what} is one flat colour"
    return f"{video.width} × {video.height}{lasts}, {codec}", "Ready for thumbnails"


def _waits(job: Job) -> tuple[str, str]:
    if isinstance(job, ThumbnailJob) and job.video.status is not Status.COMPLETED:
        return "Waiting for its video", "The file is read first"
    if job.error_message:
        return f"Trying again, {job.attempt} of {job.max_attempts} tries used", job.error_message
    return "Waiting for its turn", ""


def _after_failure(job: Job) -> str:
    if job.attempt > 1:
        return f"Given up after {job.attempt} tries"
    return "Ask for it again to try once more" if isinstance(job, ThumbnailJob) else ""


def _card_says(video: VideoJob) -> str:
    if video.status is Status.FAILED:
        return video.error_message or "This file could not be read."
    return {Status.QUEUED: "Waiting to be read", Status.PROCESSING: "Reading the file"}.get(video.status, "")


def _row_picture(job: Job) -> Picture | None:
    if isinstance(job, VideoJob):
        return _poster(job)
    if (artifact := _result(job)) is None:
        return _poster(job.video)
    url = picture_path(job.video_id, artifact, w=job.width, h=job.height, **job.options)
    alt = job.name if _is_image(job) else f"Frame at {position(artifact.position_seconds)}"
    return Picture(url, artifact.width, artifact.height, alt)


def _poster(video: VideoJob) -> Picture | None:
    if video.poster is None:
        return None
    return Picture(picture_path(video.id, video.poster), video.poster.width, video.poster.height)
