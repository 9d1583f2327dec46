"""A job that is done: its row, its results, and what is told."""

from app.models import Role, Status
from app.queue.bell import SocketBell
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    HEALS,
    artifacts_of,
    claim_job,
    complete_intake,
    complete_thumbnail,
    events_of,
    make_artifact,
    make_ready_video,
    make_thumbnail,
    make_video,
    row_of,
)


def test_a_completed_intake_knows_the_video(core: Core) -> None:
    video = make_video(core)

    complete_intake(core, claim_job(core, video))

    row = core.queries.get_video(video.owner_id, video.id)
    assert (row.status, row.progress) == (Status.COMPLETED, 1.0)
    assert (row.width, row.height, row.duration_seconds, row.codec, row.is_hdr) == (1280, 720, 10.0, "h264", False)


def test_a_completed_intake_writes_down_what_its_bytes_are(core: Core) -> None:
    video = make_video(core)
    claim = claim_job(core, video)

    core.lifecycle.complete_video(
        claim,
        facts={"kind": "video"},
        source={"probe": {"container": "mp4"}, "media_type": "video/mp4"},
        candidates=[make_artifact(claim, role=Role.CANDIDATE)],
    )

    source = core.queries.get_video(video.owner_id, video.id).source
    assert source is not None
    assert (source.media_type, source.probe) == ("video/mp4", {"container": "mp4"})


def test_a_completed_intake_has_a_poster(core: Core) -> None:
    video = make_video(core)

    complete_intake(core, claim_job(core, video))

    poster = core.queries.get_poster(core.queries.get_video(video.owner_id, video.id))
    assert [artifact.id for artifact in artifacts_of(video)] == [poster.id]
    assert (poster.role, poster.thumbnail_job_id) == (Role.CANDIDATE, None)


def test_a_completed_intake_is_told_with_its_poster(core: Core) -> None:
    video = make_video(core)

    complete_intake(core, claim_job(core, video))

    told = events_of(video)[-1]
    assert (told.event, told.from_status, told.status) == ("job.completed", Status.PROCESSING, Status.COMPLETED)
    assert told.payload["poster"]["url"].startswith(f"/t/{video.id}?v=")
    assert told.payload["codec"] == "h264"


def test_a_completed_output_has_its_picture(core: Core) -> None:
    video = make_ready_video(core)
    job = make_thumbnail(core, video)

    complete_thumbnail(core, claim_job(core, job))

    row = core.queries.get_thumbnail(job.owner_id, job.id)
    assert (row.status, row.progress) == (Status.COMPLETED, 1.0)
    assert [(artifact.role, artifact.video_id, artifact.attempt) for artifact in row.artifacts] == [
        (Role.IMAGE, video.id, 1)
    ]


def test_a_completed_output_is_told_with_its_picture(core: Core) -> None:
    job = make_thumbnail(core, make_ready_video(core), width=320, height=180)

    complete_thumbnail(core, claim_job(core, job))

    told = events_of(job)[-1]
    assert (told.event, told.version) == ("job.completed", 3)
    assert told.payload["image"]["size_bytes"] == len(b"picture")
    assert told.payload["image"]["url"].startswith(f"/t/{job.video_id}?w=320&h=180&")


def test_a_completed_job_says_when_and_by_whom(core: Core, clock: Clock) -> None:
    video = make_video(core)
    claim = claim_job(core, video, worker_id=7)
    clock.move(2.5)

    complete_intake(core, claim)

    row = row_of(video)
    assert (row.finished_at, row.took_seconds) == (clock(), 2.5)
    assert (row.worker_id, row.lease_until) == (7, None)


def test_a_completed_intake_wakes_workers_for_what_waited(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    make_thumbnail(sqlite_core, video)
    claim = claim_job(sqlite_core, video)
    sleeper = SocketBell(sqlite_core.settings.data_path / "run" / "work")
    sleeper.wait(0)

    complete_intake(sqlite_core, claim)

    is_woken = sleeper.wait(1)
    sleeper.close()
    assert is_woken


def test_what_failed_once_and_then_succeeded_shows_no_error(sqlite_core: Core, clock: Clock) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    sqlite_core.lifecycle.fail(claim_job(sqlite_core, job), HEALS)
    clock.move(10)

    complete_thumbnail(sqlite_core, claim_job(sqlite_core, job))

    row = row_of(job)
    assert (row.error_code, row.error_message, row.is_retryable) == (None, None, False)
    assert events_of(job)[-1].payload["error"] is None
