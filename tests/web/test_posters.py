"""The poster of a video: its ranked candidates, and choosing, uploading or making another."""

import io
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Artifact, Output, Role
from tests.web.filling import add_stills, finish
from tests.web.site import Visitor, add_ready_video


def test_candidates_are_listed_best_first_and_the_rejected_last(client: Visitor) -> None:
    video = add_ready_video(client)
    add_stills(client, video, (Role.REJECTED, 0.9), (Role.CANDIDATE, 0.4), (Role.CANDIDATE, 0.7))

    found = client.get(f"/videos/{video.id}/candidates").json["candidates"]

    assert [(still["role"], still["score"]) for still in found] == [
        ("candidate", 0.7),
        ("candidate", 0.4),
        ("candidate", None),
        ("rejected", 0.9),
    ]
    assert [still["is_poster"] for still in found] == [False, False, True, False]


def test_another_candidate_becomes_the_poster(client: Visitor) -> None:
    video = add_ready_video(client)
    (still,) = add_stills(client, video, (Role.CANDIDATE, 0.7))

    answer = client.post(f"/videos/{video.id}/poster", json={"candidate": still})

    assert answer.status_code == HTTPStatus.OK
    assert answer.json["version"] == video.version + 1
    assert client.get(f"/t/{video.id}").data == b"still 0"


@pytest.mark.parametrize("wish", [{}, {"candidate": "somebody's"}, {"candidate": ["x"]}])
def test_a_poster_that_is_none_is_refused(client: Visitor, wish: dict[str, Any]) -> None:
    video = add_ready_video(client)

    answer = client.post(f"/videos/{video.id}/poster", json=wish)

    assert answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
    assert answer.json["field"] == "candidate"


def test_half_a_character_names_no_candidate(client: Visitor) -> None:
    video = add_ready_video(client)

    answer = client.post(f"/videos/{video.id}/poster", json={"candidate": "\ud800"})

    assert (answer.status_code, answer.json["field"]) == (HTTPStatus.BAD_REQUEST, "body")


def test_a_finished_poster_job_changes_the_poster(client: Visitor) -> None:
    video = add_ready_video(client)

    answer = client.post(f"/videos/{video.id}/poster", json={"t": "3.5"})
    finish(client, answer.json["id"], "poster-01.jpg", role=Role.CANDIDATE)

    assert answer.json["output"] == Output.POSTER
    assert client.get(f"/t/{video.id}").data == b"poster-01.jpg"


def test_a_poster_that_was_made_before_is_chosen_again(client: Visitor) -> None:
    video = add_ready_video(client)
    for second, name in (("3", "poster-01.jpg"), ("5", "poster-02.jpg")):
        answer = client.post(f"/videos/{video.id}/poster", json={"t": second})
        finish(client, answer.json["id"], name, role=Role.CANDIDATE)

    again = client.post(f"/videos/{video.id}/poster", json={"t": "3"})

    assert (again.status_code, again.json["status"]) == (HTTPStatus.OK, "COMPLETED")
    assert client.get(f"/t/{video.id}").data == b"poster-01.jpg"


def test_of_many_candidates_the_newest_and_the_poster_are_listed(client: Visitor) -> None:
    video = add_ready_video(client)
    added = add_stills(client, video, *[(Role.CANDIDATE, 0.5)] * 120)

    found = client.get(f"/videos/{video.id}/candidates").json["candidates"]

    assert [still["is_poster"] for still in found].count(True) == 1
    assert {still["candidate"] for still in found} >= set(added[-100:])


def test_an_uploaded_picture_is_kept_and_becomes_a_job(client: Visitor) -> None:
    video = add_ready_video(client)

    answer = client.post(f"/videos/{video.id}/poster", data={"poster": (io.BytesIO(b"a picture"), "p.png")})

    assert answer.status_code == HTTPStatus.CREATED
    assert len(answer.json["options"]["upload"]) == 64
    assert len(client.stored("sources")) == 2


def test_stills_of_several_picks_are_in_one_order_and_each_is_there_once(client: Visitor) -> None:
    video = add_ready_video(client)
    for width in (640, 800):
        answer = client.post(f"/videos/{video.id}/outputs", json={"output": "poster", "width": width})
        job = finish(client, answer.json["id"], "poster-01.jpg", "poster-02.jpg", role=Role.CANDIDATE)
        place(client, job.id, (4.0, 0.78), (2.0, 0.78))

    found = client.get(f"/videos/{video.id}/candidates").json["candidates"]

    assert [(still["position_seconds"], still["score"]) for still in found] == [(4.0, 0.78), (2.0, 0.78), (1.5, None)]
    assert [still["is_poster"] for still in found] == [True, False, False]


def place(client: Visitor, job_id: int, *stills: tuple[float, float]) -> None:
    """Say where each of a job's stills is, and how good."""
    with client.application.app_context():
        made = db.session.scalars(select(Artifact).where(Artifact.thumbnail_job_id == job_id).order_by(Artifact.id))
        for artifact, (at, score) in zip(made, stills, strict=True):
            artifact.position_seconds, artifact.score = at, score
        db.session.commit()
