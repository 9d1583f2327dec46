"""A job that could not be done: tried again where that can help, failed where it cannot."""

import pytest

from app.jobs.claims import SOURCE_FAILED, Failure
from app.jobs.moves.failing import MAX_BACKOFF_SECONDS, backoff_seconds
from app.models import Status
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    HEALS,
    STAYS,
    claim_job,
    events_of,
    make_ready_video,
    make_thumbnail,
    make_video,
    row_of,
)


def test_a_failure_that_may_heal_is_tried_again(core: Core) -> None:
    video = make_video(core)

    status = core.lifecycle.fail(claim_job(core, video), HEALS)

    row = row_of(video)
    assert status is row.status is Status.QUEUED
    assert (row.error_code, row.error_message, row.is_retryable) == (HEALS.code, HEALS.message, True)
    assert (row.worker_id, row.lease_until, row.started_at, row.progress) == (None, None, None, 0.0)


def test_another_try_waits_a_moment(sqlite_core: Core, clock: Clock) -> None:
    video = make_video(sqlite_core)

    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), HEALS)

    waits = (row_of(video).run_after - clock()).total_seconds()
    assert 0.5 <= waits <= 1.5


@pytest.mark.parametrize(("attempt", "wait_seconds"), [(1, 1), (2, 2), (3, 4), (7, 64)])
def test_each_try_waits_twice_as_long_as_the_one_before(attempt: int, wait_seconds: float) -> None:
    waits = backoff_seconds(attempt)

    assert 0.5 * wait_seconds <= waits <= 1.5 * wait_seconds


@pytest.mark.parametrize("attempt", [20, 1024, 1025, 5000, 32_767])
def test_no_wait_is_endless(attempt: int) -> None:
    waits = backoff_seconds(attempt)

    assert 0.5 * MAX_BACKOFF_SECONDS <= waits <= 1.5 * MAX_BACKOFF_SECONDS


def test_jobs_that_failed_together_do_not_come_back_together() -> None:
    waits = {backoff_seconds(3) for _ in range(20)}

    assert len(waits) > 10


def test_another_try_is_told_with_its_reason(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)

    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), HEALS)

    told = events_of(video)[-1]
    assert (told.event, told.from_status, told.reason) == ("job.queued", Status.PROCESSING, HEALS.message)
    assert told.payload["error"] == {"code": HEALS.code, "message": HEALS.message, "is_retryable": True, "log": []}


def test_the_last_try_fails_for_good(core: Core, clock: Clock) -> None:
    video = make_video(core)

    statuses = []
    for _ in range(3):
        statuses.append(core.lifecycle.fail(claim_job(core, video), HEALS))
        clock.move(MAX_BACKOFF_SECONDS)

    assert statuses == [Status.QUEUED, Status.QUEUED, Status.FAILED]
    assert row_of(video).attempt == 3


def test_a_failure_that_stays_is_not_tried_again(core: Core, clock: Clock) -> None:
    video = make_video(core)

    status = core.lifecycle.fail(claim_job(core, video), STAYS)

    row = row_of(video)
    assert status is row.status is Status.FAILED
    assert (row.error_code, row.error_message, row.is_retryable) == (STAYS.code, STAYS.message, False)
    assert row.finished_at == clock()


def test_a_failure_is_told_with_its_reason(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)

    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), STAYS)

    told = events_of(video)[-1]
    assert (told.event, told.from_status, told.status) == ("job.failed", Status.PROCESSING, Status.FAILED)
    assert (told.reason, told.payload["error"]["code"]) == (STAYS.message, STAYS.code)


def test_a_failed_intake_fails_what_waits_for_it(core: Core) -> None:
    video = make_video(core)
    waiting = [make_thumbnail(core, video, width=width) for width in (10, 20)]

    core.lifecycle.fail(claim_job(core, video), STAYS)

    rows = [row_of(job) for job in waiting]
    assert [(row.status, row.error_code) for row in rows] == [(Status.FAILED, "source_failed")] * 2
    assert [events_of(job)[-1].reason for job in waiting] == [SOURCE_FAILED.message] * 2


def test_an_intake_that_is_tried_again_fails_nothing(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    waiting = make_thumbnail(sqlite_core, video)

    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), HEALS)

    assert row_of(waiting).status is Status.QUEUED


def test_a_failed_intake_fails_no_other_videos_outputs(core: Core) -> None:
    other = make_thumbnail(core, make_ready_video(core))
    video = make_video(core)

    core.lifecycle.fail(claim_job(core, video), STAYS)

    assert row_of(other).status is Status.QUEUED


@pytest.mark.parametrize("failure", [HEALS, STAYS], ids=["heals", "stays"])
def test_a_failure_that_has_much_to_say_is_still_written_down(core: Core, failure: Failure) -> None:
    video = make_video(core)
    wordy = Failure(code=failure.code, message="Much to say. " * 400, is_retryable=failure.is_retryable)

    core.lifecycle.fail(claim_job(core, video), wordy)

    assert row_of(video).error_code == failure.code
    assert (events_of(video)[-1].reason or "").startswith("Much to say.")
