"""GET /jobs/videos/<id> and /jobs/thumbnails/<id>: one job, field for field, and its page with what happened."""

import re
from datetime import datetime

import pytest

from app.jobs.claims import JobRef
from app.models import JobKind
from tests.conftest import Clock
from tests.make import HEALS, SAID, claim_job
from tests.web.site import (
    Visitor,
    add_failed_thumbnail,
    add_picture,
    add_ready_video,
    add_thumbnail,
    add_video,
    begin,
    counted,
)

MOMENT = "2026-11-21T12:00:00+00:00"
COMMON = {
    "id": 1,
    "attempt": 0,
    "max_attempts": 3,
    "priority": "normal",
    "eta_at": None,
    "version": 1,
    "status": "QUEUED",
    "progress": 0.0,
    "stage": "",
    "error": None,
    "notes": [],
    "created_at": MOMENT,
    "queued_at": MOMENT,
    "started_at": None,
    "finished_at": None,
    "filename": "clip.mp4",
}


def moves_of(page: str) -> list[str]:
    """Read what happened from a job's page, oldest first."""
    return re.findall(r'<li data-status="[A-Z]+">.*?<strong>(.*?)</strong>', page)


@pytest.fixture
def still(client: Visitor, clock: Clock) -> Visitor:
    """A site whose clock stands still."""
    client.core.transactions.now = clock
    return client


# --- for programs ---------------------------------------------------------------------------------------------------


def test_a_queued_video_is_shown_field_for_field(still: Visitor) -> None:
    video = add_video(still)

    shown = still.get("/jobs/videos/1").get_json()

    unknown = dict.fromkeys(("kind", "width", "height", "duration_seconds", "codec", "is_hdr", "poster"))
    own = {"public_id": video.public_id, "type": "video", "name": "Intake", "origin": "upload"}
    assert shown == {**COMMON, **unknown, **own}


def test_a_queued_thumbnail_is_shown_field_for_field(still: Visitor) -> None:
    job = add_thumbnail(still, add_video(still))

    shown = still.get("/jobs/thumbnails/1").get_json()

    own = {"public_id": job.public_id, "type": "thumbnail", "name": "Thumbnail, 320 × 180", "video_id": 1}
    asked = {"width": 320, "height": 180, "options": {"t": "poster", "fit": "fit", "format": "jpg"}}
    nothing = {"preset": None, "image": None, "files": [], "file_count": 0}
    assert shown == {**COMMON, **own, **asked, **nothing, "output": "thumbnail"}


def test_a_running_job_tells_how_far_it_is(still: Visitor, clock: Clock) -> None:
    job = add_thumbnail(still, add_ready_video(still))
    clock.move(2)
    begin(still, job, progress=0.5)

    shown = still.get("/jobs/thumbnails/1").get_json()

    assert (shown["status"], shown["progress"], shown["stage"], shown["attempt"]) == ("PROCESSING", 0.5, "Decoding", 1)
    assert (shown["queued_at"], shown["started_at"]) == (MOMENT, "2026-11-21T12:00:02+00:00")


def test_a_completed_thumbnail_tells_what_was_made(still: Visitor) -> None:
    add_picture(still, add_ready_video(still))

    shown = still.get("/jobs/thumbnails/1").get_json()

    facts = {"width": 320, "height": 180, "size_bytes": 11, "media_type": "image/jpeg", "position_seconds": 1.5}
    url = shown["image"].pop("url")
    assert (shown["status"], shown["progress"], shown["file_count"]) == ("COMPLETED", 1.0, 1)
    assert shown["image"].items() >= {**facts, "name": "image.jpg", "role": "image"}.items()
    assert re.fullmatch(r"/t/1\?w=320&h=180&t=poster&fit=fit&format=jpg&v=[0-9a-f]{12}", url)


def test_a_failed_job_tells_why(still: Visitor) -> None:
    add_failed_thumbnail(still, add_ready_video(still))

    shown = still.get("/jobs/thumbnails/1").get_json()

    told = {"code": "not_a_video", "message": "This is not a video.", "is_retryable": False, "log": list(SAID)}
    assert shown["error"] == told
    assert (shown["status"], shown["finished_at"]) == ("FAILED", MOMENT)


def test_times_are_told_with_their_zone(client: Visitor) -> None:
    add_picture(client, add_ready_video(client))

    shown = client.get("/jobs/thumbnails/1").get_json()

    times = [datetime.fromisoformat(shown[name]) for name in ("created_at", "queued_at", "started_at", "finished_at")]
    assert all(time.utcoffset() is not None for time in times)
    assert times == sorted(times)


def test_the_job_of_a_video_is_the_video(client: Visitor) -> None:
    add_ready_video(client)

    assert client.get("/jobs/videos/1").get_json() == client.get("/videos/1").get_json()


# --- for people -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/jobs/videos/1", "/jobs/thumbnails/1"])
def test_the_page_of_a_job_tells_what_happened(client: Visitor, path: str) -> None:
    add_picture(client, add_ready_video(client))

    page = client.page(path)

    assert moves_of(page) == ["Queued", "Started by worker 1", "Completed"]
    assert 'href="/videos/1"' in page and "clip.mp4" in page


def test_the_page_of_a_job_tells_each_try_and_why_it_ended(still: Visitor, clock: Clock) -> None:
    claim = begin(still, add_video(still), progress=0.5)
    with still.application.app_context():
        still.core.lifecycle.fail(claim, HEALS)
        clock.move(2)
        claim_job(still.core, still.core.queries.get_video(1, 1))

    page = still.page("/jobs/videos/1")

    assert moves_of(page) == ["Queued", "Started by worker 1", "Queued", "Started by worker 1, try 2"]
    assert "<p>The decoder fell over.</p>" in page


def test_the_page_of_a_finished_job_offers_the_picture(client: Visitor) -> None:
    add_picture(client, add_ready_video(client))

    page = client.page("/jobs/thumbnails/1")

    address = client.get("/jobs/thumbnails/1").get_json()["image"]["url"].replace("&", "&amp;")
    assert f'<a class="btn btn--sm" href="{address}" download>' in page
    assert f'<img src="{address}"' in page


def test_the_page_of_a_failed_job_says_why(client: Visitor) -> None:
    add_failed_thumbnail(client, add_ready_video(client))

    page = client.page("/jobs/thumbnails/1")

    assert "This is not a video." in page and "<code>not_a_video</code>" in page
    assert "download" not in page


def test_a_long_history_asks_the_database_no_more_often(client: Visitor) -> None:
    add_video(client)
    with counted(client) as for_short:
        client.page("/jobs/videos/1")
    for _ in range(5):
        with client.application.app_context():
            claim = client.core.lifecycle.claim(JobRef(JobKind.VIDEO, 1), 1)
            assert claim is not None
            client.core.lifecycle.give_back(claim, reason="The service was stopped before it was done.")

    with counted(client) as for_long:
        page = client.page("/jobs/videos/1")

    assert len(moves_of(page)) == 11
    assert len(for_long) == len(for_short)


def test_a_page_shows_what_the_decoder_said(client: Visitor) -> None:
    add_failed_thumbnail(client, add_ready_video(client))

    page = client.page("/jobs/thumbnails/1")

    assert "What the decoder said" in page
    assert "mov: h264 64 × 36\n[h264] a block that &lt;breaks&gt;</pre>" in page


def test_a_page_of_an_output_tells_what_is_in_the_file(client: Visitor) -> None:
    add_picture(client, add_ready_video(client))

    assert "What is in the file" in client.page("/jobs/thumbnails/1")
