"""What workers do to jobs: claim, renew, report, complete, fail, give back, and clear up after each other."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import literal, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import db
from app.jobs.claims import Claim, Failure, JobRef
from app.jobs.due import CANDIDATES, find_due, list_due
from app.jobs.loading import MODEL, list_lapsed, list_stranded
from app.jobs.moves import asking, failing, working
from app.jobs.sources import KeptBytes
from app.jobs.transactions import Transaction, Transactions
from app.models import Artifact, JobKind, Output, Source, Status, VideoJob
from app.queue.base import Notice

# Of what waited for a video, so much is announced at once; workers find the rest in the table.
_MOST_ANNOUNCED = 100


class Lifecycle:
    """Moves jobs on behalf of a worker. Must be used inside the app's context."""

    def __init__(self, transactions: Transactions, *, lease: timedelta) -> None:
        self._transactions = transactions
        self._lease = lease

    def claim_next(self, worker_id: int, *, only_light: bool = False) -> Claim | None:
        """Claim the most urgent job that is due, or return None. Of several workers only one gets it.

        `only_light` passes over what takes minutes.
        """
        for notice in self.list_due(is_heavy=False if only_light else None):
            if claim := self.claim(JobRef(notice.kind, notice.id), worker_id):
                return claim
        return None

    def claim(self, ref: JobRef, worker_id: int) -> Claim | None:
        """Claim one job; None when it may not be claimed, or not any more."""
        return self._transactions.run(lambda transaction: working.take(transaction, ref, worker_id, self._lease))

    def list_due(
        self, *, is_heavy: bool | None = None, overdue: timedelta = timedelta(), limit: int = CANDIDATES
    ) -> list[Notice]:
        """Return some jobs that may be claimed, and could be for a time: in the order in which they should be."""
        return list_due(db.session(), self._transactions.now() - overdue, is_heavy=is_heavy, limit=limit)

    def find_due(self, ref: JobRef) -> Notice | None:
        """Return word of a job, if it may be claimed now."""
        return find_due(db.session(), self._transactions.now(), ref)

    def renew(self, claim: Claim) -> bool:
        """Push the lease on; False when the claim was lost."""
        return self._transactions.run(lambda transaction: working.renew(transaction, claim, self._lease))

    def report(self, claim: Claim, *, stage: str, progress: float, eta_seconds: float | None = None) -> bool:
        """Write how far the work is, and how long it will take yet where that is known; False for a lost claim."""
        return self._transactions.run(
            lambda transaction: working.report(
                transaction, claim, stage=stage, progress=progress, eta_seconds=eta_seconds
            )
        )

    def list_held(self, worker_id: int) -> set[tuple[JobRef, int]]:
        """Return the jobs that a worker holds, each with its attempt: what it works on beside them it has lost."""
        db.session.rollback()
        held = [
            select(literal(kind.value), model.id, model.attempt).where(
                model.worker_id == worker_id, model.status == Status.PROCESSING
            )
            for kind, model in MODEL.items()
        ]
        return {(JobRef(JobKind(kind), id_), attempt) for kind, id_, attempt in db.session.execute(union_all(*held))}

    def adopt_source(self, claim: Claim, kept: KeptBytes) -> None:
        """Let bytes that were made, and are kept, be the claimed video's source. Raises ClaimLost."""

        def work(transaction: Transaction) -> None:
            working.adopt_source(transaction, claim, kept)

        try:
            self._transactions.run(work)
        except IntegrityError:
            # The same bytes were made, or came, at the same moment; now their row is there.
            self._transactions.run(work)

    def complete_video(
        self, claim: Claim, *, facts: dict[str, Any], source: dict[str, Any], candidates: Sequence[Artifact]
    ) -> None:
        """Complete an intake: the video's facts, its source's, and what may be its poster, the best first.

        Raises ClaimLost.
        """

        def work(transaction: Transaction) -> None:
            _add(transaction, *candidates)
            video = working.complete(transaction, claim, poster_artifact_id=candidates[0].id, **facts)
            if isinstance(video, VideoJob):
                about = update(Source).where(Source.id == video.source_id)
                transaction.session.execute(about.values(**source, updated_at=transaction.now))
            transaction.record(video, "job.completed", from_status=Status.PROCESSING)
            # What waited for this video is due now.
            transaction.session.flush()
            transaction.due += list_due(
                transaction.session, transaction.now, video_id=claim.video_id, limit=_MOST_ANNOUNCED
            )

        self._transactions.run(work)

    def complete_thumbnail(self, claim: Claim, artifacts: Sequence[Artifact], notes: Sequence[str] = ()) -> None:
        """Complete an output with what it made; a poster becomes its video's. Raises ClaimLost."""

        def work(transaction: Transaction) -> None:
            job = working.complete(transaction, claim, notes=list(notes) or None)
            _add(transaction, *artifacts)
            set_committed_value(job, "artifacts", list(artifacts))
            transaction.record(job, "job.completed", from_status=Status.PROCESSING)
            if claim.output is Output.POSTER:
                asking.set_poster(transaction, claim.video_id, artifacts[0].id)

        self._transactions.run(work)

    def fail(self, claim: Claim, failure: Failure) -> Status:
        """Record a failure and return what became of the job: QUEUED for another try, or FAILED. Raises ClaimLost."""
        return self._transactions.run(lambda transaction: working.fail(transaction, claim, failure))

    def give_back(self, claim: Claim, *, reason: str, after_seconds: float = 0.0) -> bool:
        """Return a claimed job to the queue, at once or to be claimed later; False when the claim was lost."""
        return self._transactions.run(
            lambda transaction: working.give_back(transaction, claim, reason=reason, after_seconds=after_seconds)
        )

    def reclaim(self) -> int:
        """Take jobs from workers whose lease has lapsed; return how many."""
        lapsed = list_lapsed(db.session(), self._transactions.now())
        return sum(self._transactions.run(partial(failing.reclaim, ref=ref)) for ref in lapsed)

    def fail_stranded(self) -> int:
        """Fail outputs that were asked for while their video was failing; return how many."""
        stranded = list_stranded(db.session())
        return sum(self._transactions.run(partial(failing.fail_stranded, job_id=job_id)) for job_id in stranded)


def _add(transaction: Transaction, *artifacts: Artifact) -> None:
    for artifact in artifacts:
        artifact.created_at = artifact.updated_at = transaction.now
        transaction.session.add(artifact)
    transaction.session.flush()
