"""Jobs in a list."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.jobs.loading import Job
from app.jobs.names import job_name
from app.jobs.shown import result_path
from app.media.text.figures import write_size
from app.models import Artifact, Status, ThumbnailJob, VideoJob
from app.web.contexts.outcomes import outcome, place, type_name
from app.web.contexts.pictures import Picture, archive_path, main_artifact, picture_of
from app.web.filters import WORDS, left, seconds


@dataclass(frozen=True, slots=True)
class Chip:
    """What an output is made up of, in short: one file, or, without a `name`, several of a kind on its page."""

    url: str
    word: str
    size: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job in a list. `ref` names it in the page and in `/jobs/rows`."""

    ref: str
    version: int
    href: str
    video_href: str
    name: str
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
    deed: str
    chips: list[Chip] = field(default_factory=list)


def job_row(job: Job) -> JobRow:
    """Prepare a job for a list."""
    headline, detail = outcome(job)
    return JobRow(
        ref=f"{job.kind_of_job}-{job.id}",
        version=job.version,
        href=f"/jobs/{job.kind_of_job}s/{job.id}",
        video_href=f"/videos/{job.id if isinstance(job, VideoJob) else job.video_id}",
        name=job_name(job),
        filename=job.filename if isinstance(job, VideoJob) else job.video.filename,
        status=job.status,
        word=WORDS[job.status],
        headline=headline,
        detail=detail,
        stage=_stage(job),
        percent=round(job.progress * 100),
        at=place(job),
        queued_at=job.queued_at,
        took=seconds(job.took_seconds),
        picture=picture_of(job),
        download=_download(job),
        deed=deed_of(job),
        chips=_chips(job),
    )


# A row with nothing in it yet: what a page's script fills in when it hears of a job that it does not list.
BLANK_ROW = JobRow(
    ref="",
    version=0,
    href="",
    video_href="",
    name="",
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
    deed="",
)


def deed_of(job: Job) -> str:
    """Return what a person can do with a job as it is: the last part of the address that does it."""
    if job.status.can_be_cancelled:
        return "cancel"
    video = job if isinstance(job, VideoJob) else job.video
    return "retry" if job.status.can_be_retried and not video.is_gone else ""


def _stage(job: Job) -> str:
    stage = job.stage or "Starting"
    return f"{stage}, {left((job.eta_at - job.updated_at).total_seconds())}" if job.eta_at else stage


def _chips(job: Job) -> list[Chip]:
    """Tell what an output is made up of where that is more than one file; one has its download button."""
    if not isinstance(job, ThumbnailJob) or job.status is not Status.COMPLETED or len(job.artifacts) < 2:
        return []
    kinds: dict[str, list[Artifact]] = {}
    for artifact in job.artifacts:
        kinds.setdefault(type_name(artifact.media_type), []).append(artifact)
    return [_chip(job, word, artifacts) for word, artifacts in kinds.items()]


def _chip(job: ThumbnailJob, word: str, artifacts: list[Artifact]) -> Chip:
    weight = write_size(sum(artifact.size_bytes for artifact in artifacts))
    if len(artifacts) > 1:
        return Chip(f"/jobs/thumbnails/{job.id}#files", f"{len(artifacts)} {word}", weight, "")
    return Chip(result_path(job, artifacts[0]), word, weight, artifacts[0].name)


def _download(job: Job) -> str:
    artifact = main_artifact(job)
    return result_path(job, artifact) if isinstance(job, ThumbnailJob) and artifact else archive_path(job)
