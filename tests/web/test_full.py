"""A disk that is nearly full: uploads are refused before they come, jobs wait, and what is there is served."""

import io
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.web.site import BROWSER, Visitor, add_picture, add_ready_video, open_site

# More than any disk has.
ALL_OF_IT = 10**18


@pytest.fixture
def full_client(tmp_path: Path, migrated: Path) -> Iterator[Visitor]:
    """A client of a site whose disk has less room than is to stay free; it has one video."""
    with open_site(tmp_path / "data", migrated=migrated) as client:
        add_picture(client, add_ready_video(client))
    with open_site(tmp_path / "data", min_free_bytes=ALL_OF_IT) as client:
        yield client


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
def test_an_upload_is_refused_and_leaves_nothing(full_client: Visitor, headers: dict[str, str]) -> None:
    before = full_client.stored()

    answer = full_client.post("/videos", data={"video": (io.BytesIO(b"a film"), "a.mp4")}, headers=headers)

    assert answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert "the disk is nearly full" in answer.text
    assert full_client.stored("incoming") == []
    assert full_client.stored("sources") == [name.removeprefix("sources/") for name in before if "sources" in name]


def test_programs_are_told_by_a_code(full_client: Visitor) -> None:
    answer = full_client.post("/videos", data={"video": (io.BytesIO(b"a film"), "a.mp4")})

    assert (answer.json["code"], answer.json["error"]) == (
        "storage_full",
        "There is no room for this file: the disk is nearly full.",
    )


def test_what_is_there_is_still_served_and_can_be_deleted(full_client: Visitor) -> None:
    assert full_client.get("/t/1?w=320&h=180").status_code == HTTPStatus.OK
    assert full_client.delete("/videos/1").status_code == HTTPStatus.NO_CONTENT


def test_readyz_says_what_is_wrong(full_client: Visitor) -> None:
    answer = full_client.get("/readyz")

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.json["checks"]["storage"] == {
        "ok": False,
        "kind": "local",
        "message": "The disk is nearly full: uploads are refused and jobs wait.",
    }
    assert "The disk is nearly full" in full_client.page("/readyz", status=503)
