"""What is not kept any more, as pages and programs meet it; and what counts as a download."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models import Status, ThumbnailJob
from tests.make import row_of
from tests.web.markup import Page
from tests.web.site import PICTURE, Visitor, add_picture, add_ready_video, open_site

FILE = "/jobs/thumbnails/1/files/image.jpg"
AN_INSTANT = 1e-9


@pytest.fixture
def expired(tmp_path: Path, migrated: Path) -> Iterator[Visitor]:
    """A site whose one video and one output are not kept any more."""
    with open_site(tmp_path / "data", migrated=migrated, source_days=AN_INSTANT, output_days=AN_INSTANT) as client:
        add_picture(client, add_ready_video(client, filename="holiday.mp4"))
        _let_go(client)
        yield client


@pytest.fixture
def lending(tmp_path: Path, migrated: Path) -> Iterator[tuple[Visitor, ThumbnailJob]]:
    """A site that keeps an output until it is downloaded."""
    with open_site(tmp_path / "data", migrated=migrated, downloaded_hours=AN_INSTANT) as client:
        yield client, add_picture(client, add_ready_video(client))


def _let_go(client: Visitor) -> None:
    with client.application.app_context():
        client.core.retention.run()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (FILE, "file_expired"),
        ("/jobs/thumbnails/1/files.zip", "file_expired"),
        ("/videos/1/source", "source_expired"),
        ("/t/1?w=320&h=180", "file_expired"),
    ],
)
def test_a_file_that_is_not_kept_is_gone(expired: Visitor, path: str, code: str) -> None:
    answer = expired.get(path)

    assert (answer.status_code, answer.json["code"]) == (410, code)
    assert "Not kept any more" in expired.page(path, status=410)


def test_jobs_tell_that_they_have_expired(expired: Visitor) -> None:
    assert [job["status"] for job in expired.get("/jobs?status=expired").json["jobs"]] == ["EXPIRED", "EXPIRED"]
    listed = expired.page("/jobs?status=expired")
    assert "Its file is not kept any more" in listed
    assert "Its files are not kept any more" in listed
    assert [one for one in Page(listed).all("form") if one.attributes["action"].endswith("s/1/retry")] == []


def test_a_video_keeps_its_poster(expired: Visitor) -> None:
    shown = expired.get("/videos/1").json

    assert expired.get(shown["poster"]["url"]).status_code == 200
    page = Page(expired.page("/videos/1"))
    assert [one.attributes["src"] for one in page.all("img")]
    assert page.all("form") and not [one for one in page.all("form") if one.attributes["action"].endswith("/outputs")]


@pytest.mark.parametrize("path", ["/thumbnails/1/64/36", "/jobs/thumbnails/1/retry", "/jobs/videos/1/retry"])
def test_what_needs_the_file_is_refused(expired: Visitor, path: str) -> None:
    answer = expired.post(path)

    assert (answer.status_code, answer.json["code"]) == (409, "source_expired")
    assert "Upload it again" in answer.json["error"]


def test_pages_tell_until_when_a_file_is_kept(tmp_path: Path, migrated: Path) -> None:
    with open_site(tmp_path / "data", migrated=migrated, output_days=2, source_days=3) as client:
        add_picture(client, add_ready_video(client))

        assert "Kept until" in client.page("/jobs/thumbnails/1")
        assert "File kept until" in client.page("/videos/1")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, Status.EXPIRED),
        ({"Sec-Fetch-Dest": "document"}, Status.EXPIRED),
        ({"Range": f"bytes=1-{len(PICTURE) - 1}"}, Status.EXPIRED),
        ({"Range": "bytes=0-1"}, Status.COMPLETED),
        ({"Sec-Fetch-Dest": "image"}, Status.COMPLETED),
        ({"Referer": "http://192.168.0.7/videos/1"}, Status.COMPLETED),
    ],
)
@pytest.mark.parametrize("path", [FILE, "/t/1?w=320&h=180"])
def test_an_output_is_kept_until_it_was_downloaded(
    lending: tuple[Visitor, ThumbnailJob], path: str, headers: dict[str, str], status: Status
) -> None:
    client, job = lending

    assert client.get(path, headers=headers).status_code in (200, 206)
    _let_go(client)

    with client.application.app_context():
        assert row_of(job).status is status


def test_a_head_is_no_download(lending: tuple[Visitor, ThumbnailJob]) -> None:
    client, job = lending

    client.head(FILE)
    _let_go(client)

    with client.application.app_context():
        assert row_of(job).status is Status.COMPLETED
