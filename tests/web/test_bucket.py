"""A site whose bytes are in a bucket: pictures come from here, films from there, and the store may be away."""

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.models import Output, Role
from tests.bucket import Bucket
from tests.web.site import PICTURE, Visitor, add_output, add_picture, add_ready_video, add_video, open_site

FILM = b"not really a video"
INDEXES = [("index.vtt", Role.VTT), ("sheet-1.jpg", Role.SPRITE), ("index.bif", Role.BIF)]


@pytest.fixture
def client(own_bucket: Bucket, tmp_path: Path, migrated_sqlite: Path) -> Iterator[Visitor]:
    """A site on a bucket."""
    with open_site(tmp_path / "data", migrated=migrated_sqlite, storage_url=own_bucket.url()) as client:
        yield client


def _upload(client: Visitor, data: bytes, status: int) -> None:
    answer = client.post("/videos", data={"video": (io.BytesIO(data), "film.mp4")})
    assert answer.status_code == status, answer.text


def test_an_upload_goes_to_the_bucket_and_not_to_the_disk(client: Visitor, own_bucket: Bucket) -> None:
    _upload(client, FILM, 201)

    (name,) = own_bucket.names()
    assert re.fullmatch(r"films/sources/1/[0-9a-f]{2}/[0-9a-f]{32}", name)
    assert client.stored("cache") == []


def test_a_film_is_fetched_from_the_store_in_parts_and_only_to_save(client: Visitor, own_bucket: Bucket) -> None:
    video = add_ready_video(client, filename="Ferien-ö.mp4")

    answer = client.get(f"/videos/{video.id}/source", headers={"Range": "bytes=4-9"})
    part = httpx.get(answer.headers["Location"], headers={"Range": "bytes=4-9"})

    assert (answer.status_code, answer.data) == (302, b"")
    assert (part.status_code, part.content) == (206, FILM[4:10])
    assert part.headers["Content-Range"] == f"bytes 4-9/{len(FILM)}"
    assert part.headers["Content-Type"] == "video/mp4"
    assert part.headers["Content-Disposition"].startswith("attachment; filename")
    assert "Ferien-%C3%B6.mp4" in part.headers["Content-Disposition"]
    assert client.stored("cache") == []


def test_where_a_film_is_is_kept_for_less_than_that_holds(client: Visitor) -> None:
    video = add_ready_video(client)
    with client.application.app_context():
        source = client.core.queries.get_video(1, video.id).source
        assert source is not None
        version = source.sha256[:12]

    known = client.get(f"/videos/{video.id}/source?v={version}")
    unknown = client.get(f"/videos/{video.id}/source")

    assert known.headers["Cache-Control"] == "private, max-age=600"
    assert unknown.headers["Cache-Control"] == "private, no-cache"
    assert "X-Amz-Expires=3600" in known.headers["Location"]


def test_who_asks_only_about_a_film_is_answered_here(client: Visitor) -> None:
    video = add_ready_video(client)

    answer = client.head(f"/videos/{video.id}/source")

    assert (answer.status_code, answer.content_length, answer.mimetype) == (200, len(FILM), "video/mp4")


def test_a_file_that_nobody_knows_is_only_bytes_at_the_store(client: Visitor) -> None:
    video = add_video(client, data=b"<script>alert(1)</script>", filename="page.html")

    there = httpx.get(client.get(f"/videos/{video.id}/source").headers["Location"])

    assert there.headers["Content-Type"] == "application/octet-stream"
    assert there.headers["Content-Disposition"] == "attachment; filename=page.html"


def test_a_film_that_is_gone_is_told_here(client: Visitor, own_bucket: Bucket) -> None:
    video = add_ready_video(client)
    for name in own_bucket.names():
        own_bucket.client.delete_object(Bucket=own_bucket.name, Key=name)

    answer = client.get(f"/videos/{video.id}/source")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "bytes_missing")


def test_pictures_and_what_names_other_files_come_from_here(client: Visitor) -> None:
    job = add_output(client, add_ready_video(client), Output.STORYBOARD, *INDEXES)

    answers = {name: client.get(f"/jobs/thumbnails/{job.id}/files/{name}") for name, _role in INDEXES}

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "index.vtt": 200,
        "sheet-1.jpg": 200,
        "index.bif": 302,
    }
    assert answers["index.vtt"].data == b"index.vtt"


def test_a_picture_is_asked_for_in_parts_as_ever(client: Visitor) -> None:
    add_picture(client, add_ready_video(client))

    answer = client.get("/t/1?w=320&h=180", headers={"Range": "bytes=0-2"})

    assert (answer.status_code, answer.data) == (206, PICTURE[:3])


def test_all_files_of_an_output_are_one_archive(client: Visitor) -> None:
    job = add_output(client, add_ready_video(client), Output.STORYBOARD, *INDEXES)

    answer = client.get(f"/jobs/thumbnails/{job.id}/files.zip")

    assert answer.status_code == 200
    assert answer.data.count(b"PK\x03\x04") == 3


def test_pages_may_play_films_of_the_store_and_nothing_else_of_it(client: Visitor, own_bucket: Bucket) -> None:
    video = add_ready_video(client)

    policies = [client.get(path).headers["Content-Security-Policy"] for path in ("/jobs", f"/videos/{video.id}")]

    for policy in policies:
        assert [part for part in policy.split("; ") if own_bucket.server.endpoint in part] == [
            f"media-src 'self' {own_bucket.server.endpoint}"
        ]


def test_readyz_tells_whether_the_store_answers(client: Visitor, own_bucket: Bucket) -> None:
    before = client.get("/readyz").get_json()["checks"]["storage"]
    own_bucket.server.stop()

    after = client.get("/readyz").get_json()["checks"]["storage"]

    assert before == {"ok": True, "kind": "s3"}
    assert not after["ok"]
    assert after["message"].startswith("The bucket cannot be used: the store does not answer")


def test_while_the_store_is_away_requests_are_answered_soon_and_afterwards_all_is_well(
    client: Visitor, own_bucket: Bucket
) -> None:
    video = add_ready_video(client)
    add_picture(client, video)
    own_bucket.server.stop()
    started = time.monotonic()

    _upload(client, FILM + b"2", 503)
    codes = [client.get(path).get_json()["code"] for path in ("/t/1?w=320&h=180", f"/videos/{video.id}/source")]

    assert codes == ["storage_unavailable"] * 2
    assert time.monotonic() - started < 10
    own_bucket.server.start()
    _upload(client, FILM + b"2", 201)
    assert client.get("/t/1?w=320&h=180").data == PICTURE


def test_an_upload_that_is_refused_leaves_nothing_at_the_store(client: Visitor, own_bucket: Bucket) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="other"; filename="film.mp4"\r\n\r\n'
    body = head + bytes(9 * 1024 * 1024) + b"\r\n--x--\r\n"

    answer = client.post("/videos", data=body, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 400
    assert (own_bucket.names(), own_bucket.uploads()) == ([], [])


def test_the_sweep_calls_off_uploads_that_nobody_ended(client: Visitor, own_bucket: Bucket) -> None:
    client.core.storage.receive("sources/1/ab/abc").write(bytes(9 * 1024 * 1024))
    before = own_bucket.uploads()

    with client.application.app_context():
        client.core.sweep.run(client.core.transactions.now())

    assert (before, own_bucket.uploads()) == (["films/sources/1/ab/abc"], [])
