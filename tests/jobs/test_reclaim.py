"""Jobs of workers that fell silent go to others."""

from app.models import Status
from app.wiring import Core
from tests.conftest import Clock
from tests.make import all_at_once, claim_job, events_of, make_ready_video, make_thumbnail, make_video, row_of

LEASE = 15


def test_a_job_whose_lease_lapsed_goes_back_to_the_queue(core: Core, clock: Clock) -> None:
    video = make_video(core)
    claim_job(core, video)
    clock.move(LEASE + 0.001)

    taken = core.lifecycle.reclaim()

    row = row_of(video)
    assert (taken, row.status, row.error_code) == (1, Status.QUEUED, "worker_lost")
    assert (row.worker_id, row.lease_until) == (None, None)


def test_outputs_are_taken_back_as_well(core: Core, clock: Clock) -> None:
    job = make_thumbnail(core, make_ready_video(core))
    claim_job(core, job)
    clock.move(LEASE + 1)

    taken = core.lifecycle.reclaim()

    assert taken == 1
    assert row_of(job).status is Status.QUEUED


def test_a_lease_holds_until_its_last_moment(core: Core, clock: Clock) -> None:
    video = make_video(core)
    claim_job(core, video)
    clock.move(LEASE)

    taken = core.lifecycle.reclaim()

    assert taken == 0
    assert row_of(video).status is Status.PROCESSING


def test_a_job_taken_back_is_told_with_its_reason(sqlite_core: Core, clock: Clock) -> None:
    video = make_video(sqlite_core)
    claim_job(sqlite_core, video)
    clock.move(LEASE + 1)

    sqlite_core.lifecycle.reclaim()

    told = events_of(video)[-1]
    assert (told.event, told.from_status) == ("job.queued", Status.PROCESSING)
    assert told.reason == "The worker died while it was working on this."


def test_a_job_that_kills_its_workers_fails_in_the_end(core: Core, clock: Clock) -> None:
    video = make_video(core)

    for _ in range(3):
        claim_job(core, video)
        clock.move(LEASE + 1000)
        core.lifecycle.reclaim()
        clock.move(10)

    row = row_of(video)
    assert (row.status, row.error_code, row.attempt) == (Status.FAILED, "poison", 3)
    assert events_of(video)[-1].event == "job.failed"


def test_an_intake_that_kills_its_workers_fails_what_waits(sqlite_core: Core, clock: Clock) -> None:
    video = make_video(sqlite_core)
    waiting = make_thumbnail(sqlite_core, video)

    for _ in range(3):
        claim_job(sqlite_core, video)
        clock.move(LEASE + 1000)
        sqlite_core.lifecycle.reclaim()
        clock.move(10)

    row = row_of(waiting)
    assert (row.status, row.error_code) == (Status.FAILED, "source_failed")


def test_a_job_is_taken_back_only_once_however_many_look(core: Core, clock: Clock) -> None:
    videos = [make_video(core) for _ in range(6)]
    for video in videos:
        claim_job(core, video)
    clock.move(LEASE + 1)

    taken = all_at_once(core, 4, lambda _number: core.lifecycle.reclaim())

    assert sum(taken) == 6
    assert [row_of(video).version for video in videos] == [3] * 6


def test_what_is_not_being_worked_on_has_no_lease_to_lose(sqlite_core: Core, clock: Clock) -> None:
    make_video(sqlite_core)
    make_ready_video(sqlite_core)
    clock.move(1000)

    taken = sqlite_core.lifecycle.reclaim()

    assert taken == 0
