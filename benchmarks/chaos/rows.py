"""What is in the database in the end, read beside the service."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.claims import JobRef
from app.models import Artifact, JobEvent, JobKind, Source, Status, ThumbnailJob, VideoJob

_MODELS: dict[JobKind, type[VideoJob] | type[ThumbnailJob]] = {JobKind.VIDEO: VideoJob, JobKind.THUMBNAIL: ThumbnailJob}


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as its row has it in the end."""

    ref: JobRef
    video: JobRef
    status: Status
    attempt: int
    version: int
    error_code: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that the rows say."""

    jobs: dict[JobRef, JobRow]
    # In the order of the jobs' versions.
    events: Sequence[Row[Any]]
    artifacts: Sequence[Row[Any]]
    # Each with one of the videos that were made of it.
    sources: Sequence[Row[str, str, int, int]]


class Rows:
    """Reads the service's database."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = create_engine(url, pool_pre_ping=True)

    def close(self) -> None:
        self._engine.dispose()

    def count_waiting(self) -> int | None:
        """Return how many jobs are not over; None when the database does not answer."""
        total = 0
        for model in _MODELS.values():
            open_ones = model.status.in_((Status.QUEUED, Status.PROCESSING))
            count = self._first(select(func.count()).select_from(model).where(open_ones))
            if count is None:
                return None
            total += count
        return total

    def read(self) -> Found:
        """Read everything."""
        with self._engine.connect() as connection:
            return Found(
                {job.ref: job for kind in JobKind for job in _read_jobs(connection, kind)},
                connection.execute(select(JobEvent.__table__).order_by(JobEvent.version, JobEvent.id)).all(),
                connection.execute(select(Artifact.__table__).order_by(Artifact.id)).all(),
                connection.execute(
                    select(Source.key, Source.sha256, Source.size_bytes, func.min(VideoJob.id).label("video_id"))
                    .join(VideoJob, VideoJob.source_id == Source.id)
                    .group_by(Source.id, Source.key, Source.sha256, Source.size_bytes)
                ).all(),
            )

    def _first(self, query: Any) -> Any:
        with suppress(SQLAlchemyError), self._engine.connect() as connection:
            return connection.execute(query).scalar()
        return None


def _read_jobs(connection: Connection, kind: JobKind) -> Iterator[JobRow]:
    model = _MODELS[kind]
    video_id = VideoJob.id if model is VideoJob else ThumbnailJob.video_id
    columns = (model.id, model.status, model.attempt, model.version, model.error_code, video_id.label("video_id"))
    for row in connection.execute(select(*columns)):
        yield JobRow(
            ref=JobRef(kind, row.id),
            video=JobRef(JobKind.VIDEO, row.video_id),
            status=row.status,
            attempt=row.attempt,
            version=row.version,
            error_code=row.error_code or "",
        )
