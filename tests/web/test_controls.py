"""Buttons and routes that do something with jobs: who may, what is answered, and where a person is led."""

import io
from http import HTTPStatus
from typing import Any

import pytest

from app.models import JobKind, Status
from tests.web.filling import finish
from tests.web.markup import Page
from tests.web.site import (
    BROWSER,
    Visitor,
    add_failed_thumbnail,
    add_ready_video,
    add_strangers_video,
    add_thumbnail,
    add_video,
    begin,
)

HERE = {**BROWSER, "Referer": "http://localhost/jobs?status=queued"}


def test_a_job_is_cancelled_and_retried(client: Visitor) -> None:
    job = add_thumbnail(client, add_ready_video(client))

    cancelled = client.post(f"/jobs/thumbnails/{job.id}/cancel")
    retried = client.post(f"/jobs/thumbnails/{job.id}/retry")

    assert (cancelled.status_code, cancelled.json["status"]) == (HTTPStatus.OK, "CANCELLED")
    assert (retried.status_code, retried.json["status"]) == (HTTPStatus.OK, "QUEUED")


def test_an_intake_is_cancelled_as_well(client: Visitor) -> None:
    video = add_video(client)

    assert client.post(f"/jobs/videos/{video.id}/cancel").json["status"] == "CANCELLED"


@pytest.mark.parametrize(("deed", "code"), [("cancel", "job_over"), ("retry", "job_not_over")])
def test_what_a_job_s_state_does_not_allow_is_a_conflict(client: Visitor, deed: str, code: str) -> None:
    job = add_thumbnail(client, add_ready_video(client))
    finish(client, job.id, "image.jpg")

    answer = client.post(f"/jobs/thumbnails/{job.id}/{deed}")

    assert (answer.status_code, answer.json["code"]) == (HTTPStatus.CONFLICT, code)
    assert answer.json["error"].endswith(".")


def test_a_person_is_led_back_to_where_the_button_was(client: Visitor) -> None:
    job = add_thumbnail(client, add_ready_video(client))

    answer = client.post(f"/jobs/thumbnails/{job.id}/cancel", headers=HERE)

    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, "/jobs?status=queued")


@pytest.mark.parametrize("referrer", ["", "http://elsewhere.example/jobs", "//elsewhere.example"])
def test_nobody_is_led_elsewhere(client: Visitor, referrer: str) -> None:
    job = add_thumbnail(client, add_ready_video(client))

    answer = client.post(f"/jobs/thumbnails/{job.id}/cancel", headers={**BROWSER, "Referer": referrer})

    assert answer.location == f"/jobs/thumbnails/{job.id}"


@pytest.mark.parametrize("priority", ["high", "normal", "low"])
def test_a_waiting_job_is_given_a_priority(client: Visitor, priority: str) -> None:
    job = add_thumbnail(client, add_ready_video(client))

    answer = client.post(f"/jobs/thumbnails/{job.id}/priority", json={"priority": priority})

    assert (answer.status_code, answer.json["priority"]) == (HTTPStatus.OK, priority)


@pytest.mark.parametrize(
    "body", [{}, {"priority": 1}, {"priority": "urgent"}, {"priority": None}, {"priority": ["high"]}]
)
def test_a_priority_that_is_none_is_refused(client: Visitor, body: dict[str, Any]) -> None:
    job = add_thumbnail(client, add_ready_video(client))

    answer = client.post(f"/jobs/thumbnails/{job.id}/priority", json=body)

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "priority")


@pytest.mark.parametrize(
    ("query", "headers", "priority"),
    [
        ("", {}, "normal"),
        ("", {"Sec-Fetch-Site": "same-origin"}, "high"),
        ("?priority=low", {}, "low"),
        ("?priority=low", {"Sec-Fetch-Site": "same-origin"}, "low"),
    ],
)
def test_people_go_before_programs_unless_it_is_said(
    client: Visitor, query: str, headers: dict[str, str], priority: str
) -> None:
    video = client.post(f"/videos{query}", data={"video": (io.BytesIO(b"film"), "a.mp4")}, headers=headers).json
    thumbnail = client.post(f"/thumbnails/{video['id']}/320/180{query}", headers=headers).json
    sheet = client.post(f"/videos/{video['id']}/outputs{query}", json={"output": "contact_sheet"}, headers=headers).json

    assert [job["priority"] for job in (video, thumbnail, sheet)] == [priority] * 3


def test_what_a_person_asks_for_too_is_put_first(client: Visitor) -> None:
    video = add_ready_video(client)
    job = client.post(f"/thumbnails/{video.id}/320/180?priority=low").json

    again = client.post(f"/thumbnails/{video.id}/320/180", headers={"Sec-Fetch-Site": "same-origin"}).json
    later = client.post(f"/thumbnails/{video.id}/320/180?priority=low").json

    assert [one["id"] for one in (again, later)] == [job["id"]] * 2
    assert [one["priority"] for one in (again, later)] == ["high", "high"]


def test_a_priority_in_the_query_that_is_none_is_refused(client: Visitor) -> None:
    answer = client.post(f"/thumbnails/{add_ready_video(client).id}/320/180?priority=urgent")

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "priority")


def test_all_that_failed_is_retried_at_once(client: Visitor) -> None:
    video = add_ready_video(client)
    failed = [add_failed_thumbnail(client, video, width=width) for width in (1, 2)]
    add_thumbnail(client, video)

    answer = client.post("/jobs/retry", json={"status": "failed"})

    assert answer.json == {"count": 2, "has_more": False}
    assert {client.get(f"/jobs/thumbnails/{job.id}").json["status"] for job in failed} == {"QUEUED"}


@pytest.mark.parametrize(
    "chosen",
    [{"ids": "thumbnail-1,thumbnail-2"}, {"ids": ["thumbnail-1", "thumbnail-2"]}, {"video_id": 1, "type": "thumbnail"}],
)
def test_many_are_chosen_by_name_or_by_what_they_are(client: Visitor, chosen: dict[str, Any]) -> None:
    video = add_ready_video(client)
    for width in (1, 2):
        add_thumbnail(client, video, width=width)
    add_thumbnail(client, add_ready_video(client, data=b"another"))

    assert client.post("/jobs/cancel", json=chosen).json["count"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "status"),
        ({"status": "gone"}, "status"),
        ({"status": ""}, "status"),
        ({"type": "film"}, "type"),
        ({"output": "film"}, "output"),
        ({"video_id": "x"}, "video_id"),
        ({"video_id": ""}, "video_id"),
        ({"ids": "7"}, "ids"),
        ({"ids": ""}, "ids"),
        ({"ids": []}, "ids"),
        ({"ids": ","}, "ids"),
        ({"everything": True}, "everything"),
    ],
)
def test_a_choice_that_makes_no_sense_moves_nothing(client: Visitor, body: dict[str, Any], field: str) -> None:
    job = add_thumbnail(client, add_ready_video(client))

    answer = client.post("/jobs/cancel", json=body)

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, field)
    assert client.get(f"/jobs/thumbnails/{job.id}").json["status"] == "QUEUED"


def test_a_video_is_deleted_by_either_verb(client: Visitor) -> None:
    videos = [add_ready_video(client, data=data) for data in (b"one", b"two")]

    by_program = client.delete(f"/videos/{videos[0].id}")
    by_person = client.post(f"/videos/{videos[1].id}/delete", headers=BROWSER)

    assert (by_program.status_code, by_program.data) == (HTTPStatus.NO_CONTENT, b"")
    assert (by_person.status_code, by_person.location) == (HTTPStatus.SEE_OTHER, "/")
    assert client.get("/videos").json["videos"] == []
    assert client.stored("sources") == client.stored("outputs") == []


def test_the_queue_is_paused_and_goes_on(client: Visitor) -> None:
    add_video(client)

    paused, told = client.post("/queue/pause"), client.get("/queue")
    resumed = client.post("/queue/resume")

    assert [answer.json["is_paused"] for answer in (paused, told, resumed)] == [True, True, False]
    assert (told.json["waiting"], told.json["workers"]) == (1, 0)


def test_of_somebody_else_nothing_is_moved(client: Visitor) -> None:
    stranger = add_strangers_video(client)
    paths = [f"/jobs/videos/{stranger.id}/{deed}" for deed in ("cancel", "retry", "priority")]

    statuses = {client.post(path, json={"priority": "high"}).status_code for path in paths}

    assert statuses | {client.delete(f"/videos/{stranger.id}").status_code} == {HTTPStatus.NOT_FOUND}


@pytest.mark.parametrize("path", ["/jobs/videos/1/cancel", "/videos/1/delete", "/queue/pause", "/jobs/retry"])
def test_other_sites_cannot_press_a_button(client: Visitor, path: str) -> None:
    add_video(client)

    answer = client.post(path, headers={"Sec-Fetch-Site": "cross-site"}, data={"status": "failed"})

    assert answer.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("status", "deed"),
    [("QUEUED", "cancel"), ("PROCESSING", "cancel"), ("COMPLETED", ""), ("FAILED", "retry"), ("CANCELLED", "retry")],
)
def test_each_state_has_its_button(client: Visitor, status: str, deed: str) -> None:
    job = _in_state(client, Status(status))

    page = client.page("/jobs")

    actions = [form.attributes["action"] for form in Page(page).all("form") if not form.is_inert]
    assert [action for action in actions if f"/thumbnails/{job}/" in action] == (
        [f"/jobs/thumbnails/{job}/{deed}"] if deed else []
    )


def test_a_paused_queue_says_so_on_the_page(client: Visitor) -> None:
    client.post("/queue/pause")

    assert "The queue is paused" in client.page("/jobs")
    assert "/queue/resume" in client.page("/jobs/tabs")


def _in_state(client: Visitor, status: Status) -> int:
    video = add_ready_video(client)
    if status is Status.FAILED:
        return add_failed_thumbnail(client, video).id
    job = add_thumbnail(client, video)
    if status is Status.PROCESSING:
        begin(client, job)
    elif status is Status.COMPLETED:
        finish(client, job.id, "image.jpg")
    elif status is Status.CANCELLED:
        client.post(f"/jobs/{JobKind.THUMBNAIL}s/{job.id}/cancel")
    return job.id
