"""POST /thumbnails/<video>/<width>/<height>: asking for a thumbnail; asking twice in the same words is one job."""

from typing import Any

import pytest

from tests.web.site import (
    Visitor,
    add_failed_thumbnail,
    add_failed_video,
    add_picture,
    add_ready_video,
    add_video,
)

THUMBNAIL_KEYS = frozenset(
    "id public_id type name status progress stage attempt max_attempts priority version error notes created_at"
    " queued_at started_at finished_at eta_at video_id filename output width height preset options image files"
    " file_count".split()
)
DEFAULTS = {"t": "poster", "fit": "fit", "format": "jpg"}


# --- what is taken --------------------------------------------------------------------------------------------------


def test_a_thumbnail_is_a_queued_job_at_once(client: Visitor) -> None:
    add_ready_video(client)

    answer = client.post("/thumbnails/1/320/180")

    assert (answer.status_code, answer.headers["Location"]) == (201, "/jobs/thumbnails/1")
    assert (
        answer.get_json().items()
        >= {"id": 1, "video_id": 1, "width": 320, "height": 180, "status": "QUEUED", "image": None}.items()
    )


def test_a_thumbnail_is_answered_as_its_job_is_shown(client: Visitor) -> None:
    add_ready_video(client)

    answer = client.post("/thumbnails/1/320/180").get_json()

    assert set(answer) == THUMBNAIL_KEYS
    assert answer == client.get("/jobs/thumbnails/1").get_json()


def test_what_is_not_said_is_the_default(client: Visitor) -> None:
    add_ready_video(client)

    answer = client.post("/thumbnails/1/320/180").get_json()

    assert answer["options"] == DEFAULTS


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("t=1.5", {"t": "1.5"}),
        ("t=0", {"t": "0"}),
        ("t=01:23.5", {"t": "83.5"}),
        ("t=1:00:00", {"t": "3600"}),
        ("t=10%25", {"t": "10%"}),
        ("t=100%25", {"t": "100%"}),
        ("t=poster", {}),
        ("t=", {}),
        ("fit=fill", {"fit": "fill"}),
        ("fit=pad", {"fit": "pad"}),
        ("fit=stretch", {"fit": "stretch"}),
        ("format=png", {"format": "png"}),
        ("format=webp", {"format": "webp"}),
        ("t=2&fit=fill&format=png", {"t": "2", "fit": "fill", "format": "png"}),
    ],
)
def test_each_option_is_kept_in_its_one_form(client: Visitor, query: str, options: dict[str, str]) -> None:
    add_ready_video(client)

    answer = client.post(f"/thumbnails/1/320/180?{query}")

    assert answer.status_code == 201
    assert answer.get_json()["options"] == {**DEFAULTS, **options}


@pytest.mark.parametrize("size", ["1/1", "8192/8192", "1/8192"])
def test_the_smallest_and_the_largest_size_are_taken(client: Visitor, size: str) -> None:
    add_ready_video(client)

    answer = client.post(f"/thumbnails/1/{size}")

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("", "t=poster&fit=fit&format=jpg"),
        ("t=1.5", "t=0:01.50"),
        ("t=10%25", "t=10.0%20%25"),
    ],
)
def test_the_same_wish_is_the_same_job(client: Visitor, first: str, second: str) -> None:
    add_ready_video(client)

    new = client.post(f"/thumbnails/1/320/180?{first}")
    known = client.post(f"/thumbnails/1/320/180?{second}")

    assert (new.status_code, known.status_code) == (201, 200)
    assert new.get_json() == known.get_json()


@pytest.mark.parametrize("other", ["320/181", "321/180", "320/180?t=1", "320/180?fit=fill", "320/180?format=png"])
def test_another_wish_is_another_job(client: Visitor, other: str) -> None:
    add_ready_video(client)
    client.post("/thumbnails/1/320/180")

    answer = client.post(f"/thumbnails/1/{other}")

    assert (answer.status_code, answer.get_json()["id"]) == (201, 2)


def test_asking_for_what_is_made_returns_it(client: Visitor) -> None:
    add_picture(client, add_ready_video(client))

    answer = client.post("/thumbnails/1/320/180")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "COMPLETED")
    assert client.get(answer.get_json()["image"]["url"]).status_code == 200


def test_asking_for_what_failed_tries_again(client: Visitor) -> None:
    add_failed_thumbnail(client, add_ready_video(client))

    answer = client.post("/thumbnails/1/320/180")

    assert (answer.status_code, answer.get_json()["id"]) == (200, 1)
    assert (answer.get_json()["status"], answer.get_json()["error"]) == ("QUEUED", None)


def test_a_thumbnail_can_be_asked_for_before_its_video_is_read(client: Visitor) -> None:
    add_video(client)

    answer = client.post("/thumbnails/1/320/180")

    assert (answer.status_code, answer.get_json()["status"]) == (201, "QUEUED")


# --- what is refused ------------------------------------------------------------------------------------------------

SIDES = ["0", "-1", "8193", "x", "1.5", "1e3", "0x10", "1_000", "+320", "٣٢٠", "320px", " ", "null", "NaN", "9" * 30]
QUERIES: list[tuple[str, Any]] = [
    *(
        ("t", value)
        for value in ("x", "-1", "+1", "1e3", "101%", "100.1%", "-5%", "%", "1:60", "60:00:00:00", "1:2:3:4")
    ),
    *(("t", value) for value in ("NaN", "inf", "0x10", "1,5", "99999999", "1s", "٣", "<script>", "\x00", "1" * 5000)),
    *(("fit", value) for value in ("", "FIT", "contain", "crop", "fit,fill", "\x00")),
    *(("format", value) for value in ("", "JPG", "gif", "svg", "../jpg", "jpg\n")),
]


@pytest.mark.parametrize("side", SIDES)
def test_a_width_that_makes_no_sense_is_refused_by_name(read_only_client: Visitor, side: str) -> None:
    answer = read_only_client.post(f"/thumbnails/1/{side}/180")

    assert answer.status_code == 400
    assert answer.get_json()["field"] == "width"
    assert answer.get_json()["error"] == "width must be a whole number of pixels from 1 to 8192."


@pytest.mark.parametrize("side", SIDES)
def test_a_height_that_makes_no_sense_is_refused_by_name(read_only_client: Visitor, side: str) -> None:
    answer = read_only_client.post(f"/thumbnails/1/320/{side}")

    assert answer.status_code == 400
    assert answer.get_json()["field"] == "height"


@pytest.mark.parametrize(("field", "value"), QUERIES)
def test_an_option_that_makes_no_sense_is_refused_by_name(read_only_client: Visitor, field: str, value: str) -> None:
    answer = read_only_client.post("/thumbnails/1/320/180", query_string={field: value})

    assert answer.status_code == 400
    assert answer.get_json()["field"] == field
    assert answer.get_json()["error"].startswith(f"{field} ")


def test_a_refusal_queues_nothing(client: Visitor) -> None:
    add_ready_video(client)

    client.post("/thumbnails/1/320/180?t=x")
    client.post("/thumbnails/1/0/180")

    assert len(client.get("/jobs").get_json()["jobs"]) == 1


@pytest.mark.parametrize("number", ["99", str(2**63), "9" * 30])
def test_nothing_can_be_made_from_a_video_that_is_not_there(read_only_client: Visitor, number: str) -> None:
    answer = read_only_client.post(f"/thumbnails/{number}/320/180")

    assert answer.status_code == 404


def test_nothing_can_be_made_from_a_video_that_cannot_be_read(client: Visitor) -> None:
    add_failed_video(client)

    answer = client.post("/thumbnails/1/320/180")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "source_failed")
    assert "This is not a video." in answer.get_json()["error"]
