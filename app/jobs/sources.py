"""Bytes that jobs work on: the same bytes of one owner have one row, and stay while anything names them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, select, update
from sqlalchemy.orm import Session

from app.jobs.transactions import Transaction
from app.models import Source, SourceUse, ThumbnailJob, VideoJob
from app.storage.base import Incoming, Storage
from app.storage.removal import remove_all


@dataclass(slots=True)
class KeptBytes:
    """Bytes that are durable and have no row yet. `row_key` is where its row has them, once there is one."""

    owner_id: int
    sha256: str
    size_bytes: int
    key: str
    row_key: str = ""


class Sources:
    """Brings bytes into the storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    @contextmanager
    def keeping(self, owner_id: int, *incoming: Incoming) -> Iterator[list[KeptBytes]]:
        """Make bytes durable, so that rows may be written which name them; no row ever lacks its bytes.

        Each arrival has a place of its own, so that nobody removes it under a row that is just being written. Those
        that turn out to be there already are removed at the end. Raises StorageError.
        """
        kept = [KeptBytes(owner_id, one.sha256, one.size_bytes, one.key) for one in incoming]
        for one in incoming:
            one.keep()
        try:
            yield kept
        finally:
            # What was about to be named when something failed may be named all the same: the sweep finds out.
            remove_all(self._storage, (one.key for one in kept if one.row_key != one.key))


def keep_source(transaction: Transaction, kept: KeptBytes) -> Source:
    """Return the row of bytes that are kept, made where there is none."""
    known = select(Source).where(Source.owner_id == kept.owner_id, Source.sha256 == kept.sha256)
    source = transaction.session.scalar(known)
    if source is None:
        source = Source(
            owner_id=kept.owner_id,
            sha256=kept.sha256,
            size_bytes=kept.size_bytes,
            key=kept.key,
            created_at=transaction.now,
            updated_at=transaction.now,
        )
        transaction.session.add(source)
        transaction.session.flush()
    elif not source.key:
        # They were lost, and here they are again.
        source.key = kept.key
        transaction.session.flush()
    kept.row_key = source.key
    return source


def forget_bytes(transaction: Transaction, source_id: int, key: str) -> None:
    """Write down that a source's bytes are gone from under this key, for as long as something still names them."""
    lost = update(Source).where(Source.id == source_id, Source.key == key)
    transaction.session.execute(lost.values(key="", updated_at=transaction.now))


def use_sources(transaction: Transaction, job: VideoJob | ThumbnailJob) -> None:
    """Hold on to other bytes of the same owner for as long as this new job is there, which speaks of them."""
    wanted = _spoken_of(job)
    if not wanted:
        return
    found = select(Source.id).where(Source.owner_id == job.owner_id, Source.sha256.in_(wanted))
    named = {"video_id": job.id} if isinstance(job, VideoJob) else {"thumbnail_job_id": job.id}
    transaction.session.add_all(SourceUse(source_id=id_, **named) for id_ in transaction.session.scalars(found))
    transaction.session.flush()


def used_keys(session: Session, job: VideoJob | ThumbnailJob) -> dict[str, str]:
    """Return where those other bytes are, by their hash."""
    if not _spoken_of(job):
        return {}
    is_its = SourceUse.video_id == job.id if isinstance(job, VideoJob) else SourceUse.thumbnail_job_id == job.id
    rows = session.execute(select(Source.sha256, Source.key).join(SourceUse).where(is_its))
    return {row.sha256: row.key for row in rows}


def _spoken_of(job: VideoJob | ThumbnailJob) -> set[str]:
    """Return the hashes of what a job needs beside its video: slides, an uploaded poster, a watermark."""
    if isinstance(job, VideoJob):
        return set(job.recipe["sources"].values()) if job.recipe else set()
    named = (job.options.get("upload"), job.options.get("watermark", {}).get("sha256"))
    return {sha256 for sha256 in named if sha256}


def sources_of(session: Session, video_id: int) -> set[int]:
    """Return the sources that a video and its outputs name."""
    outputs = select(ThumbnailJob.id).where(ThumbnailJob.video_id == video_id)
    is_its = (SourceUse.video_id == video_id) | SourceUse.thumbnail_job_id.in_(outputs)
    own = select(VideoJob.source_id).where(VideoJob.id == video_id)
    found = {*session.scalars(own), *session.scalars(select(SourceUse.source_id).where(is_its))}
    return {id_ for id_ in found if id_ is not None}


def drop_unused(transaction: Transaction, source_ids: Iterable[int]) -> list[str]:
    """Delete the rows of sources that nothing names any more; return where their bytes are, to be removed after."""
    keys = []
    for id_ in sorted(source_ids):
        key = transaction.session.scalar(select(Source.key).where(Source.id == id_))
        is_named = exists().where(VideoJob.source_id == id_) | exists().where(SourceUse.source_id == id_)
        gone = transaction.session.execute(delete(Source).where(Source.id == id_, ~is_named))
        if key and cast("CursorResult[Any]", gone).rowcount:
            keys.append(key)
    return keys
