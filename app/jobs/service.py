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
from app.jobs.claims import JobRef
from app.jobs.loading import find_candidate, load_job, load_video
from app.jobs.moves import asking
from app.jobs.options.posts import Reference
from app.jobs.options.slideshow import references_of
from app.jobs.options.watermark import watermark_video
from app.jobs.options.wish import Wish
from app.jobs.outputs import OUTPUTS, check_source
from app.jobs.refusals import refuse_barren
from app.jobs.slideshows import reference_key
from app.jobs.sources import KeptBytes, Sources, keep_source, use_sources
from app.jobs.transactions import Transaction, Transactions
from app.models import JobKind, Origin, Output, Priority, Source, Status, ThumbnailJob, VideoJob
from app.storage.base import Incoming

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

    def __init__(self, transactions: Transactions, sources: Sources, *, max_attempts: int) -> None:
        self._transactions = transactions
        self._sources = sources
        self._max_attempts = max_attempts

    def receive_video(
        self, owner_id: int, incoming: Incoming, filename: str, *, priority: Priority = Priority.NORMAL
    ) -> VideoJob:
        """Keep uploaded bytes and queue their intake.

        The bytes are durable before the row exists: a row always has its bytes. Raises InvalidRequest for no bytes.
        """
        if incoming.size_bytes == 0:
            raise InvalidRequest("video is an empty file. Choose another one.", field="video", code="empty_file")

        def work(transaction: Transaction) -> VideoJob:
            source = keep_source(transaction, kept)
            return self._queue_video(transaction, owner_id, source, shown_name(filename), priority=priority)

        with self._sources.keeping(owner_id, incoming) as (kept,):
            return self._run(work)

    def request_slideshow(
        self,
        owner_id: int,
        options: Mapping[str, Any],
        uploads: Sequence[tuple[Incoming, str]],
        filename: str,
        *,
        priority: Priority = Priority.NORMAL,
    ) -> VideoJob:
        """Keep the pictures that came along, each with its name, and queue making a video of slides.

        `options` are canonical. Raises InvalidRequest for an empty picture, or one that is not in the library.
        """
        names = [shown_name(name) for _incoming, name in uploads]
        if empty := [name for name, (incoming, _name) in zip(names, uploads, strict=True) if not incoming.size_bytes]:
            raise InvalidRequest(f"files: {empty[0]} is empty.", field="files", code="empty_file")

        def work(transaction: Transaction) -> VideoJob:
            for one in kept:
                keep_source(transaction, one)
            sources = {
                reference_key(reference): _hash_of(transaction.session, owner_id, field, reference, kept)
                for field, reference in references_of(options)
            }
            recipe = {"options": dict(options), "sources": sources, "names": names}
            return self._queue_video(transaction, owner_id, None, shown_name(filename), recipe, priority=priority)

        with self._sources.keeping(owner_id, *(incoming for incoming, _name in uploads)) as kept:
            return self._run(work)

    def request_output(
        self, owner_id: int, video_id: int, asked: Wish, *, priority: Priority = Priority.NORMAL
    ) -> Answer:
        """Queue an output, or return the job that was asked for in the same words before.

        One that waits with less priority gets this one; one that failed, was cancelled or has expired is queued
        again. Raises NotFound, Conflict for a video that cannot be read, and InvalidRequest for what is not made of a
        picture where it is one.
        """
        return self._run(lambda transaction: self._request(transaction, owner_id, video_id, asked, priority))

    def _request(
        self, transaction: Transaction, owner_id: int, video_id: int, asked: Wish, priority: Priority
    ) -> Answer:
        video = load_video(transaction.session, owner_id, video_id)
        check_source(asked.output, video.kind)
        wish = _with_mark(transaction.session, owner_id, asked)
        known = _find_thumbnail(transaction.session, owner_id, wish.fingerprint(video_id))
        if known is not None and known.status is Status.COMPLETED and known.output is Output.POSTER:
            # It was made before, and another one was chosen since: now it is wanted again.
            _choose_again(transaction, known)
        if known is None:
            refuse_barren(video)
            return Answer(self._queue_thumbnail(transaction, video, wish, priority), is_new=True)
        ref = JobRef(JobKind.THUMBNAIL, known.id)
        if known.status.can_be_retried:
            refuse_barren(video)
            asking.ask_again(transaction, ref, max_attempts=self._max_attempts)
        if priority < known.priority:
            asking.prioritize(transaction, ref, priority)
        return Answer(load_job(transaction.session, ref), is_new=False)

    def choose_poster(self, owner_id: int, video_id: int, public_id: str) -> VideoJob:
        """Let a candidate stand for its video. Raises NotFound, and Conflict for a video that is not ready."""

        def work(transaction: Transaction) -> VideoJob:
            load_video(transaction.session, owner_id, video_id)
            artifact = find_candidate(transaction.session, owner_id, video_id, public_id)
            if artifact is None:
                raise NotFound("candidate names no still of this video.", field="candidate", code="candidate_not_found")
            if not asking.set_poster(transaction, video_id, artifact.id):
                raise Conflict("The video is not ready yet.", code="video_not_ready")
            return load_video(transaction.session, owner_id, video_id)

        return self._transactions.run(work)

    def receive_poster(
        self, owner_id: int, video_id: int, incoming: Incoming, *, priority: Priority = Priority.NORMAL
    ) -> Answer:
        """Keep an uploaded picture and queue making it the video's poster.

        Raises InvalidRequest for no bytes, and what `request_output` raises.
        """
        if incoming.size_bytes == 0:
            raise InvalidRequest("poster is an empty file. Choose another one.", field="poster", code="empty_file")
        wish = OUTPUTS[Output.POSTER].read({})
        wish = replace(wish, options={**wish.options, "upload": incoming.sha256})

        def work(transaction: Transaction) -> Answer:
            keep_source(transaction, kept)
            return self._request(transaction, owner_id, video_id, wish, priority)

        with self._sources.keeping(owner_id, incoming) as (kept,):
            return self._run(work)

    def _run(self, work: Callable[[Transaction], T]) -> T:
        try:
            return self._transactions.run(work)
        except IntegrityError:
            # Somebody did the same at the same moment and was first; now the row is there.
            return self._transactions.run(work)

    def _queue_video(
        self,
        transaction: Transaction,
        owner_id: int,
        source: Source | None,
        filename: str,
        recipe: dict[str, Any] | None = None,
        *,
        priority: Priority,
    ) -> VideoJob:
        now = transaction.now
        video = VideoJob(
            owner_id=owner_id,
            source_id=source.id if source else None,
            origin=Origin.SLIDESHOW if recipe else Origin.UPLOAD,
            recipe=recipe,
            filename=filename,
            priority=priority,
            max_attempts=self._max_attempts,
            run_after=now,
            queued_at=now,
            created_at=now,
            updated_at=now,
        )
        transaction.session.add(video)
        transaction.session.flush()
        use_sources(transaction, video)
        transaction.record(load_job(transaction.session, JobRef(JobKind.VIDEO, video.id)), "job.queued")
        return video

    def _queue_thumbnail(
        self, transaction: Transaction, video: VideoJob, wish: Wish, priority: Priority
    ) -> ThumbnailJob:
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
            priority=priority,
            max_attempts=self._max_attempts,
            run_after=now,
            queued_at=now,
            created_at=now,
            updated_at=now,
        )
        transaction.session.add(job)
        transaction.session.flush()
        use_sources(transaction, job)
        transaction.record(load_job(transaction.session, JobRef(JobKind.THUMBNAIL, job.id)), "job.queued")
        return job


def _choose_again(transaction: Transaction, job: ThumbnailJob) -> None:
    made = load_job(transaction.session, JobRef(JobKind.THUMBNAIL, job.id))
    if isinstance(made, ThumbnailJob) and made.artifacts:
        asking.set_poster(transaction, job.video_id, made.artifacts[0].id)


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


def _hash_of(session: Session, owner_id: int, field: str, reference: Reference, uploads: Sequence[KeptBytes]) -> str:
    """Return the hash of the picture that a slide speaks of. Raises InvalidRequest where there is none."""
    if "upload" in reference:
        return uploads[reference["upload"]].sha256
    return _hash_of_picture(session, owner_id, field, reference["video"])


def _hash_of_picture(session: Session, owner_id: int, field: str, video_id: int) -> str:
    try:
        video = load_video(session, owner_id, video_id)
    except NotFound as err:
        raise InvalidRequest(f"{field}: {err.message}", field=field) from err
    if video.status is Status.FAILED:
        raise InvalidRequest(f"{field}: {video.filename} cannot be used: {video.error_message}", field=field)
    if video.status is Status.CANCELLED:
        said = f"{field}: {video.filename} cannot be used: reading it was cancelled. Retry it first."
        raise InvalidRequest(said, field=field)
    if video.status is Status.EXPIRED:
        said = f"{field}: {video.filename} cannot be used: its file is not kept any more. Upload it again."
        raise InvalidRequest(said, field=field)
    if video.source is None or video.kind == "video":
        raise InvalidRequest(f"{field}: {video.filename} is no picture.", field=field)
    return video.source.sha256
