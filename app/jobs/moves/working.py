"""Moves that workers make: take a job, keep it, tell of it, complete it, fail it, give it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from app.errors import ClaimLost
from app.jobs.claims import WORKER_LOST, Claim, Failure, JobRef
from app.jobs.due import may_be_claimed
from app.jobs.loading import MODEL, Job, load_job
from app.jobs.moves.failing import fail_or_retry
from app.jobs.moves.rows import NO_ERROR, change, finish, move, requeue
from app.jobs.names import job_name
from app.jobs.options.wish import SourceFacts
from app.jobs.sources import KeptBytes, keep_source, used_keys
from app.jobs.transactions import Transaction
from app.models import Output, Status, ThumbnailJob, VideoJob


def take(transaction: Transaction, ref: JobRef, worker_id: int, lease: timedelta) -> Claim | None:
    """QUEUED → PROCESSING for this worker; None when somebody else was first, or the job may not be claimed now."""
    model = MODEL[ref.kind]
    until = transaction.now + lease
    if not move(
        transaction,
        ref,
        *may_be_claimed(ref, transaction.now),
        status=Status.PROCESSING,
        worker_id=worker_id,
        lease_until=until,
        attempt=model.attempt + 1,
        started_at=transaction.now,
        finished_at=None,
        progress=0.0,
        stage="",
        **NO_ERROR,
    ):
        return None
    job = load_job(transaction.session, ref, for_worker=True)
    transaction.record(job, "job.started", from_status=Status.QUEUED)
    return _claim_of(job, worker_id, until, used_keys(transaction.session, job))


def renew(transaction: Transaction, claim: Claim, lease: timedelta) -> bool:
    """Push the lease on; False when the claim was lost. Nobody needs to be told."""
    return change(transaction, claim.ref, *_is_held(claim), lease_until=transaction.now + lease)


def report(
    transaction: Transaction, claim: Claim, *, stage: str, progress: float, eta_seconds: float | None = None
) -> bool:
    """Write how far the work is, and when it will be done where that can be told; False when the claim was lost."""
    eta_at = None if eta_seconds is None else transaction.now + timedelta(seconds=eta_seconds)
    if not move(transaction, claim.ref, *_is_held(claim), stage=stage, progress=progress, eta_at=eta_at):
        return False
    job = load_job(transaction.session, claim.ref, for_worker=True)
    transaction.record(job, "job.progressed", from_status=Status.PROCESSING)
    return True


def adopt_source(transaction: Transaction, claim: Claim, kept: KeptBytes) -> None:
    """Give a claimed video the bytes that were made for it. Raises ClaimLost."""
    source = keep_source(transaction, kept)
    if not change(transaction, claim.ref, *_is_held(claim), source_id=source.id):
        raise ClaimLost(WORKER_LOST.message)


def complete(transaction: Transaction, claim: Claim, **facts: Any) -> Job:
    """PROCESSING → COMPLETED. The caller adds the results, and records the event. Raises ClaimLost."""
    if not finish(transaction, claim.ref, *_is_held(claim), status=Status.COMPLETED, progress=1.0, **facts):
        raise ClaimLost(WORKER_LOST.message)
    return load_job(transaction.session, claim.ref, for_worker=True)


def fail(transaction: Transaction, claim: Claim, failure: Failure) -> Status:
    """PROCESSING → QUEUED where another try can help and is left, else → FAILED. Raises ClaimLost."""
    if (status := fail_or_retry(transaction, claim.ref, failure, *_is_held(claim))) is None:
        raise ClaimLost(WORKER_LOST.message)
    return status


def give_back(transaction: Transaction, claim: Claim, *, reason: str, after_seconds: float = 0.0) -> bool:
    """PROCESSING → QUEUED, for no fault of the job's; False when the claim was lost."""
    # Attempts number the folders of results and never go back; the one given back is allowed on top.
    more = MODEL[claim.ref.kind].max_attempts + 1
    return requeue(
        transaction,
        claim.ref,
        reason,
        *_is_held(claim),
        before=Status.PROCESSING,
        run_after=transaction.now + timedelta(seconds=after_seconds),
        max_attempts=more,
    )


def _is_held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    model = MODEL[claim.ref.kind]
    return (
        model.status == Status.PROCESSING,
        model.worker_id == claim.worker_id,
        model.attempt == claim.attempt,
    )


def _claim_of(job: Job, worker_id: int, until: datetime, keys: Mapping[str, str]) -> Claim:
    video = job if isinstance(job, VideoJob) else job.video
    output = job if isinstance(job, ThumbnailJob) else None
    return Claim(
        ref=JobRef(job.kind_of_job, job.id),
        worker_id=worker_id,
        attempt=job.attempt,
        lease_until=until,
        owner_id=job.owner_id,
        name=job_name(job),
        video_id=video.id,
        job_public_id=job.public_id,
        video_public_id=video.public_id,
        source_key=video.source.key if video.source else "",
        keys=keys,
        width=output.width if output else None,
        height=output.height if output else None,
        recipe=video.recipe if video.source is None else None,
        output=output.output if output else Output.THUMBNAIL,
        options=output.options if output else None,
        facts=SourceFacts(
            filename=video.filename,
            size_bytes=video.source.size_bytes if video.source else 0,
            duration_seconds=video.duration_seconds,
            poster_seconds=video.poster.position_seconds if video.poster else None,
        ),
    )
