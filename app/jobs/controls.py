"""What people do with jobs that are there: cancel, retry, put first, delete; and pause the whole queue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlalchemy import ColumnElement, exists, select, update

from app.errors import Conflict, NotFound
from app.extensions import db
from app.jobs.claims import JobRef
from app.jobs.due import list_due
from app.jobs.loading import BARREN, HAS_SOURCE, MODEL, Job, load_job, load_video, owns
from app.jobs.moves import asking
from app.jobs.refusals import refuse_barren, refuse_gone
from app.jobs.sources import drop_unused, sources_of
from app.jobs.transactions import Transaction, Transactions
from app.models import JobKind, Output, Priority, QueueState, Status, ThumbnailJob, VideoJob
from app.storage.base import Storage
from app.storage.keys import outputs_of
from app.storage.removal import remove_all

# Of many jobs so many are moved in one go; asked again, the next are. Each is a transaction of its own.
MOST_AT_ONCE = 1000
# Of what may be claimed again after a pause, so much is announced at once.
_MOST_ANNOUNCED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which of an owner's jobs are meant: those that are named, or those for which all that is said here holds."""

    refs: Sequence[JobRef] = ()
    status: Status | None = None
    kind: JobKind | None = None
    output: Output | None = None
    video_id: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """How many jobs were moved, and whether there are more that can be."""

    count: int
    has_more: bool


class _Move(Protocol):
    """Moves one job, if it can be moved."""

    def __call__(self, transaction: Transaction, ref: JobRef) -> bool: ...


_Conditions = Mapping[JobKind, ColumnElement[bool]]
_RETRIED = [status for status in Status if status.can_be_retried]
_CAN_CANCEL: _Conditions = {
    kind: model.status.in_([status for status in Status if status.can_be_cancelled]) for kind, model in MODEL.items()
}
# What lacks a file is not even listed: there may be so much of it that nothing else would ever have its turn.
_CAN_RETRY: _Conditions = {
    JobKind.VIDEO: VideoJob.status.in_((Status.FAILED, Status.CANCELLED)) & HAS_SOURCE,
    JobKind.THUMBNAIL: ThumbnailJob.status.in_(_RETRIED)
    & exists(select(VideoJob.id).where(VideoJob.id == ThumbnailJob.video_id, VideoJob.status.not_in(BARREN))),
}


class Controls:
    """The verbs. Must be used inside the app's context."""

    def __init__(self, transactions: Transactions, storage: Storage, *, max_attempts: int) -> None:
        self._transactions = transactions
        self._storage = storage
        self._max_attempts = max_attempts

    def cancel(self, owner_id: int, ref: JobRef) -> Job:
        """Cancel a job that waits or is worked on. Raises NotFound, and Conflict for one that is over."""

        def work(transaction: Transaction) -> Job:
            self._need(transaction, owner_id, ref)
            is_cancelled = asking.cancel(transaction, ref)
            job = load_job(transaction.session, ref)
            if not is_cancelled:
                raise Conflict(f"It is {job.status.lower()} already, so it cannot be cancelled.", code="job_over")
            return job

        return self._transactions.run(work)

    def retry(self, owner_id: int, ref: JobRef) -> Job:
        """Queue a job again that failed, was cancelled, or whose files have expired.

        Raises NotFound, and Conflict for another, or for one whose video's own file is gone.
        """

        def work(transaction: Transaction) -> Job:
            self._need(transaction, owner_id, ref)
            job = load_job(transaction.session, ref)
            if isinstance(job, ThumbnailJob):
                refuse_barren(job.video)
            else:
                refuse_gone(job)
            if not asking.ask_again(transaction, ref, max_attempts=self._max_attempts):
                raise Conflict(f"It is {job.status.lower()}, so there is nothing to retry.", code="job_not_over")
            return load_job(transaction.session, ref)

        return self._transactions.run(work)

    def cancel_many(self, owner_id: int, chosen: Filter) -> Moved:
        """Cancel all that are meant and are not over."""
        return self._each(owner_id, chosen, _CAN_CANCEL, asking.cancel)

    def retry_many(self, owner_id: int, chosen: Filter) -> Moved:
        """Queue all again that are meant and can be; what needs a file that is not there is passed over."""

        def again(transaction: Transaction, ref: JobRef) -> bool:
            if ref.kind is JobKind.THUMBNAIL and not _is_readable(transaction, ref.id):
                return False
            return asking.ask_again(transaction, ref, max_attempts=self._max_attempts)

        return self._each(owner_id, chosen, _CAN_RETRY, again)

    def prioritize(self, owner_id: int, ref: JobRef, priority: Priority) -> Job:
        """Let a waiting job be claimed sooner or later. Raises NotFound, and Conflict for one that does not wait."""

        def work(transaction: Transaction) -> Job:
            self._need(transaction, owner_id, ref)
            asking.prioritize(transaction, ref, priority)
            job = load_job(transaction.session, ref)
            if job.status is not Status.QUEUED:
                raise Conflict("Only a job that waits can be given another priority.", code="job_not_queued")
            return job

        return self._transactions.run(work)

    def delete_video(self, owner_id: int, video_id: int) -> None:
        """Delete a video with everything made from it; whoever works on any of it stops. Raises NotFound.

        Bytes that another video or job needs stay.
        """

        def work(transaction: Transaction) -> list[str]:
            video = load_video(transaction.session, owner_id, video_id)
            used = sources_of(transaction.session, video_id)
            asking.delete(transaction, video)
            return [*drop_unused(transaction, used), outputs_of(owner_id, video.public_id)]

        remove_all(self._storage, self._transactions.run(work))

    def pause(self, user_id: int) -> None:
        """Hand out no more jobs; those in hand are finished."""
        self._set_paused(user_id, since=self._transactions.now())

    def resume(self, user_id: int) -> None:
        """Hand out jobs again."""
        self._set_paused(user_id, since=None)

    def _set_paused(self, user_id: int, *, since: datetime | None) -> None:
        def work(transaction: Transaction) -> None:
            is_paused = since is not None
            changed = update(QueueState).where(QueueState.is_paused != is_paused)
            values = {"is_paused": is_paused, "paused_by": user_id if since else None, "since": since}
            transaction.session.execute(changed.values({**values, "updated_at": transaction.now}))
            if not is_paused:
                # Workers find the rest in the table.
                transaction.due += list_due(transaction.session, transaction.now, limit=_MOST_ANNOUNCED)

        self._transactions.run(work)

    def _need(self, transaction: Transaction, owner_id: int, ref: JobRef) -> None:
        if not owns(transaction.session, owner_id, ref):
            raise NotFound(f"There is no {ref.kind} job {ref.id}.", field="id", code="job_not_found")

    def _each(self, owner_id: int, chosen: Filter, can_move: _Conditions, move: _Move) -> Moved:
        refs = list(_list_chosen(owner_id, chosen, can_move))
        some = refs[:MOST_AT_ONCE]
        count = sum(self._transactions.run(partial(move, ref=ref)) for ref in some)
        return Moved(count, has_more=len(refs) > MOST_AT_ONCE)


def _list_chosen(owner_id: int, chosen: Filter, can_move: _Conditions) -> Iterable[JobRef]:
    """Return the jobs that are meant, oldest first and videos before outputs, as many as one go and one more."""
    for kind, model in MODEL.items():
        if (chosen.kind or kind) is not kind or (chosen.output and kind is JobKind.VIDEO):
            continue
        conditions: list[ColumnElement[bool]] = [model.owner_id == owner_id, can_move[kind]]
        if chosen.status is not None:
            conditions.append(model.status == chosen.status)
        if chosen.refs:
            conditions.append(model.id.in_([ref.id for ref in chosen.refs if ref.kind is kind]))
        if chosen.output:
            conditions.append(ThumbnailJob.output == chosen.output)
        if chosen.video_id is not None:
            conditions.append((VideoJob.id if kind is JobKind.VIDEO else ThumbnailJob.video_id) == chosen.video_id)
        query = select(model.id).where(*conditions).order_by(model.id).limit(MOST_AT_ONCE + 1)
        yield from (JobRef(kind, id_) for id_ in db.session.scalars(query))


def _is_readable(transaction: Transaction, job_id: int) -> bool:
    is_lost = VideoJob.status.in_(BARREN)
    of_its_video = select(VideoJob.id).join(ThumbnailJob, ThumbnailJob.video_id == VideoJob.id)
    return transaction.session.scalar(of_its_video.where(ThumbnailJob.id == job_id, ~is_lost)) is not None
