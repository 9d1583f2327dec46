"""Asking once more for something that is over: the same row, queued again."""

import pytest

from app.jobs.service import Answer
from app.models import Status, ThumbnailJob
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    HEALS,
    STAYS,
    claim_job,
    complete_thumbnail,
    events_of,
    make_failed_thumbnail,
    make_ready_video,
    make_thumbnail,
    row_of,
    set_columns,
    wish_of,
)


def _ask(core: Core, job: ThumbnailJob) -> Answer:
    return core.service.request_output(job.owner_id, job.video_id, wish_of(width=320, height=180))


def test_a_failed_output_is_queued_again(core: Core, clock: Clock) -> None:
    job = make_failed_thumbnail(core)
    clock.move(5)

    answer = _ask(core, job)

    row = row_of(job)
    assert (answer.job.id, answer.is_new, row.status) == (job.id, False, Status.QUEUED)
    assert (row.error_code, row.error_message, row.finished_at, row.progress) == (None, None, None, 0.0)
    assert row.run_after == row.queued_at == clock()


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED])
def test_a_cancelled_or_expired_output_is_queued_again(core: Core, status: Status) -> None:
    job = make_thumbnail(core, make_ready_video(core))
    set_columns(job, status=status)

    _ask(core, job)

    assert row_of(job).status is Status.QUEUED
    assert events_of(job)[-1].from_status is status


def test_asking_again_is_told(sqlite_core: Core) -> None:
    job = make_failed_thumbnail(sqlite_core)

    _ask(sqlite_core, job)

    told = events_of(job)[-1]
    assert (told.event, told.from_status, told.status) == ("job.queued", Status.FAILED, Status.QUEUED)
    assert (told.reason, told.version) == ("Asked for again.", 4)


def test_asking_again_gives_all_tries_anew(core: Core, clock: Clock) -> None:
    job = make_failed_thumbnail(core)
    _ask(core, job)

    statuses = []
    for _ in range(3):
        statuses.append(core.lifecycle.fail(claim_job(core, job), HEALS))
        clock.move(1000)

    assert statuses == [Status.QUEUED, Status.QUEUED, Status.FAILED]
    assert row_of(job).attempt == 4


def test_asking_again_and_again_still_works_after_hundreds_of_tries(sqlite_core: Core, clock: Clock) -> None:
    job = make_failed_thumbnail(sqlite_core)
    set_columns(job, attempt=1100)
    _ask(sqlite_core, job)

    status = sqlite_core.lifecycle.fail(claim_job(sqlite_core, job), HEALS)

    assert status is Status.QUEUED


def test_asking_for_what_waits_changes_nothing(sqlite_core: Core) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))

    answer = _ask(sqlite_core, job)

    assert (answer.job.id, answer.is_new) == (job.id, False)
    assert (row_of(job).version, len(events_of(job))) == (1, 1)


def test_asking_for_what_is_being_made_changes_nothing(core: Core) -> None:
    job = make_thumbnail(core, make_ready_video(core))
    claim = claim_job(core, job)

    answer = _ask(core, job)

    assert (answer.job.status, answer.is_new, row_of(job).version) == (Status.PROCESSING, False, 2)
    assert core.lifecycle.renew(claim)


def test_asking_for_what_is_there_changes_nothing(sqlite_core: Core) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    complete_thumbnail(sqlite_core, claim_job(sqlite_core, job))

    answer = _ask(sqlite_core, job)

    assert (answer.job.status, answer.is_new, row_of(job).version) == (Status.COMPLETED, False, 3)


def test_a_claim_from_before_does_not_work_after_asking_again(sqlite_core: Core) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    claim = claim_job(sqlite_core, job)
    sqlite_core.lifecycle.fail(claim, STAYS)
    _ask(sqlite_core, job)
    claim_job(sqlite_core, job)

    is_held = sqlite_core.lifecycle.renew(claim)

    assert not is_held
