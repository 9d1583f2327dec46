"""How long files are kept: by age, after they were taken away, until they are not needed, while there is room.

Only files go. Their jobs stay, EXPIRED, with what was asked of them and what happened to them.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, exists, func, or_, select, update

from app.extensions import db
from app.jobs.claims import JobRef
from app.jobs.moves.expiring import HAS_FILE, IS_NO_POSTER, expire_output, expire_video
from app.jobs.moves.rows import change
from app.jobs.transactions import Transaction, Transactions
from app.models import Artifact, JobKind, QueueState, Source, Status, ThumbnailJob, User, VideoJob
from app.storage.base import Storage
from app.storage.removal import remove_all

_log = logging.getLogger(__name__)

_BATCH = 500
# All sizes are added up no more often than this.
_WEIGH_EVERY = timedelta(minutes=1)
_IS_MADE: ColumnElement[bool] = (ThumbnailJob.status == Status.COMPLETED) & IS_NO_POSTER

OLD_OUTPUT, OLD_SOURCE = "It was kept as long as files are kept.", "The video's file was kept as long as such are kept."
DOWNLOADED = "It was downloaded."
ALL_DONE = "Everything that was asked of the video was made."
NO_ROOM = "More was stored than is to be, and this was among the oldest."

# What is due by one rule, the oldest first, and why.
Due = Iterator[tuple[Select[int], str]]
Move = Callable[[Transaction, int, str], list[str] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How long what is kept; None, or no bytes, where a rule does not apply."""

    source_age: timedelta | None = None
    output_age: timedelta | None = None
    after_download: timedelta | None = None
    after_last_output: timedelta | None = None
    most_bytes: int = 0


@dataclass(slots=True)
class Expired:
    """How many outputs were let go of, and how many videos' own files."""

    outputs: int = 0
    sources: int = 0


class Retention:
    """Lets go of what is not to be kept any longer. Must be used inside the app's context."""

    def __init__(self, transactions: Transactions, storage: Storage, rules: Rules) -> None:
        self._transactions = transactions
        self._storage = storage
        self._rules = rules

    def note_download(self, job_id: int) -> None:
        """Remember that a file of an output was taken away, where that matters; only the first time counts."""
        is_first = ThumbnailJob.downloaded_at.is_(None)
        of_it = select(ThumbnailJob.id).where(ThumbnailJob.id == job_id, is_first)
        if self._rules.after_download is None or db.session.scalar(of_it) is None:
            return
        ref = JobRef(JobKind.THUMBNAIL, job_id)
        self._transactions.run(lambda transaction: change(transaction, ref, is_first, downloaded_at=transaction.now))

    def kept_until(self, job: ThumbnailJob | VideoJob) -> datetime | None:
        """Return when a finished job's files will be let go of, as far as that can be told: what is stored may grow."""
        if job.status is not Status.COMPLETED or job.finished_at is None or _is_poster(job):
            return None
        ends = []
        age = self._rules.output_age if isinstance(job, ThumbnailJob) else self._rules.source_age
        if age is not None:
            ends.append(job.finished_at + age)
        if isinstance(job, ThumbnailJob) and job.downloaded_at and self._rules.after_download is not None:
            ends.append(job.downloaded_at + self._rules.after_download)
        return min(ends, default=None)

    def run(self) -> Expired:
        """Let go of everything that is due. Any number of processes may do it at once."""
        expired = Expired()
        now = self._transactions.now()
        for owner_id in list(db.session.scalars(select(User.id))):
            expired.outputs += self._expire_all(self._due_outputs(owner_id, now), expire_output)
            expired.sources += self._expire_all(self._due_videos(owner_id, now), expire_video)
        if self._rules.most_bytes and self._transactions.run(_begin_to_weigh):
            self._make_room(expired)
        if expired.outputs or expired.sources:
            _log.info("%d outputs and %d videos' files were let go of.", expired.outputs, expired.sources)
        return expired

    def _due_outputs(self, owner_id: int, now: datetime) -> Due:
        rules, of_owner = self._rules, select(ThumbnailJob.id).where(ThumbnailJob.owner_id == owner_id, _IS_MADE)
        finished_at, downloaded_at = ThumbnailJob.finished_at, ThumbnailJob.downloaded_at
        if rules.output_age is not None:
            yield of_owner.where(finished_at < now - rules.output_age).order_by(finished_at), OLD_OUTPUT
        if rules.after_download is not None:
            yield of_owner.where(downloaded_at < now - rules.after_download).order_by(downloaded_at), DOWNLOADED

    def _due_videos(self, owner_id: int, now: datetime) -> Due:
        rules, of_owner = self._rules, select(VideoJob.id).where(VideoJob.owner_id == owner_id, HAS_FILE)
        of_owner = of_owner.order_by(VideoJob.finished_at)
        if rules.source_age is not None:
            yield of_owner.where(VideoJob.finished_at < now - rules.source_age), OLD_SOURCE
        if rules.after_last_output is not None:
            yield of_owner.where(*_is_done_with(now - rules.after_last_output)), ALL_DONE

    def _expire_all(self, due: Due, move: Move) -> int:
        """Move all that is due, some at a time; what cannot be moved just now is left to the next time."""
        count = 0
        for query, reason in due:
            stuck = 0
            while ids := db.session.scalars(query.offset(stuck).limit(_BATCH)).all():
                moved = sum(self._expire(move, id_, reason) for id_ in ids)
                count, stuck = count + moved, stuck + len(ids) - moved
        return count

    def _make_room(self, expired: Expired) -> None:
        """Let go of the oldest until no more is stored than is to be."""
        while (excess := _stored_bytes() - self._rules.most_bytes) > 0:
            before = (expired.outputs, expired.sources)
            self._let_go_of(excess, expired)
            if before == (expired.outputs, expired.sources):
                _log.warning("%d bytes more are stored than are to be, and none can go just now.", excess)
                return

    def _let_go_of(self, excess: int, expired: Expired) -> None:
        """Let go of about so many bytes, the oldest first; end early where that does not go as it was seen."""
        for kind, id_, size_bytes in _oldest():
            is_output = kind is JobKind.THUMBNAIL
            if excess <= 0 or not self._expire(expire_output if is_output else expire_video, id_, NO_ROOM):
                return
            expired.outputs, expired.sources = expired.outputs + is_output, expired.sources + (not is_output)
            excess -= size_bytes

    def _expire(self, move: Move, id_: int, reason: str) -> bool:
        keys = self._transactions.run(lambda transaction: move(transaction, id_, reason))
        remove_all(self._storage, keys or ())
        return keys is not None


def _begin_to_weigh(transaction: Transaction) -> bool:
    """Tell whether it is time to weigh all that is stored, for one process: two would let go of twice too much."""
    is_due = or_(QueueState.weighed_at.is_(None), QueueState.weighed_at <= transaction.now - _WEIGH_EVERY)
    weighing = update(QueueState).where(is_due).values(weighed_at=transaction.now, updated_at=transaction.now)
    return bool(cast("CursorResult[Any]", transaction.session.execute(weighing)).rowcount)


def _is_poster(job: ThumbnailJob | VideoJob) -> bool:
    """Tell whether an output's picture stands for its video, and is kept with it."""
    return isinstance(job, ThumbnailJob) and job.video.poster_artifact_id in {artifact.id for artifact in job.artifacts}


def _is_done_with(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Tell of a video whether what was asked of it was made by then; what failed may be tried again, so it counts."""
    of_it = select(ThumbnailJob.id).where(ThumbnailJob.video_id == VideoJob.id)
    is_over = ThumbnailJob.status.in_((Status.COMPLETED, Status.EXPIRED))
    is_failed = ThumbnailJob.status == Status.FAILED
    return (
        exists(of_it.where(is_over)),
        ~exists(of_it.where(is_failed | (is_over & (ThumbnailJob.finished_at >= before)))),
    )


def _stored_bytes() -> int:
    sums = (select(func.coalesce(func.sum(model.size_bytes), 0)) for model in (Source, Artifact))
    return sum(int(db.session.scalar(query) or 0) for query in sums)


def _oldest() -> list[tuple[JobKind, int, int]]:
    """Return the oldest that can go, with about how many bytes each is."""
    made: Any = (
        select(ThumbnailJob.finished_at, ThumbnailJob.id, func.sum(Artifact.size_bytes))
        .join(Artifact, Artifact.thumbnail_job_id == ThumbnailJob.id)
        .where(_IS_MADE)
        .group_by(ThumbnailJob.id, ThumbnailJob.finished_at)
        .order_by(ThumbnailJob.finished_at)
    )
    files: Any = (
        select(VideoJob.finished_at, VideoJob.id, Source.size_bytes)
        .join(Source, Source.id == VideoJob.source_id)
        .where(HAS_FILE)
        .order_by(VideoJob.finished_at)
    )
    found = [(at, JobKind.THUMBNAIL, id_, int(size)) for at, id_, size in db.session.execute(made.limit(_BATCH))]
    found += [(at, JobKind.VIDEO, id_, int(size)) for at, id_, size in db.session.execute(files.limit(_BATCH))]
    return [(kind, id_, size) for _at, kind, id_, size in sorted(found, key=lambda one: (one[0], one[1]))]
