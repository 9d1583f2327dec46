"""GET /videos and below, and the library: the list, and one video."""

import pytest

from tests.make import SAID
from tests.web.site import (
    BROWSER,
    Visitor,
    add_failed_video,
    add_picture,
    add_ready_video,
    add_video,
    counted,
)

VIDEO_KEYS = frozenset(
    "id public_id type name status progress stage attempt max_attempts priority version error notes"
    " created_at queued_at started_at finished_at eta_at filename origin"
    " kind width height duration_seconds codec is_hdr poster".split()
)


# --- the list -------------------------------------------------------------------------------------------------------


def test_there_are_no_videos_at_first(client: Visitor) -> None:
    answer = client.get("/videos")

    assert answer.get_json() == {"videos": [], "next": None}


def test_videos_are_listed_newest_first(client: Visitor) -> None:
    add_ready_video(client, filename="old.mp4")
    add_video(client, filename="new.mp4", data=b"another")

    answer = client.get("/videos").get_json()

    assert [(video["id"], video["filename"]) for video in answer["videos"]] == [(2, "new.mp4"), (1, "old.mp4")]
    assert answer["next"] is None


def test_the_list_shows_each_video_as_its_own_address_does(client: Visitor) -> None:
    add_ready_video(client)

    listed = client.get("/videos").get_json()["videos"][0]

    assert listed == client.get("/videos/1").get_json()


def test_the_pages_of_the_list_hold_each_video_once(client: Visitor) -> None:
    for number in range(7):
        add_video(client, data=b"%d" % number)

    found, address, pages = [], "/videos?limit=3", 0
    while address:
        page = client.get(address).get_json()
        found += [video["id"] for video in page["videos"]]
        address, pages = page["next"], pages + 1

    assert (found, pages) == ([7, 6, 5, 4, 3, 2, 1], 3)


def test_a_page_that_ends_the_list_exactly_names_no_other(client: Visitor) -> None:
    for number in range(3):
        add_video(client, data=b"%d" % number)

    page = client.get("/videos?limit=3").get_json()

    assert len(page["videos"]) == 3
    assert page["next"] is None


def test_only_videos_before_the_one_named_are_listed(client: Visitor) -> None:
    for number in range(3):
        add_video(client, data=b"%d" % number)

    page = client.get("/videos?before=3").get_json()

    assert [video["id"] for video in page["videos"]] == [2, 1]


@pytest.mark.parametrize("field", ["before", "limit"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "1e3", "٣", "1_0", " 1", "9" * 30, "9" * 5000])
def test_a_number_that_is_none_is_refused_by_name(read_only_client: Visitor, field: str, value: str) -> None:
    answer = read_only_client.get("/videos", query_string={field: value})

    assert answer.status_code == 400
    assert answer.get_json()["field"] == field


def test_an_enormous_limit_is_brought_down(read_only_client: Visitor) -> None:
    answer = read_only_client.get("/videos?limit=1000000000")

    assert answer.status_code == 200


def test_a_browser_that_asks_for_the_list_is_led_to_the_library(client: Visitor) -> None:
    answer = client.get("/videos", headers=BROWSER)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


# --- one video ------------------------------------------------------------------------------------------------------


def test_a_video_is_shown_with_exactly_these_fields(client: Visitor) -> None:
    add_ready_video(client)

    video = client.get("/videos/1").get_json()

    assert set(video) == VIDEO_KEYS
    facts = "name role width height size_bytes media_type position_seconds score meta url"
    assert set(video["poster"]) == set(facts.split())


def test_a_ready_video_tells_what_is_in_it(client: Visitor) -> None:
    add_ready_video(client)

    video = client.get("/videos/1").get_json()

    assert (video["kind"], video["width"], video["height"], video["codec"]) == ("video", 1280, 720, "h264")
    assert (video["status"], video["progress"], video["duration_seconds"]) == ("COMPLETED", 1.0, 10.0)


def test_the_address_of_the_poster_leads_to_it(client: Visitor) -> None:
    add_ready_video(client, poster=b"this very poster")

    address = client.get("/videos/1").get_json()["poster"]["url"]

    assert client.get(address).data == b"this very poster"


def test_a_video_that_cannot_be_read_says_why(client: Visitor) -> None:
    add_failed_video(client)

    video = client.get("/videos/1").get_json()

    assert (video["status"], video["poster"]) == ("FAILED", None)
    told = {"code": "not_a_video", "message": "This is not a video.", "is_retryable": False, "log": list(SAID)}
    assert video["error"] == told


def test_a_browser_gets_the_video_as_a_page(client: Visitor) -> None:
    video = add_ready_video(client, filename="Ferien.mp4")
    add_picture(client, video)

    page = client.page("/videos/1")

    assert "<h1" in page and "Ferien.mp4" in page
    assert 'id="thumbnail-1"' in page


def test_the_page_of_a_video_that_cannot_be_read_says_why_and_offers_no_form(client: Visitor) -> None:
    add_failed_video(client)

    page = client.page("/videos/1")

    assert "This is not a video." in page
    assert "Make thumbnail" not in page


# --- the library ----------------------------------------------------------------------------------------------------


def test_the_library_has_pages(client: Visitor) -> None:
    for number in range(49):
        add_video(client, data=b"%d" % number)

    first, second = client.page("/"), client.page("/?before=2")

    assert first.count('<li class="card"') == 48
    assert 'href="/?before=2" rel="next"' in first
    assert second.count('<li class="card"') == 1 and 'rel="next"' not in second


def test_an_empty_library_says_what_to_do(client: Visitor) -> None:
    page = client.page("/")

    assert "No videos yet" in page
    assert '<form class="drop" method="post" enctype="multipart/form-data" action="/videos">' in page


def test_the_library_asks_the_database_no_more_often_for_more_videos(client: Visitor) -> None:
    add_ready_video(client)
    with counted(client) as for_one:
        client.page("/")
    for number in range(20):
        add_ready_video(client, data=b"%d" % number)

    with counted(client) as for_many:
        client.page("/")

    assert len(for_many) == len(for_one)
