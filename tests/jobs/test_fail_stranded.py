"""Outputs that were asked for while their video was failing."""

from app.models import Status
from app.wiring import Core
from tests.make import STAYS, claim_job, events_of, make_ready_video, make_thumbnail, make_video, row_of, set_columns


def test_an_output_left_behind_by_a_failed_video_fails(core: Core) -> None:
    video = make_video(core)
    job = make_thumbnail(core, video)
    set_columns(video, status=Status.FAILED)

    failed = core.lifecycle.fail_stranded()

    row = row_of(job)
    assert (failed, row.status, row.error_code) == (1, Status.FAILED, "source_failed")
    assert (events_of(job)[-1].event, events_of(job)[-1].from_status) == ("job.failed", Status.QUEUED)


def test_outputs_of_other_videos_are_left_alone(core: Core) -> None:
    waiting = make_thumbnail(core, make_video(core))
    ready = make_thumbnail(core, make_ready_video(core))

    failed = core.lifecycle.fail_stranded()

    assert failed == 0
    assert row_of(waiting).status is row_of(ready).status is Status.QUEUED


def test_however_many_wait_for_a_failed_video_all_fail(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    jobs = [make_thumbnail(sqlite_core, video, width=width) for width in range(1, 106)]
    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), STAYS)

    sqlite_core.lifecycle.fail_stranded()

    assert {row_of(job).status for job in jobs} == {Status.FAILED}
