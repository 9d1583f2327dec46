"""What people and programs may ask for. Pages and JSON call the same verbs."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidRequest, NotFound
from app.jobs import moves
from app.jobs.claims import JobRef
from app.jobs.loading import find_candidate, load_job, load_video
from app.jobs.options.posts import Reference
from app.jobs.options.slideshow import references_of
from app.jobs.options.watermark import watermark_video
from app.jobs.options.wish import Wish
from app.jobs.outputs import OUTPUTS
from app.jobs.slideshows import reference_key
from app.jobs.sources import keep_source
from app.jobs.transactions import Transaction, Transactions
from app.models import JobKind, Origin, Output, Source, Status, ThumbnailJob, VideoJob
from app.storage.base import Incoming
from app.storage.keys import source_key

T = TypeVar("T")

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
            source = keep_source(transaction, owner_id, sha256, size_bytes)
            return self._queue_video(transaction, owner_id, source, shown_name(filename))

        return self._run(work)

    def request_slideshow(
        self, owner_id: int, options: Mapping[str, Any], uploads: Sequence[Incoming], filename: str
    ) -> VideoJob:
        """Keep the pictures that came along and queue making a video of slides.

        `options` are canonical. Raises InvalidRequest for an empty picture, or one that is not in the library.
        """
        if empty := [number for number, incoming in enumerate(uploads) if incoming.size_bytes == 0]:
            raise InvalidRequest(f"files: file {empty[0]} is empty.", field="files", code="empty_file")
        kept = [(incoming.sha256, incoming.size_bytes) for incoming in uploads]
        for incoming, (sha256, _size) in zip(uploads, kept, strict=True):
            incoming.keep(source_key(owner_id, sha256))

        def work(transaction: Transaction) -> VideoJob:
            for sha256, size_bytes in kept:
                keep_source(transaction, owner_id, sha256, size_bytes)
            sources = {
                reference_key(reference): _hash_of(transaction.session, owner_id, field, reference, kept)
                for field, reference in references_of(options)
            }
            recipe = {"options": dict(options), "sources": sources}
            return self._queue_video(transaction, owner_id, None, shown_name(filename), recipe)

        return self._run(work)

    def request_output(self, owner_id: int, video_id: int, asked: Wish) -> Answer:
        """Queue an output, or return the job that was asked for in the same words before.

        One that failed, was cancelled or has expired is queued again. Raises NotFound, and Conflict for a video that
        cannot be read.
        """

        def work(transaction: Transaction) -> Answer:
            video = load_video(transaction.session, owner_id, video_id)
            wish = _with_mark(transaction.session, owner_id, asked)
            known = _find_thumbnail(transaction.session, owner_id, wish.fingerprint(video_id))
            if known is not None and known.status is Status.COMPLETED and known.output is Output.POSTER:
                # It was made before, and another one was chosen since: now it is wanted again.
                _choose_again(transaction, known)
            if known is not None and not known.status.can_become(Status.QUEUED):
                return Answer(load_job(transaction.session, JobRef(JobKind.THUMBNAIL, known.id)), is_new=False)
            if video.status is Status.FAILED:
                raise Conflict(f"Nothing can be made from this video: {video.error_message}", code="source_failed")
            if known is not None:
                return self._ask_again(transaction, JobRef(JobKind.THUMBNAIL, known.id))
            return Answer(self._queue_thumbnail(transaction, video, wish), is_new=True)

        return self._run(work)

    def choose_poster(self, owner_id: int, video_id: int, public_id: str) -> VideoJob:
        """Let a candidate stand for its video. Raises NotFound, and Conflict for a video that is not ready."""

        def work(transaction: Transaction) -> VideoJob:
            load_video(transaction.session, owner_id, video_id)
            artifact = find_candidate(transaction.session, owner_id, video_id, public_id)
            if artifact is None:
                raise NotFound("candidate names no still of this video.", field="candidate", code="candidate_not_found")
            if not moves.set_poster(transaction, video_id, artifact.id):
                raise Conflict("The video is not ready yet.", code="video_not_ready")
            return load_video(transaction.session, owner_id, video_id)

        return self._transactions.run(work)

    def receive_poster(self, owner_id: int, video_id: int, incoming: Incoming) -> Answer:
        """Keep an uploaded picture and queue making it the video's poster.

        Raises InvalidRequest for no bytes, and what `request_output` raises.
        """
        if incoming.size_bytes == 0:
            raise InvalidRequest("poster is an empty file. Choose another one.", field="poster", code="empty_file")
        sha256, size_bytes = incoming.sha256, incoming.size_bytes
        incoming.keep(source_key(owner_id, sha256))
        self._run(lambda transaction: keep_source(transaction, owner_id, sha256, size_bytes))
        wish = OUTPUTS[Output.POSTER].read({})
        return self.request_output(owner_id, video_id, replace(wish, options={**wish.options, "upload": sha256}))

    def _run(self, work: Callable[[Transaction], T]) -> T:
        try:
            return self._transactions.run(work)
        except IntegrityError:
            # Somebody did the same at the same moment and was first; now the row is there.
            return self._transactions.run(work)

    def _ask_again(self, transaction: Transaction, ref: JobRef) -> Answer:
        moves.ask_again(transaction, ref, max_attempts=self._max_attempts)
        return Answer(load_job(transaction.session, ref), is_new=False)

    def _queue_video(
        self,
        transaction: Transaction,
        owner_id: int,
        source: Source | None,
        filename: str,
        recipe: dict[str, Any] | None = None,
    ) -> VideoJob:
        now = transaction.now
        video = VideoJob(
            owner_id=owner_id,
            source_id=source.id if source else None,
            origin=Origin.SLIDESHOW if recipe else Origin.UPLOAD,
            recipe=recipe,
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

    def _queue_thumbnail(self, transaction: Transaction, video: VideoJob, wish: Wish) -> ThumbnailJob:
        now = transaction.now
        job = ThumbnailJob(
            owner_id=video.owner_id,
            video_id=video.id,
            output=wish.output,
            preset=wish.preset,
            width=wish.width,
            height=wish.height,
            options=dict(wish.options),
            fingerprint=wish.fingerprint(video.id),
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


def _choose_again(transaction: Transaction, job: ThumbnailJob) -> None:
    made = load_job(transaction.session, JobRef(JobKind.THUMBNAIL, job.id))
    if isinstance(made, ThumbnailJob) and made.artifacts:
        moves.set_poster(transaction, job.video_id, made.artifacts[0].id)


def shown_name(filename: str) -> str:
    """Return a client's file name as it is shown: its last part, without invisible characters, not endless.

    It never names a file here. The ending stays readable, because that is what people look for.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    name = _INVISIBLE.sub("", name).strip()
    if len(name) > _MAX_NAME:
        name = f"{name[: _MAX_NAME - 21]}…{name[-20:]}"
    return name or "unnamed"


def _find_thumbnail(session: Session, owner_id: int, fingerprint: str) -> ThumbnailJob | None:
    return session.scalar(
        select(ThumbnailJob).where(ThumbnailJob.owner_id == owner_id, ThumbnailJob.fingerprint == fingerprint)
    )


def _with_mark(session: Session, owner_id: int, wish: Wish) -> Wish:
    """Return a wish whose watermark says which bytes it is: that picture's, whatever becomes of its row."""
    number = watermark_video(wish.options)
    if number is None:
        return wish
    mark = {**wish.options["watermark"], "sha256": _hash_of_picture(session, owner_id, "watermark", number)}
    return replace(wish, options={**wish.options, "watermark": mark})


def _hash_of(
    session: Session, owner_id: int, field: str, reference: Reference, uploads: Sequence[tuple[str, int]]
) -> str:
    """Return the hash of the picture that a slide speaks of. Raises InvalidRequest where there is none."""
    if "upload" in reference:
        return uploads[reference["upload"]][0]
    return _hash_of_picture(session, owner_id, field, reference["video"])


def _hash_of_picture(session: Session, owner_id: int, field: str, video_id: int) -> str:
    try:
        video = load_video(session, owner_id, video_id)
    except NotFound as err:
        raise InvalidRequest(f"{field}: {err.message}", field=field) from err
    if video.source is None or video.kind == "video":
        raise InvalidRequest(f"{field}: {video.filename} is no picture.", field=field)
    return video.source.sha256
