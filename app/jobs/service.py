"""What people and programs may ask for. Pages and JSON call the same verbs."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidRequest
from app.jobs import moves
from app.jobs.claims import JobRef
from app.jobs.loading import find_source, load_job, load_video
from app.jobs.options import ThumbnailOptions
from app.jobs.transactions import Transaction, Transactions
from app.models import JobKind, Origin, Source, Status, ThumbnailJob, VideoJob
from app.storage.base import Incoming
from app.storage.keys import source_key

_MAX_NAME = 255
# Control characters, those that turn the direction of the text after them, and halves of characters.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """A job that was asked for, and whether this asking made it."""

    job: VideoJob | ThumbnailJob
    is_new: bool


class Service:
    """The verbs. Must be used inside the app's context."""

    def __init__(self, transactions: Transactions, *, max_attempts: int) -> None:
        self._transactions = transactions
        self._max_attempts = max_attempts

    def receive_video(self, owner_id: int, incoming: Incoming, filename: str) -> VideoJob:
        """Keep uploaded bytes and queue their intake.

        The bytes are durable before the row exists: a row always has its bytes. Raises InvalidRequest for no bytes.
        """
        if incoming.size_bytes == 0:
            raise InvalidRequest("video is an empty file. Choose another one.", field="video", code="empty_file")
        sha256, size_bytes = incoming.sha256, incoming.size_bytes
        incoming.keep(source_key(owner_id, sha256))

        def work(transaction: Transaction) -> VideoJob:
            source = _keep_source(transaction, owner_id, sha256, size_bytes)
            return self._queue_video(transaction, owner_id, source, shown_name(filename))

        try:
            return self._transactions.run(work)
        except IntegrityError:
            # The same bytes arrived twice at the same moment; now the row is there.
            return self._transactions.run(work)

    def request_thumbnail(self, owner_id: int, video_id: int, options: ThumbnailOptions) -> Answer:
        """Queue a thumbnail, or return the job that was asked for in the same words before.

        One that failed, was cancelled or has expired is queued again. Raises NotFound, and Conflict for a video that
        cannot be read.
        """

        def work(transaction: Transaction) -> Answer:
            video = load_video(transaction.session, owner_id, video_id)
            known = _find_thumbnail(transaction.session, owner_id, options.fingerprint(video_id))
            if known is not None and not known.status.can_become(Status.QUEUED):
                return Answer(load_job(transaction.session, JobRef(JobKind.THUMBNAIL, known.id)), is_new=False)
            if video.status is Status.FAILED:
                raise Conflict(f"Nothing can be made from this video: {video.error_message}", code="source_failed")
            if known is not None:
                return self._ask_again(transaction, JobRef(JobKind.THUMBNAIL, known.id))
            return Answer(self._queue_thumbnail(transaction, video, options), is_new=True)

        try:
            return self._transactions.run(work)
        except IntegrityError:
            # Somebody asked for the same at the same moment and was first.
            return self._transactions.run(work)

    def _ask_again(self, transaction: Transaction, ref: JobRef) -> Answer:
        moves.ask_again(transaction, ref, max_attempts=self._max_attempts)
        return Answer(load_job(transaction.session, ref), is_new=False)

    def _queue_video(self, transaction: Transaction, owner_id: int, source: Source, filename: str) -> VideoJob:
        now = transaction.now
        video = VideoJob(
            owner_id=owner_id,
            source_id=source.id,
            origin=Origin.UPLOAD,
            filename=filename,
            max_attempts=self._max_attempts,
            run_after=now,
            queued_at=now,
            created_at=now,
            updated_at=now,
        )
        transaction.session.add(video)
        transaction.session.flush()
        transaction.record(load_job(transaction.session, JobRef(JobKind.VIDEO, video.id)), "job.queued")
        return video

    def _queue_thumbnail(self, transaction: Transaction, video: VideoJob, options: ThumbnailOptions) -> ThumbnailJob:
        now = transaction.now
        job = ThumbnailJob(
            owner_id=video.owner_id,
            video_id=video.id,
            width=options.width,
            height=options.height,
            options=options.to_json(),
            fingerprint=options.fingerprint(video.id),
            max_attempts=self._max_attempts,
            run_after=now,
            queued_at=now,
            created_at=now,
            updated_at=now,
        )
        transaction.session.add(job)
        transaction.session.flush()
        transaction.record(load_job(transaction.session, JobRef(JobKind.THUMBNAIL, job.id)), "job.queued")
        return job


def shown_name(filename: str) -> str:
    """Return a client's file name as it is shown: its last part, without invisible characters, not endless.

    It never names a file here. The ending stays readable, because that is what people look for.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    name = _INVISIBLE.sub("", name).strip()
    if len(name) > _MAX_NAME:
        name = f"{name[: _MAX_NAME - 21]}…{name[-20:]}"
    return name or "unnamed"


def _keep_source(transaction: Transaction, owner_id: int, sha256: str, size_bytes: int) -> Source:
    source = find_source(transaction.session, owner_id, sha256)
    if source is None:
        source = Source(
            owner_id=owner_id,
            sha256=sha256,
            size_bytes=size_bytes,
            key=source_key(owner_id, sha256),
            created_at=transaction.now,
            updated_at=transaction.now,
        )
        transaction.session.add(source)
        transaction.session.flush()
    return source


def _find_thumbnail(session: Session, owner_id: int, fingerprint: str) -> ThumbnailJob | None:
    return session.scalar(
        select(ThumbnailJob).where(ThumbnailJob.owner_id == owner_id, ThumbnailJob.fingerprint == fingerprint)
    )
