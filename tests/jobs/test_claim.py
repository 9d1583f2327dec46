"""Who works on what: one claim, one winner."""

from datetime import timedelta

from app.jobs.claims import JobRef
from app.models import JobKind, Status
from app.wiring import Core
from tests.conftest import Clock
from tests.make import WORKER, complete_intake, make_ready_video, make_thumbnail, make_video, ref_of, set_columns


def test_a_second_worker_cannot_claim_the_same_job(core: Core) -> None:
    video = make_video(core)
    ref = JobRef(JobKind.VIDEO, video.id)

    first, second = core.lifecycle.claim(ref, 1), core.lifecycle.claim(ref, 2)

    assert first is not None
    assert second is None


def test_a_claim_carries_what_the_work_needs(core: Core, clock: Clock) -> None:
    video = make_video(core)

    claim = core.lifecycle.claim_next(WORKER)

    assert claim is not None
    assert (claim.ref.id, claim.attempt, claim.video_id) == (video.id, 1, video.id)
    assert claim.source_key.startswith("sources/1/")


def test_intake_comes_before_outputs_of_the_same_priority(core: Core, clock: Clock) -> None:
    ready = make_ready_video(core)
    make_thumbnail(core, ready)
    clock.move(1)
    later = make_video(core, data=b"another")

    claim = core.lifecycle.claim_next(WORKER)

    assert claim is not None
    assert claim.ref == JobRef(JobKind.VIDEO, later.id)


def test_an_output_waits_until_its_video_is_ready(core: Core) -> None:
    video = make_video(core)
    thumbnail = make_thumbnail(core, video)

    intake = core.lifecycle.claim_next(WORKER)
    assert intake is not None
    before = core.lifecycle.claim_next(WORKER)
    complete_intake(core, intake)
    after = core.lifecycle.claim_next(WORKER)

    assert before is None
    assert after is not None
    assert after.ref == JobRef(JobKind.THUMBNAIL, thumbnail.id)


def test_a_claimed_job_is_processing_and_says_so_to_open_pages(core: Core) -> None:
    video = make_video(core)

    core.lifecycle.claim_next(WORKER)

    row = core.queries.get_video(video.owner_id, video.id)
    assert (row.status, row.attempt, row.version) == (Status.PROCESSING, 1, 2)
    history = core.queries.list_history(video.owner_id, JobRef(JobKind.VIDEO, video.id), limit=10)
    assert [event.event for event in history] == ["job.queued", "job.started"]


def test_a_job_that_is_named_too_early_cannot_be_claimed(core: Core, clock: Clock) -> None:
    video = make_video(core)
    set_columns(video, run_after=clock() + timedelta(seconds=5))

    early = core.lifecycle.claim(ref_of(video), WORKER)
    clock.move(5)
    due = core.lifecycle.claim(ref_of(video), WORKER)

    assert early is None
    assert due is not None


def test_a_job_queued_by_a_machine_whose_clock_is_a_little_ahead_can_be_claimed(core: Core, clock: Clock) -> None:
    video = make_video(core)
    set_columns(video, run_after=clock() + timedelta(seconds=0.5))

    assert core.lifecycle.claim(ref_of(video), WORKER) is not None


def test_an_output_that_is_named_cannot_be_claimed_before_its_video_is_ready(core: Core) -> None:
    video = make_video(core)
    thumbnail = make_thumbnail(core, video)
    intake = core.lifecycle.claim(ref_of(video), WORKER)
    assert intake is not None

    before = core.lifecycle.claim(ref_of(thumbnail), WORKER)
    complete_intake(core, intake)
    after = core.lifecycle.claim(ref_of(thumbnail), WORKER)

    assert before is None
    assert after is not None
