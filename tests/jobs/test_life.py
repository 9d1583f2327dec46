"""Any order of deeds by several workers: every move is on the map, one holder at most, and the log tells it all."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from app.errors import ClaimLost, Conflict
from app.extensions import db
from app.jobs.claims import Claim, JobRef
from app.jobs.loading import BARREN, Job
from app.jobs.retention import Retention, Rules
from app.models import LOCAL_USER_ID, NEXT, Artifact, JobEvent, JobKind, Priority, Status, ThumbnailJob, VideoJob
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    HEALS,
    STAYS,
    complete_intake,
    complete_thumbnail,
    make_ready_video,
    make_thumbnail,
    make_video,
    ref_of,
    wish_of,
)

_WITH_RESULT = {JobKind.VIDEO: (Status.COMPLETED, Status.EXPIRED), JobKind.THUMBNAIL: (Status.COMPLETED,)}


class Life(RuleBasedStateMachine):
    """Two videos with two outputs each, and three workers that do to them whatever workers and people may."""

    claims = Bundle("claims")

    def __init__(self, core: Core, clock: Clock) -> None:
        super().__init__()
        self.core = core
        self.clock = clock
        self.given: list[Claim] = []
        # What was last seen of each job: its status, version and attempt.
        self.seen: dict[JobRef, tuple[Status, int, int]] = {}
        self.last_event_id = 0

    @initialize()
    def make_jobs(self) -> None:
        for table in (Artifact, JobEvent, ThumbnailJob, VideoJob):
            db.session.execute(delete(table))
        db.session.commit()
        self.core.controls.resume(LOCAL_USER_ID)
        for video in (make_ready_video(self.core), make_video(self.core)):
            for width in (1, 2):
                make_thumbnail(self.core, video, width=width)
        self.seen = {ref_of(job): (job.status, job.version, job.attempt) for job in self._jobs()}
        self.last_event_id = self._events()[-1].id

    # --- what workers do -----------------------------------------------------------------------------------

    @rule(target=claims, worker_id=st.integers(1, 3))
    def claim(self, worker_id: int) -> Claim | None:
        claim = self.core.lifecycle.claim_next(worker_id)
        if claim:
            self.given.append(claim)
        return claim

    @rule(claim=claims, progress=st.sampled_from((0.25, 0.5)))
    def report(self, claim: Claim | None, progress: float) -> None:
        if claim:
            self.core.lifecycle.report(claim, stage="Decoding", progress=progress)

    @rule(claim=claims)
    def renew(self, claim: Claim | None) -> None:
        if claim:
            self.core.lifecycle.renew(claim)

    @rule(claim=claims)
    def give_back(self, claim: Claim | None) -> None:
        if claim:
            self.core.lifecycle.give_back(claim, reason="Not its fault.")

    @rule(claim=claims, heals=st.booleans())
    def fail(self, claim: Claim | None, heals: bool) -> None:
        if claim:
            self._try(claim, lambda: self.core.lifecycle.fail(claim, HEALS if heals else STAYS))

    @rule(claim=claims)
    def complete(self, claim: Claim | None) -> None:
        if claim:
            complete = complete_intake if claim.ref.kind is JobKind.VIDEO else complete_thumbnail
            self._try(claim, lambda: complete(self.core, claim))

    @rule(seconds=st.sampled_from((1, 16, 400)))
    def look_after_all(self, seconds: int) -> None:
        self.clock.move(seconds)
        self.core.lifecycle.reclaim()
        self.core.lifecycle.fail_stranded()

    # --- what people do ------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 3))
    def ask_again(self, number: int) -> None:
        output = [job for job in self._jobs() if isinstance(job, ThumbnailJob)][number]
        wanted = wish_of(width=output.width or 0, height=output.height or 0)
        try:
            answer = self.core.service.request_output(output.owner_id, output.video_id, wanted)
            assert (answer.job.id, answer.is_new) == (output.id, False)
        except Conflict:
            assert self.seen[JobRef(JobKind.VIDEO, output.video_id)][0] in BARREN

    @rule(kind=st.sampled_from(JobKind), number=st.integers(0, 3), deed=st.sampled_from(("cancel", "retry")))
    def cancel_or_retry(self, kind: JobKind, number: int, deed: str) -> None:
        jobs = [job for job in self._jobs() if job.kind_of_job is kind]
        job = jobs[number % len(jobs)]
        with suppress(Conflict):
            getattr(self.core.controls, deed)(job.owner_id, ref_of(job))

    @rule(number=st.integers(0, 3), priority=st.sampled_from(Priority))
    def prioritize(self, number: int, priority: Priority) -> None:
        job = [job for job in self._jobs() if isinstance(job, ThumbnailJob)][number]
        with suppress(Conflict):
            self.core.controls.prioritize(job.owner_id, ref_of(job), priority)

    @rule(is_paused=st.booleans())
    def pause_or_resume(self, is_paused: bool) -> None:
        (self.core.controls.pause if is_paused else self.core.controls.resume)(LOCAL_USER_ID)
        assert not (is_paused and self.core.lifecycle.claim_next(1))

    @rule(what=st.sampled_from(("output_age", "source_age")))
    def let_go(self, what: str) -> None:
        self.clock.move(1)
        Retention(self.core.transactions, self.core.storage, Rules(**{what: timedelta(seconds=1)})).run()

    # --- what must be true whatever was done ---------------------------------------------------------------

    @invariant()
    def the_log_tells_every_move_and_each_is_on_the_map(self) -> None:
        for event in self._events():
            ref = JobRef(event.job_type, event.job_id)
            status, version, attempt = self.seen[ref]
            stays = event.event in ("job.progressed", "job.changed")
            assert event.from_status is status
            assert (event.status is status) if stays else (event.status in NEXT[status])
            assert event.version == event.payload["version"] == version + 1
            assert event.attempt == attempt + (event.event == "job.started")
            self.seen[ref] = (event.status, event.version, event.attempt)
            self.last_event_id = event.id
        assert self.seen == {ref_of(job): (job.status, job.version, job.attempt) for job in self._jobs()}

    @invariant()
    def a_job_has_one_holder_while_it_is_worked_on_and_none_otherwise(self) -> None:
        for job in self._jobs():
            is_running = job.status is Status.PROCESSING
            holders = [claim for claim in self.given if _holds(claim, job)]
            assert len(holders) == is_running
            assert (job.lease_until is not None) == is_running

    @invariant()
    def what_is_completed_has_the_result_of_one_attempt(self) -> None:
        made = db.session.execute(select(Artifact.video_id, Artifact.thumbnail_job_id)).all()
        # A video whose file is not kept any more has its poster.
        with_result = [job for job in self._jobs() if job.status in _WITH_RESULT[job.kind_of_job]]
        assert sorted(made, key=str) == sorted((_owner_of_result(job) for job in with_result), key=str)

    # --- the parts that these are made of ------------------------------------------------------------------

    def _try(self, claim: Claim, act: Callable[[], object]) -> None:
        """Act on a claim; whether it is lost is decided by what was seen last."""
        job = next(job for job in self._jobs() if ref_of(job) == claim.ref)
        is_held = _holds(claim, job)
        try:
            act()
            assert is_held
        except ClaimLost:
            assert not is_held

    def _jobs(self) -> list[Job]:
        db.session.rollback()
        videos = db.session.scalars(select(VideoJob).order_by(VideoJob.id))
        outputs = db.session.scalars(select(ThumbnailJob).order_by(ThumbnailJob.id))
        return [*videos, *outputs]

    def _events(self) -> list[JobEvent]:
        db.session.rollback()
        new = select(JobEvent).where(JobEvent.id > self.last_event_id)
        return list(db.session.scalars(new.order_by(JobEvent.id)))


def _holds(claim: Claim, job: Job) -> bool:
    held = (job.status, job.worker_id, job.attempt)
    return claim.ref == ref_of(job) and held == (Status.PROCESSING, claim.worker_id, claim.attempt)


def _owner_of_result(job: Job) -> tuple[int, int | None]:
    return (job.video_id, job.id) if isinstance(job, ThumbnailJob) else (job.id, None)


def test_whatever_workers_and_people_do_a_job_lives_by_the_map(core: Core, clock: Clock) -> None:
    few = settings(max_examples=15, stateful_step_count=40, deadline=None, database=None)

    # Any maker of machines will do, whatever the annotation says.
    run_state_machine_as_test(lambda: Life(core, clock), settings=few)  # type: ignore[arg-type]
