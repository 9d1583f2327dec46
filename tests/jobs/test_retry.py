"""Retrying: what is over is queued again, alone or with many, and what cannot be is said."""

import pytest

from app.errors import Conflict
from app.jobs.claims import WORKER_LOST
from app.jobs.controls import Filter
from app.models import LOCAL_USER_ID, Output, Status
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    HEALS,
    STAYS,
    claim_job,
    events_of,
    make_failed_thumbnail,
    make_ready_video,
    make_thumbnail,
    make_video,
    ref_of,
    row_of,
    set_columns,
)


def test_a_failed_job_is_queued_again(core: Core, clock: Clock) -> None:
    job = make_failed_thumbnail(core)
    clock.move(5)

    core.controls.retry(LOCAL_USER_ID, ref_of(job))

    row = row_of(job)
    assert (row.status, row.error_code, row.queued_at) == (Status.QUEUED, None, clock())
    assert events_of(job)[-1].reason == "Asked for again."


@pytest.mark.parametrize("status", [Status.QUEUED, Status.PROCESSING, Status.COMPLETED])
def test_what_is_not_over_or_went_well_is_not_retried(sqlite_core: Core, status: Status) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    set_columns(job, status=status)

    with pytest.raises(Conflict) as refusal:
        sqlite_core.controls.retry(LOCAL_USER_ID, ref_of(job))

    assert refusal.value.code == "job_not_over"


def test_a_failed_intake_takes_what_failed_with_it_along(core: Core) -> None:
    video = make_video(core)
    waiting = make_thumbnail(core, video)
    core.lifecycle.fail(claim_job(core, video), STAYS)
    assert row_of(waiting).status is Status.FAILED

    core.controls.retry(LOCAL_USER_ID, ref_of(video))

    assert (row_of(video).status, row_of(waiting).status) == (Status.QUEUED, Status.QUEUED)


def test_an_output_whose_video_cannot_be_read_is_not_retried(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    waiting = make_thumbnail(sqlite_core, video)
    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), STAYS)

    with pytest.raises(Conflict) as refusal:
        sqlite_core.controls.retry(LOCAL_USER_ID, ref_of(waiting))
    moved = sqlite_core.controls.retry_many(LOCAL_USER_ID, Filter(output=Output.THUMBNAIL))

    assert (refusal.value.code, moved.count) == ("source_failed", 0)


def test_all_that_failed_are_retried_and_nothing_else(core: Core) -> None:
    failed = make_failed_thumbnail(core)
    cancelled = make_thumbnail(core, failed.video, width=7)
    core.controls.cancel(LOCAL_USER_ID, ref_of(cancelled))

    moved = core.controls.retry_many(LOCAL_USER_ID, Filter(status=Status.FAILED))

    assert moved.count == 1
    assert [row_of(job).status for job in (failed, cancelled)] == [Status.QUEUED, Status.CANCELLED]


@pytest.mark.parametrize("crash", [WORKER_LOST, HEALS], ids=["worker", "decoder"])
def test_a_job_that_crashes_again_and_again_is_poison_whatever_tries_are_left(
    core: Core, clock: Clock, crash: object
) -> None:
    job = make_thumbnail(core, make_ready_video(core))
    set_columns(job, max_attempts=50)

    statuses = []
    for _ in range(3):
        statuses.append(core.lifecycle.fail(claim_job(core, job), crash))  # type: ignore[arg-type]
        clock.move(1000)

    row = row_of(job)
    assert statuses == [Status.QUEUED, Status.QUEUED, Status.FAILED]
    assert (row.error_code, row.is_retryable) == ("poison", False)
    assert core.lifecycle.claim_next(1) is None


def test_a_person_may_let_poison_be_tried_again(sqlite_core: Core, clock: Clock) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    set_columns(job, crashes=2, max_attempts=50)
    sqlite_core.lifecycle.fail(claim_job(sqlite_core, job), WORKER_LOST)

    sqlite_core.controls.retry(LOCAL_USER_ID, ref_of(job))
    status = sqlite_core.lifecycle.fail(claim_job(sqlite_core, job), WORKER_LOST)

    assert (status, row_of(job).crashes) == (Status.QUEUED, 1)


def test_what_fails_without_a_crash_is_no_poison(sqlite_core: Core, clock: Clock) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    set_columns(job, crashes=2, max_attempts=50)

    status = sqlite_core.lifecycle.fail(claim_job(sqlite_core, job), STAYS)

    assert (status, row_of(job).error_code) == (Status.FAILED, "not_a_video")
