"""Slideshows: what is taken, what is refused, and the page from which one is made."""

import io
import json
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.jobs.options.posts import MOST_UPLOADS
from app.models import Origin, Source, VideoJob
from tests.web.site import BROWSER, Visitor, add_failed_video, add_ready_video, add_strangers_video, add_video


def pictures(count: int) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(f"picture {number}".encode()), f"{number}.png") for number in range(count)]


def make(client: Visitor, *, files: int = 0, headers: dict[str, str] | None = None, **fields: str) -> Any:
    return client.post("/slideshows", data={"files": pictures(files), **fields}, headers=headers or {})


def recipe_of(client: Visitor, video_id: int) -> dict[str, Any]:
    with client.application.app_context():
        return db.session.get_one(VideoJob, video_id).recipe or {}


def test_pictures_alone_become_a_queued_video(client: Visitor) -> None:
    answer = make(client, files=2, seconds="2", name="Holiday", format="webm")

    assert answer.status_code == HTTPStatus.CREATED
    assert answer.location == f"/videos/{answer.json['id']}"
    assert (answer.json["origin"], answer.json["filename"]) == (Origin.SLIDESHOW, "Holiday.webm")
    options = recipe_of(client, answer.json["id"])["options"]
    assert (options["slides"], options["seconds"]) == ([{"upload": 0}, {"upload": 1}], 2.0)


def test_a_timeline_speaks_of_files_and_of_the_library(client: Visitor) -> None:
    picture = add_ready_video(client, kind="image", data=b"in the library")
    slides = [{"post": {"text": "Hello", "avatar": {"upload": 0}}}, {"image": picture.id}, {"upload": 0}]

    answer = make(client, files=1, timeline=json.dumps({"slides": slides}))

    sources = recipe_of(client, answer.json["id"])["sources"]
    assert set(sources) == {"upload 0", f"video {picture.id}"}
    with client.application.app_context():
        kept = set(db.session.scalars(select(Source.sha256)))
    assert set(sources.values()) <= kept


def test_posts_alone_are_sent_as_json(client: Visitor) -> None:
    answer = client.post("/slideshows", json={"slides": [{"post": {"text": "Hello"}}]})

    assert answer.status_code == HTTPStatus.CREATED


@pytest.mark.parametrize(
    ("fields", "files", "field"),
    [
        ({}, 0, "files"),
        ({"seconds": "2"}, 0, "files"),
        ({"slides": "[]"}, 1, "slides"),
        ({"slides": "[]", "timeline": '{"slides": [{"upload": 0}]}'}, 1, "slides"),
        ({"seconds": "0", "timeline": '{"slides": [{"upload": 0}]}'}, 1, "seconds"),
        ({"colour": "red", "timeline": '{"slides": [{"upload": 0}]}'}, 1, "colour"),
        ({"timeline": r'{"slides": [{"upload": 0}], "\ud800": 1}'}, 1, "slides"),
        ({"seconds": "0"}, 1, "seconds"),
        ({"width": "63"}, 1, "width"),
        ({"colour": "red"}, 1, "colour"),
        ({"timeline": "{"}, 1, "slides"),
        ({"timeline": '{"slides": [{"upload": 1}]}'}, 1, "slides[0].upload"),
        ({"timeline": '{"slides": [{"image": 99}]}'}, 0, "slides[0].image"),
        ({"timeline": json.dumps({"slides": [{"post": {"text": "x" * 100_000}}]})}, 0, "slides[0].post.text"),
        ({"timeline": json.dumps({"slides": [{"upload": 0}] * 101})}, 1, "slides"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_makes_no_sense_is_named(client: Visitor, fields: dict[str, str], files: int, field: str) -> None:
    answer = make(client, files=files, **fields)

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, field)
    assert len(answer.json["error"]) < 250


def test_what_a_timeline_leaves_out_the_form_says(client: Visitor) -> None:
    timeline = json.dumps({"slides": [{"upload": 0}], "format": "webm"})

    answer = make(client, files=1, timeline=timeline, seconds="9", format="ogv")

    options = recipe_of(client, answer.json["id"])["options"]
    assert (options["seconds"], options["format"]) == (9.0, "webm")


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", rb'{"\ud800": 1}', rb'{"slides": [{"post": {"text": "\ud800"}}]}']
)
def test_a_body_that_is_no_timeline_is_refused(client: Visitor, data: bytes, headers: dict[str, str]) -> None:
    answer = client.post("/slideshows", data=data, content_type="application/json", headers=headers)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "The body " in answer.text


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "multipart/form-data; boundary=x"}]
)
def test_nothing_at_all_is_told_what_is_missing(client: Visitor, headers: dict[str, str]) -> None:
    answer = client.post("/slideshows", data=b"--x--\r\n" if "boundary" in str(headers) else b"", headers=headers)

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "files")


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
def test_a_form_that_breaks_off_is_told_so(client: Visitor, headers: dict[str, str]) -> None:
    data = b'--x\r\nContent-Disposition: form-data; name="seconds"'

    answer = client.post("/slideshows", data=data, content_type="multipart/form-data; boundary=x", headers=headers)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "it broke off" in answer.text


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
@pytest.mark.parametrize("more", [1, 300])
def test_the_file_that_is_one_too_many_is_refused_as_it_begins(
    client: Visitor, headers: dict[str, str], more: int
) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\na picture\r\n'
    form = {"content_type": "multipart/form-data; boundary=x", "headers": headers}

    # It breaks off: whoever waited for its end would say that.
    answer = client.post("/slideshows", data=part * (MOST_UPLOADS + more), **form)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "files: at most 500 files are taken." in answer.text
    assert client.stored("incoming") == []


def test_a_picture_that_could_not_be_read_is_no_slide(client: Visitor) -> None:
    failed = add_failed_video(client, filename="torn.png")

    answer = client.post("/slideshows", json={"slides": [{"post": {"text": "Hello", "avatar": {"video": failed.id}}}]})

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "slides[0].post.avatar")
    assert answer.json["error"] == "slides[0].post.avatar: torn.png cannot be used: This is not a video."


def test_a_picture_whose_reading_was_cancelled_is_no_slide(client: Visitor) -> None:
    waiting = add_video(client, filename="late.png")
    client.post(f"/jobs/videos/{waiting.id}/cancel")

    answer = client.post("/slideshows", json={"slides": [{"image": waiting.id}]})

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "slides[0].image")
    assert "was cancelled" in answer.json["error"]


def test_a_video_and_somebody_else_s_picture_are_no_slides(client: Visitor) -> None:
    video, stranger = add_ready_video(client), add_strangers_video(client)

    answers = [client.post("/slideshows", json={"slides": [{"image": number}]}) for number in (video.id, stranger.id)]

    assert [answer.status_code for answer in answers] == [HTTPStatus.BAD_REQUEST] * 2


def test_an_empty_picture_is_named(client: Visitor) -> None:
    answer = client.post("/slideshows", data={"files": [(io.BytesIO(b""), "empty.png")]})

    assert (answer.status_code, answer.json["code"]) == (HTTPStatus.BAD_REQUEST, "empty_file")


def test_a_browser_is_led_to_the_video_or_back_to_its_form(client: Visitor) -> None:
    good = make(client, files=1, headers=BROWSER, name="Mine")
    bad = make(client, files=1, headers=BROWSER, seconds="99", name="Mine")

    assert (good.status_code, good.location) == (HTTPStatus.SEE_OTHER, "/videos/1")
    assert bad.status_code == HTTPStatus.BAD_REQUEST
    assert 'value="99"' in bad.text and 'aria-invalid="true"' in bad.text


def test_the_page_has_a_form(client: Visitor) -> None:
    page = client.page("/slideshows")

    assert 'name="files"' in page and 'name="timeline"' in page
