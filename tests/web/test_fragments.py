"""Parts of pages that are fetched alone, by pages that are open already: cards, outputs, rows."""

import pytest

from tests.web.site import Visitor, add_picture, add_ready_video, add_thumbnail, add_video

MALFORMED = [
    *("x", "1", "video", "video-", "video-0", "video--1", "video-1.5", "video-x", "film-1", "video-1;video-2"),
    f"video-{'9' * 30}",
    f"video-{'9' * 5000}",
    ",".join(["video-1"] * 201),
]


def test_cards_come_alone(client: Visitor) -> None:
    add_ready_video(client, filename="one.mp4")
    add_video(client, filename="two.mp4", data=b"another")

    answer = client.get("/videos/cards?ids=video-1,video-2,video-99,thumbnail-1")

    assert answer.mimetype == "text/html"
    assert answer.text.count("<li ") == 2 and "<html" not in answer.text


def test_a_card_alone_is_the_card_of_the_page(client: Visitor) -> None:
    add_ready_video(client)

    card = client.get("/videos/cards?ids=video-1").text

    assert card.strip() in client.page("/")


def test_outputs_come_alone(client: Visitor) -> None:
    video = add_ready_video(client)
    add_picture(client, video)
    add_thumbnail(client, video, width=64)

    outputs = client.get("/videos/outputs?ids=thumbnail-1,thumbnail-2,thumbnail-99").text

    assert outputs.count("<li ") == 2
    assert outputs.strip() in client.page("/videos/1")


@pytest.mark.parametrize("path", ["/videos/cards", "/videos/outputs", "/jobs/rows"])
@pytest.mark.parametrize("ids", MALFORMED)
def test_malformed_ids_are_refused_by_name(read_only_client: Visitor, path: str, ids: str) -> None:
    answer = read_only_client.get(path, query_string={"ids": ids})

    assert answer.status_code == 400
    assert answer.get_json()["field"] == "ids"


@pytest.mark.parametrize("path", ["/videos/cards", "/videos/outputs", "/jobs/rows"])
@pytest.mark.parametrize("query", ["", "?ids=", "?ids=,", "?ids=video-99"])
def test_no_ids_are_no_parts(read_only_client: Visitor, path: str, query: str) -> None:
    answer = read_only_client.get(path + query)

    assert (answer.status_code, answer.text.strip()) == (200, "")
