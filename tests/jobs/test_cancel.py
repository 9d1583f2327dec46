"""Cancelling: what waits and what is worked on ends at once, and whoever works on it finds out."""

import pytest

from app.errors import ClaimLost, Conflict, NotFound
from app.jobs.claims import JobRef
from app.jobs.controls import Filter
from app.models import LOCAL_USER_ID, JobKind, Output, Status
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    artifacts_of,
    claim_job,
    complete_intake,
    complete_thumbnail,
    events_of,
    make_failed_thumbnail,
    make_owner,
    make_ready_video,
    make_thumbnail,
    make_video,
    ref_of,
    row_of,
    set_columns,
)


def test_a_waiting_job_is_cancelled(core: Core, clock: Clock) -> None:
    job = make_thumbnail(core, make_ready_video(core))

    core.controls.cancel(LOCAL_USER_ID, ref_of(job))

    row = row_of(job)
    assert (row.status, row.finished_at) == (Status.CANCELLED, clock())
    assert core.lifecycle.claim_next(1) is None


def test_a_running_job_is_lost_to_its_worker(core: Core) -> None:
    job = make_thumbnail(core, make_ready_video(core))
    claim = claim_job(core, job)

    core.controls.cancel(LOCAL_USER_ID, ref_of(job))

    assert core.lifecycle.list_held(claim.worker_id) == set()
    with pytest.raises(ClaimLost):
        complete_thumbnail(core, claim)
    assert (row_of(job).status, len(artifacts_of(job.video))) == (Status.CANCELLED, 1)


def test_cancelling_is_told(sqlite_core: Core) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    claim_job(sqlite_core, job)

    sqlite_core.controls.cancel(LOCAL_USER_ID, ref_of(job))

    told = events_of(job)[-1]
    assert (told.event, told.from_status, told.status) == ("job.cancelled", Status.PROCESSING, Status.CANCELLED)


def test_with_an_intake_everything_that_waits_for_it_is_cancelled(core: Core) -> None:
    video = make_video(core)
    waiting = make_thumbnail(core, video)

    core.controls.cancel(LOCAL_USER_ID, ref_of(video))

    row = row_of(waiting)
    assert (row.status, row.error_code) == (Status.CANCELLED, "source_cancelled")


def test_what_was_asked_while_an_intake_was_being_cancelled_is_found_later(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    sqlite_core.controls.cancel(LOCAL_USER_ID, ref_of(video))
    waiting = make_failed_thumbnail(sqlite_core)
    set_columns(waiting, status=Status.QUEUED, video_id=video.id)

    assert sqlite_core.lifecycle.fail_stranded() == 1
    assert row_of(waiting).status is Status.CANCELLED


@pytest.mark.parametrize("kind", JobKind)
def test_what_is_over_cannot_be_cancelled(sqlite_core: Core, kind: JobKind) -> None:
    video = make_ready_video(sqlite_core)
    job = make_thumbnail(sqlite_core, video)
    complete_thumbnail(sqlite_core, claim_job(sqlite_core, job))

    with pytest.raises(Conflict) as refusal:
        sqlite_core.controls.cancel(LOCAL_USER_ID, JobRef(kind, job.id if kind is JobKind.THUMBNAIL else video.id))

    assert refusal.value.code == "job_over"
    assert "completed" in refusal.value.message


def test_of_somebody_else_nothing_is_cancelled(sqlite_core: Core) -> None:
    theirs = make_video(sqlite_core, owner_id=make_owner())

    with pytest.raises(NotFound):
        sqlite_core.controls.cancel(LOCAL_USER_ID, ref_of(theirs))

    assert row_of(theirs).status is Status.QUEUED


def test_nothing_new_can_be_made_from_a_cancelled_video(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    sqlite_core.controls.cancel(LOCAL_USER_ID, ref_of(video))

    with pytest.raises(Conflict) as refusal:
        make_thumbnail(sqlite_core, video)

    assert refusal.value.code == "source_cancelled"


def test_many_are_cancelled_by_what_they_are(core: Core) -> None:
    video, other = make_ready_video(core), make_ready_video(core, data=b"another")
    mine = [make_thumbnail(core, video, width=width) for width in (1, 2)]
    theirs = make_thumbnail(core, other)

    moved = core.controls.cancel_many(LOCAL_USER_ID, Filter(video_id=video.id, output=Output.THUMBNAIL))

    assert (moved.count, moved.has_more) == (2, False)
    assert [row_of(job).status for job in (*mine, theirs)] == [Status.CANCELLED, Status.CANCELLED, Status.QUEUED]


def test_many_are_cancelled_by_name(sqlite_core: Core) -> None:
    jobs = [make_thumbnail(sqlite_core, make_ready_video(sqlite_core), width=width) for width in (1, 2, 3)]

    sqlite_core.controls.cancel_many(LOCAL_USER_ID, Filter(refs=[ref_of(jobs[0]), ref_of(jobs[2])]))

    assert [row_of(job).status for job in jobs] == [Status.CANCELLED, Status.QUEUED, Status.CANCELLED]


def test_a_cancelled_intake_goes_on_when_it_is_retried(core: Core) -> None:
    video = make_video(core)
    waiting = make_thumbnail(core, video)
    core.controls.cancel(LOCAL_USER_ID, ref_of(video))

    core.controls.retry(LOCAL_USER_ID, ref_of(video))
    complete_intake(core, claim_job(core, video))

    assert (row_of(video).status, row_of(waiting).status) == (Status.COMPLETED, Status.QUEUED)
