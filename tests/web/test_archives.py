"""All files of an output in one archive."""

import io
import zipfile
from http import HTTPStatus

import pytest

from app.models import Output, Role
from tests.web.markup import Page
from tests.web.site import Visitor, add_output, add_ready_video, add_strangers_video, add_thumbnail

PATH = "/jobs/thumbnails/1/files.zip"
STORYBOARD = (("sprite-001.jpg", Role.SPRITE), ("storyboard.vtt", Role.VTT), ("storyboard.json", Role.JSON))


def links(client: Visitor, path: str) -> list[str]:
    return [one.attributes["href"] for one in Page(client.page(path)).all("a") if "download" in one.attributes]


def test_every_file_is_in_the_archive(client: Visitor) -> None:
    add_output(client, add_ready_video(client, filename="Übung.mp4"), Output.STORYBOARD, *STORYBOARD)

    answer = client.get(PATH)

    assert (answer.status_code, answer.mimetype) == (HTTPStatus.OK, "application/zip")
    assert answer.content_length == len(answer.data)
    assert "%C3%9Cbung-storyboard.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {n: n for n, _role in STORYBOARD}


def test_an_archive_is_not_packed_into_another(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.PLAYER_KIT, *STORYBOARD, ("player-kit.zip", Role.ARCHIVE))

    with zipfile.ZipFile(io.BytesIO(client.get(PATH).data)) as archive:
        assert archive.namelist() == [name for name, _role in STORYBOARD]


def test_an_archive_that_is_known_is_not_sent_again(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD)

    again = client.get(PATH, headers={"If-None-Match": client.get(PATH).headers["ETag"]})

    assert (again.status_code, again.data) == (HTTPStatus.NOT_MODIFIED, b"")


def test_its_length_is_told_before_it_is_sent(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD)

    answer = client.head(PATH)

    assert (answer.content_length, answer.data) == (len(client.get(PATH).data), b"")


def test_of_what_is_not_made_there_is_no_archive(client: Visitor) -> None:
    add_thumbnail(client, add_ready_video(client))

    assert client.get(PATH).status_code == HTTPStatus.NOT_FOUND
    assert client.get("/jobs/thumbnails/99/files.zip").status_code == HTTPStatus.NOT_FOUND


def test_of_somebody_else_s_output_there_is_no_archive(client: Visitor) -> None:
    add_output(client, add_strangers_video(client), Output.STORYBOARD, *STORYBOARD)

    assert client.get(PATH).status_code == HTTPStatus.NOT_FOUND


def test_a_file_that_is_gone_is_told_before_anything_is_sent(client: Visitor) -> None:
    job = add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD)
    client.core.storage.delete(job.artifacts[1].key)

    answer = client.get(PATH)

    assert (answer.status_code, answer.json["code"]) == (HTTPStatus.NOT_FOUND, "bytes_missing")


@pytest.mark.parametrize("page", ["/jobs/thumbnails/1", "/jobs", "/videos/1"])
def test_what_is_several_files_is_offered_as_one(client: Visitor, page: str) -> None:
    add_output(client, add_ready_video(client), Output.STORYBOARD, *STORYBOARD)

    assert PATH in links(client, page)


def test_one_file_is_offered_as_it_is(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.CONTACT_SHEET, ("sheet.jpg", Role.SHEET))

    found = links(client, "/jobs/thumbnails/1")

    assert {path.partition("?")[0] for path in found} == {"/jobs/thumbnails/1/files/sheet.jpg"}


def test_the_archive_of_a_kit_is_the_one_that_was_made(client: Visitor) -> None:
    add_output(client, add_ready_video(client), Output.PLAYER_KIT, *STORYBOARD, ("player-kit.zip", Role.ARCHIVE))

    assert PATH not in links(client, "/jobs/thumbnails/1")
