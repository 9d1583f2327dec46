"""What is not there, and what is somebody else's, which is the same."""

import pytest

from tests.web.site import BROWSER, Visitor

OF_ONE = ["/videos/{}", "/jobs/videos/{}", "/jobs/thumbnails/{}", "/t/{}", "/t/{}?w=320&h=180"]


@pytest.mark.parametrize("path", OF_ONE)
@pytest.mark.parametrize(
    "number", ["99", "0", "-1", "1.5", "x", "1x", "١", str(2**63 - 1), str(2**63), "9" * 30, "9" * 5000]
)
def test_what_is_not_there_is_said_so_to_programs(read_only_client: Visitor, path: str, number: str) -> None:
    answer = read_only_client.get(path.format(number))

    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert set(answer.get_json()) == {"error", "code", "field"}


@pytest.mark.parametrize("path", OF_ONE)
def test_what_is_not_there_is_said_so_to_people(read_only_client: Visitor, path: str) -> None:
    page = read_only_client.page(path.format(99), status=404)

    assert "There is no " in page


@pytest.mark.parametrize("path", OF_ONE)
def test_what_is_somebody_elses_is_not_there(read_only_client: Visitor, path: str) -> None:
    answer = read_only_client.get(path.format(2))

    assert answer.status_code == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "path",
    "/ /videos /jobs /videos/cards?ids=video-2 /videos/outputs?ids=thumbnail-2 /jobs/rows?ids=video-2,thumbnail-2"
    " /jobs/tabs".split(),
)
@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
def test_what_is_somebody_elses_is_never_listed(read_only_client: Visitor, path: str, headers: dict[str, str]) -> None:
    answer = read_only_client.get(path, headers=headers)

    assert "secret" not in answer.text
    assert "thumbnail-2" not in answer.text


def test_what_is_somebody_elses_is_not_counted(read_only_client: Visitor) -> None:
    tabs = read_only_client.get("/jobs/tabs").text

    assert 'All<span class="count">2</span>' in tabs


def test_nothing_can_be_made_from_somebody_elses_video(read_only_client: Visitor) -> None:
    answer = read_only_client.post("/thumbnails/2/320/180")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "video_not_found")


@pytest.mark.parametrize("path", ["/jobs//videos/1", "/videos//1", "/videos/1/"])
def test_nobody_is_sent_elsewhere_by_an_odd_address(read_only_client: Visitor, path: str) -> None:
    answer = read_only_client.get(path)

    assert (answer.status_code, answer.headers.get("Location")) == (404, None)
