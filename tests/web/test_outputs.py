"""Asking for outputs by name or preset, and the files they are."""

from http import HTTPStatus
from typing import Any

import pytest

from app.models import Role
from tests.web.filling import add_finished, ask, finish
from tests.web.site import BROWSER, Visitor, add_failed_video, add_ready_video, add_strangers_video

# Where a preset has another name than its output.
PRESETS = {"rendition": "720p"}


def test_an_output_is_asked_for_as_json(client: Visitor) -> None:
    video = add_ready_video(client)

    answer = ask(client, video, output="thumbnail", count=3, sizes=[{"width": 320}], formats=["jpg", "avif"])

    assert answer.status_code == HTTPStatus.CREATED
    assert answer.location == f"/jobs/thumbnails/{answer.json['id']}"
    assert (answer.json["output"], answer.json["status"], answer.json["files"]) == ("thumbnail", "QUEUED", [])
    assert answer.json["options"]["count"] == 3


def test_asked_again_in_other_words_it_is_the_same_job(client: Visitor) -> None:
    video = add_ready_video(client)

    first = ask(client, video, output="thumbnail", positions=["00:00:05", "50%"], width=320)
    again = ask(client, video, output="thumbnail", positions="5, 50.0%", sizes=[{"width": "320", "fit": "fit"}])

    assert (first.status_code, again.status_code) == (HTTPStatus.CREATED, HTTPStatus.OK)
    assert first.json["id"] == again.json["id"]


def test_one_thumbnail_is_the_same_job_by_either_door(client: Visitor) -> None:
    video = add_ready_video(client)

    native = client.post(f"/thumbnails/{video.id}/320/180?t=5")
    general = ask(client, video, output="thumbnail", width=320, height=180, t=5)

    assert native.json["id"] == general.json["id"]


def test_a_preset_brings_its_options_and_yours_go_before_them(client: Visitor) -> None:
    video = add_ready_video(client)

    answer = ask(client, video, preset="card", format="webp")

    assert (answer.json["preset"], answer.json["width"], answer.json["height"]) == ("card", 640, 360)
    assert answer.json["options"] == {"t": "poster", "fit": "fill", "format": "webp"}


def test_a_browser_s_form_leads_back_to_the_video(client: Visitor) -> None:
    video = add_ready_video(client)

    answer = client.post(
        f"/videos/{video.id}/outputs", data={"output": "thumbnail", "width": "320", "t": ""}, headers=BROWSER
    )

    assert (answer.status_code, answer.location) == (
        HTTPStatus.SEE_OTHER,
        f"/videos/{video.id}?output=thumbnail&width=320#outputs",
    )


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "output"),
        ({"output": "film"}, "output"),
        ({"output": ["thumbnail"]}, "output"),
        ({"preset": "nobody's"}, "preset"),
        ({"output": "thumbnail"}, "width"),
        ({"output": "thumbnail", "width": 320, "colour": "red"}, "colour"),
        ({"output": "thumbnail", "width": True}, "width"),
        ({"output": "thumbnail", "width": 320, "count": 101}, "count"),
        ({"output": "thumbnail", "width": 320, "count": 2, "positions": ["1"]}, "count"),
        ({"output": "thumbnail", "width": 320, "positions": []}, "positions"),
        ({"output": "thumbnail", "width": 320, "positions": ["1", "soon"]}, "positions"),
        ({"output": "thumbnail", "width": 320, "positions": [str(second) for second in range(101)]}, "positions"),
        ({"output": "thumbnail", "sizes": [{"fit": "fill"}]}, "sizes"),
        ({"output": "thumbnail", "sizes": [{"width": 99999}]}, "sizes"),
        ({"output": "thumbnail", "sizes": ["wide"]}, "sizes"),
        ({"output": "thumbnail", "width": 320, "formats": ["bmp"]}, "formats"),
        ({"output": "thumbnail", "width": 320, "accuracy": "roughly"}, "accuracy"),
        ({"output": "thumbnail", "width": 320, "t": "x" * 100_000}, "t"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_option_that_makes_no_sense_is_named(client: Visitor, wish: dict[str, Any], field: str) -> None:
    video = add_ready_video(client)

    answer = ask(client, video, **wish)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json["field"] == field
    assert answer.json["error"].endswith(".")
    assert len(answer.json["error"]) < 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"', b"[" * 20_000])
def test_a_body_that_is_no_object_is_refused(client: Visitor, body: bytes) -> None:
    video = add_ready_video(client)

    answer = client.post(f"/videos/{video.id}/outputs", data=body, content_type="application/json")

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "body")


def test_the_files_of_an_output_are_told_and_served(client: Visitor) -> None:
    job = add_finished(client, add_ready_video(client), "image-001-320xauto-fit.jpg", "image-002-320xauto-fit.jpg")

    shown = client.get(f"/jobs/thumbnails/{job.id}").json
    answer = client.get(shown["files"][1]["url"])

    assert [file["name"] for file in shown["files"]] == ["image-001-320xauto-fit.jpg", "image-002-320xauto-fit.jpg"]
    assert (answer.data, answer.mimetype) == (b"image-002-320xauto-fit.jpg", "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["nothing.jpg", "..%2f..%2fvtm.sqlite3", "image-001.jpg%00"])
def test_a_name_that_no_file_has_is_not_found(client: Visitor, name: str) -> None:
    job = add_finished(client, add_ready_video(client), "image-001.jpg")

    assert client.get(f"/jobs/thumbnails/{job.id}/files/{name}").status_code == HTTPStatus.NOT_FOUND


def test_a_rendition_is_no_picture_of_its_size(client: Visitor) -> None:
    video = add_ready_video(client)
    picture = client.post(f"/thumbnails/{video.id}/640/360").json
    finish(client, picture["id"], "image.jpg")
    rendition = ask(client, video, output="rendition", width=640, height=360)
    finish(client, rendition.json["id"], "rendition.mp4", role=Role.VIDEO)

    assert client.get(f"/t/{video.id}?w=640&h=360").data == b"image.jpg"


def test_of_somebody_else_s_video_nothing_is_made_or_seen(client: Visitor) -> None:
    stranger = add_strangers_video(client)
    paths = (f"/videos/{stranger.id}/outputs", f"/videos/{stranger.id}/poster")

    statuses = [client.post(path, json={"output": "thumbnail", "width": 1, "t": "1"}).status_code for path in paths]
    statuses.append(client.get(f"/videos/{stranger.id}/candidates").status_code)

    assert statuses == [HTTPStatus.NOT_FOUND] * 3


def test_a_watermark_is_a_picture_of_the_same_library(client: Visitor) -> None:
    video, mark = add_ready_video(client), add_ready_video(client, kind="image", data=b"a logo")

    answer = ask(client, video, output="thumbnail", width=320, watermark={"video": mark.id, "corner": "top-left"})

    assert answer.status_code == HTTPStatus.CREATED
    assert len(answer.json["options"]["watermark"]["sha256"]) == 64


def test_a_watermark_that_could_not_be_read_is_refused(client: Visitor) -> None:
    video, failed = add_ready_video(client), add_failed_video(client, data=b"torn", filename="torn.png")

    answer = ask(client, video, output="thumbnail", width=320, watermark={"video": failed.id})

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "watermark")
    assert answer.json["error"] == "watermark: torn.png cannot be used: This is not a video."


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
@pytest.mark.parametrize("wish", [{"\ud800": 1}, {"title": "\ud800"}, {"sizes": [{"\udfff": 1}]}], ids=ascii)
def test_half_a_character_is_refused_where_the_body_is_read(
    client: Visitor, wish: dict[str, Any], headers: dict[str, str]
) -> None:
    video = add_ready_video(client)

    answer = client.post(
        f"/videos/{video.id}/outputs", json={"output": "thumbnail", "width": 320, **wish}, headers=headers
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "The body has half a character in it" in answer.text


def test_a_watermark_that_is_none_is_refused(client: Visitor) -> None:
    video, stranger = add_ready_video(client), add_strangers_video(client)

    answers = [
        ask(client, video, output="thumbnail", width=320, watermark={"video": number})
        for number in (video.id, stranger.id, 10_000)
    ]

    assert [answer.status_code for answer in answers] == [HTTPStatus.BAD_REQUEST] * 3
    assert {answer.json["field"] for answer in answers} == {"watermark"}


@pytest.mark.parametrize("output", ["storyboard", "contact_sheet", "preview", "rendition", "player_kit"])
def test_what_is_made_of_videos_only_is_refused_for_a_picture(client: Visitor, output: str) -> None:
    picture = add_ready_video(client, kind="image")

    answers = [ask(client, picture, output=output), ask(client, picture, preset=PRESETS.get(output, output))]

    assert [(answer.status_code, answer.json["field"]) for answer in answers] == [(400, "output")] * 2
    assert all("thumbnail or poster" in answer.json["error"] for answer in answers)
    assert client.get("/jobs").json["jobs"][0]["type"] == "video"


@pytest.mark.parametrize("wish", [{"output": "thumbnail", "width": 320}, {"output": "poster"}])
def test_what_is_made_of_pictures_too_is_taken(client: Visitor, wish: dict[str, Any]) -> None:
    assert ask(client, add_ready_video(client, kind="image"), **wish).status_code == HTTPStatus.CREATED


def test_presets_have_a_title_for_people(client: Visitor) -> None:
    presets = {preset["preset"]: preset["title"] for preset in client.get("/outputs").json["presets"]}

    assert (presets["player_kit"], presets["720p"]) == ("Player kit", "720p")
