"""What pages and programs read. Every query is an owner's, and bounded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import Gone, NotFound
from app.events.log import newest_id
from app.extensions import db
from app.jobs.claims import JobRef
from app.jobs.counting import count_each
from app.jobs.loading import MODEL, Job, find_candidate, load_video, select_candidates, select_thumbnails, select_videos
from app.jobs.pulse import ALIVE, Pulse, read_pulse
from app.models import Artifact, JobEvent, JobKind, Output, Role, Status, ThumbnailJob, VideoJob, Worker

# Stills of one video that are listed: each asking for a poster adds some.
_MOST_CANDIDATES = 100
# Of jobs made at the same instant the output is listed above the intake.
_RANK = {JobKind.VIDEO: 0, JobKind.THUMBNAIL: 1}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list of jobs, newest first: the job that was listed last."""

    created_at: datetime
    kind: JobKind
    id: int


class Queries:
    """Reads through the session of the app's context."""

    # --- videos --------------------------------------------------------------------------------------------

    def get_video(self, owner_id: int, video_id: int) -> VideoJob:
        """Return a video. Raises NotFound."""
        return load_video(self._session, owner_id, video_id)

    def list_videos(self, owner_id: int, *, limit: int, before_id: int | None = None) -> list[VideoJob]:
        """Return videos, newest first; those before `before_id` where given."""
        newest = select(VideoJob.id).where(VideoJob.owner_id == owner_id).order_by(VideoJob.id.desc()).limit(limit)
        if before_id is not None:
            newest = newest.where(VideoJob.id < before_id)
        page = _of_page(select_videos(), VideoJob.id, newest)
        return list(self._session.scalars(page.order_by(VideoJob.id.desc())))

    def list_videos_by_id(self, owner_id: int, ids: Iterable[int]) -> list[VideoJob]:
        """Return those of the videos that exist and are the owner's, newest first."""
        query = select_videos().where(VideoJob.owner_id == owner_id, VideoJob.id.in_(ids))
        return list(self._session.scalars(query.order_by(VideoJob.id.desc())))

    def count_videos(self, owner_id: int) -> int:
        """Return how many videos there are, at most COUNT_LIMIT + 1."""
        own = select(VideoJob.id).where(VideoJob.owner_id == owner_id)
        return count_each(self._session, {"videos": [own]})["videos"]

    # --- jobs ----------------------------------------------------------------------------------------------

    def get_thumbnail(self, owner_id: int, job_id: int) -> ThumbnailJob:
        """Return an output's job. Raises NotFound."""
        query = select_thumbnails().where(ThumbnailJob.id == job_id, ThumbnailJob.owner_id == owner_id)
        if (job := self._session.scalar(query)) is None:
            raise NotFound(f"There is no thumbnail job {job_id}.", field="id", code="job_not_found")
        return job

    def list_thumbnails(self, owner_id: int, video_id: int, *, limit: int) -> list[ThumbnailJob]:
        """Return the outputs of one video, newest first."""
        query = select_thumbnails().where(ThumbnailJob.owner_id == owner_id, ThumbnailJob.video_id == video_id)
        return list(self._session.scalars(query.order_by(ThumbnailJob.id.desc()).limit(limit)))

    def list_jobs(
        self, owner_id: int, *, limit: int, status: Status | None = None, after: Place | None = None
    ) -> list[Job]:
        """Return intakes and outputs together, newest first; those past `after` where given."""
        jobs: list[Job] = []
        query: Select[Any]
        for kind, query in ((JobKind.VIDEO, select_videos()), (JobKind.THUMBNAIL, select_thumbnails())):
            model = MODEL[kind]
            conditions = [model.owner_id == owner_id]
            if status is not None:
                conditions.append(model.status == status)
            if after is not None:
                conditions.append(_is_past(after, kind))
            newest = select(model.id).where(*conditions).order_by(model.created_at.desc(), model.id.desc())
            jobs += self._session.scalars(_of_page(query, model.id, newest.limit(limit)))
        return _newest_first(jobs)[:limit]

    def list_jobs_by_ref(self, owner_id: int, refs: Iterable[JobRef]) -> list[Job]:
        """Return those of the jobs that exist and are the owner's, newest first."""
        ids: dict[JobKind, list[int]] = {kind: [] for kind in JobKind}
        for ref in refs:
            ids[ref.kind].append(ref.id)
        thumbnails = select_thumbnails().where(
            ThumbnailJob.owner_id == owner_id, ThumbnailJob.id.in_(ids[JobKind.THUMBNAIL])
        )
        return _newest_first(
            [*self.list_videos_by_id(owner_id, ids[JobKind.VIDEO]), *self._session.scalars(thumbnails)]
        )

    def count_jobs(self, owner_id: int) -> Mapping[Status, int]:
        """Return how many jobs are in each status, at most COUNT_LIMIT + 1."""
        some = {
            status.value: [
                select(model.id).where(model.owner_id == owner_id, model.status == status) for model in MODEL.values()
            ]
            for status in Status
        }
        return {Status(word): number for word, number in count_each(self._session, some).items()}

    def list_history(self, owner_id: int, ref: JobRef, *, limit: int) -> list[JobEvent]:
        """Return the moves of a job, oldest first, without its progress in between."""
        query = select(JobEvent).where(
            JobEvent.owner_id == owner_id,
            JobEvent.job_type == ref.kind,
            JobEvent.job_id == ref.id,
            JobEvent.event != "job.progressed",
        )
        return list(self._session.scalars(query.order_by(JobEvent.id).limit(limit)))

    # --- pictures and workers ------------------------------------------------------------------------------

    def get_poster(self, video: VideoJob) -> Artifact:
        """Return a video's poster. Raises NotFound."""
        if video.poster is None:
            said = f"has no picture: {video.error_message}" if video.status is Status.FAILED else "has no picture yet."
            raise NotFound(f"Video {video.id} {said}", field="video_id", code="picture_not_found")
        return video.poster

    def list_candidates(self, owner_id: int, video_id: int) -> list[Artifact]:
        """Return the stills that may stand for a video, the best first, then those that may not."""
        # The newest: each time that candidates are picked anew adds some. The poster is among them, however old it is.
        newest = select_candidates(owner_id, video_id).order_by(Artifact.id.desc()).limit(_MOST_CANDIDATES)
        chosen = select(VideoJob.poster_artifact_id).where(VideoJob.id == video_id).scalar_subquery()
        poster = select_candidates(owner_id, video_id).where(Artifact.id == chosen)
        found = {artifact.id: artifact for artifact in (*self._session.scalars(newest), *self._session.scalars(poster))}
        return sorted(found.values(), key=lambda artifact: (artifact.role is Role.REJECTED, -(artifact.score or 0)))

    def get_candidate(self, owner_id: int, video_id: int, public_id: str) -> Artifact:
        """Return one of them. Raises NotFound."""
        found = find_candidate(self._session, owner_id, video_id, public_id)
        if found is None:
            raise NotFound("candidate names no still of this video.", field="candidate", code="candidate_not_found")
        return found

    def get_file(self, job: ThumbnailJob, name: str) -> Artifact:
        """Return the file of this name that a finished output made. Raises NotFound, and Gone for an expired one."""
        refuse_expired(job)
        found = next((artifact for artifact in job.artifacts if artifact.name == name), None)
        if found is None or job.status is not Status.COMPLETED:
            raise NotFound(f"Job {job.id} has no such file.", field="name", code="file_not_found")
        return found

    def find_picture(
        self, video: VideoJob, *, width: int | None, height: int | None, options: Mapping[str, str]
    ) -> Artifact | None:
        """Return the newest finished thumbnail of this size, and with these options where given.

        Raises Gone where there was one, and it is not kept any more.
        """
        is_there = ThumbnailJob.status == Status.COMPLETED
        query = select_thumbnails().where(
            ThumbnailJob.owner_id == video.owner_id,
            ThumbnailJob.video_id == video.id,
            is_there | (ThumbnailJob.status == Status.EXPIRED),
            ThumbnailJob.output == Output.THUMBNAIL,
            ThumbnailJob.width == width,
            ThumbnailJob.height == height,
            *(ThumbnailJob.options[name].as_string() == value for name, value in options.items()),
        )
        job = self._session.scalar(query.order_by(is_there.desc(), ThumbnailJob.id.desc()).limit(1))
        if job is not None:
            refuse_expired(job)
        return job.artifacts[0] if job is not None and job.artifacts else None

    def newest_event_id(self) -> int:
        """Return the id of the newest event. Read it before what it speaks of, so that nothing lies in between."""
        return newest_id(self._session)

    def is_reachable(self) -> bool:
        """Tell whether the database answers."""
        try:
            self._session.execute(select(1))
        except SQLAlchemyError:
            self._session.rollback()
            return False
        return True

    def read_pulse(self, owner_id: int, now: datetime) -> Pulse:
        """Return how the queue is doing."""
        return read_pulse(self._session, owner_id, now)

    def list_workers(self, now: datetime) -> list[Worker]:
        """Return the workers that were heard from lately, the newest first."""
        return list(
            self._session.scalars(select(Worker).where(Worker.heartbeat_at > now - ALIVE).order_by(Worker.id.desc()))
        )

    @property
    def _session(self) -> Session:
        return db.session()


def refuse_expired(job: ThumbnailJob) -> None:
    """Raise Gone for an output whose files are not kept any more."""
    if job.status is Status.EXPIRED:
        raise Gone(
            f"The files of job {job.id} are not kept any more. Retry it to make them again.", code="file_expired"
        )


def _of_page(query: Select[Any], column: InstrumentedAttribute[int], ids: Select[Any]) -> Select[Any]:
    """Select the rows of a page, which is found in an index alone.

    Asked for both at once, MariaDB walks through whole rows from the newest on until it comes to the page.
    """
    page = ids.subquery()
    return query.join(page, page.c.id == column)


def _is_past(after: Place, kind: JobKind) -> ColumnElement[bool]:
    model = MODEL[kind]
    if _RANK[kind] > _RANK[after.kind]:
        return model.created_at < after.created_at
    not_later = model.created_at <= after.created_at
    if _RANK[kind] < _RANK[after.kind]:
        return not_later
    # Said apart from what may be alike, so that the index is entered there and not at its end.
    return not_later & or_(model.created_at < after.created_at, model.id < after.id)


def _newest_first(jobs: Iterable[Job]) -> list[Job]:
    return sorted(jobs, key=lambda job: (job.created_at, _RANK[job.kind_of_job], job.id), reverse=True)
