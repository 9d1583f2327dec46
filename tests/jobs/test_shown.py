"""A job as everybody is shown it."""

import json
from datetime import datetime

from app.jobs.shown import is_version_of, picture_path, show_job
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    STAYS,
    artifacts_of,
    claim_job,
    complete_thumbnail,
    make_ready_video,
    make_thumbnail,
    make_video,
    row_of,
)


def test_a_video_shows_what_programs_count_on(sqlite_core: Core, clock: Clock) -> None:
    video = make_video(sqlite_core, filename="holiday.mp4")

    shown = show_job(row_of(video))

    assert (shown["id"], shown["filename"], shown["status"]) == (video.id, "holiday.mp4", "QUEUED")
    assert (shown["type"], shown["origin"], shown["progress"], shown["version"]) == ("video", "upload", 0.0, 1)
    assert (shown["error"], shown["poster"], shown["width"], shown["started_at"]) == (None, None, None, None)


def test_a_ready_video_shows_its_facts_and_its_poster(core: Core) -> None:
    video = make_ready_video(core)

    shown = show_job(row_of(video))

    assert (shown["kind"], shown["width"], shown["height"], shown["duration_seconds"]) == ("video", 1280, 720, 10.0)
    assert shown["poster"] == {
        "name": "candidate.jpg",
        "role": "candidate",
        "score": None,
        "meta": {"rung": "exact", "is_blank": False},
        "width": 320,
        "height": 180,
        "size_bytes": 7,
        "media_type": "image/jpeg",
        "position_seconds": 1.5,
        "url": f"/t/{video.id}?v={artifacts_of(video)[0].sha256[:12]}",
    }


def test_an_output_shows_what_programs_count_on(sqlite_core: Core) -> None:
    video = make_video(sqlite_core, filename="holiday.mp4")

    shown = show_job(make_thumbnail(sqlite_core, video, width=320, height=180))

    assert (shown["video_id"], shown["width"], shown["height"], shown["status"]) == (video.id, 320, 180, "QUEUED")
    assert (shown["type"], shown["output"], shown["filename"]) == ("thumbnail", "thumbnail", "holiday.mp4")
    assert (shown["options"], shown["image"]) == ({"t": "poster", "fit": "fit", "format": "jpg"}, None)


def test_a_ready_output_shows_where_its_picture_is(sqlite_core: Core) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core), position="5%")
    complete_thumbnail(sqlite_core, claim_job(sqlite_core, job))

    image = show_job(row_of(job))["image"]

    sha256 = sqlite_core.queries.get_thumbnail(job.owner_id, job.id).artifacts[0].sha256
    assert image["url"] == f"/t/{job.video_id}?w=320&h=180&t=5%25&fit=fit&format=jpg&v={sha256[:12]}"
    assert (image["media_type"], image["size_bytes"]) == ("image/jpeg", 7)


def test_a_failed_job_shows_why(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), STAYS)

    shown = show_job(row_of(video))

    assert shown["status"] == "FAILED"
    assert shown["error"] == {"code": STAYS.code, "message": STAYS.message, "is_retryable": False, "log": [*STAYS.log]}


def test_a_job_that_failed_once_and_waits_shows_no_picture(sqlite_core: Core) -> None:
    video = make_ready_video(sqlite_core)
    job = make_thumbnail(sqlite_core, video)
    sqlite_core.lifecycle.fail(claim_job(sqlite_core, job), STAYS)

    shown = show_job(row_of(job))

    assert shown["image"] is None


def test_times_are_shown_in_utc_and_to_the_microsecond(core: Core, clock: Clock) -> None:
    clock.move(0.123456)

    shown = show_job(row_of(make_video(core)))

    assert shown["created_at"] == "2026-11-21T12:00:00.123456+00:00"
    assert datetime.fromisoformat(shown["queued_at"]) == clock()


def test_what_is_shown_is_plain_json(core: Core) -> None:
    job = make_thumbnail(core, make_ready_video(core))
    complete_thumbnail(core, claim_job(core, job))

    shown = show_job(row_of(job))

    assert json.loads(json.dumps(shown)) == shown


def test_an_address_names_the_very_picture(sqlite_core: Core) -> None:
    artifact = artifacts_of(make_ready_video(sqlite_core))[0]

    path = picture_path(7, artifact, w=320, h=None)

    version = path.rpartition("=")[2]
    assert path == f"/t/7?w=320&v={version}"
    assert is_version_of(version, artifact)
    assert not is_version_of("", artifact)
