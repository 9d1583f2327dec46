"""GET /jobs and below: the queue as a list, its tabs, one job."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.make import HEALS
from tests.web.site import (
    BROWSER,
    Visitor,
    add_failed_thumbnail,
    add_failed_video,
    add_many,
    add_picture,
    add_ready_video,
    add_thumbnail,
    add_video,
    add_worker,
    begin,
    counted,
    open_site,
)

NO_WORKER = "No worker is running"
WORDS = ["All", "Queued", "Processing", "Completed", "Failed", "Cancelled", "Expired"]


def tabs_of(text: str) -> dict[str, str]:
    """Read the tabs of a page: word → count."""
    return dict(re.findall(r'>(\w+)<span class="count">([0-9+]+)</span>', text))


def refs_of(text: str) -> list[str]:
    """Name the rows of a page, from above."""
    return re.findall(r'<tr role="row" id="([a-z]+-[0-9]+)"', text)


def fill(client: Visitor) -> None:
    """One job or more in each state that there is as yet: two COMPLETED, the others one each."""
    video = add_ready_video(client)
    add_picture(client, video, width=100)
    add_failed_thumbnail(client, video, width=200)
    begin(client, add_thumbnail(client, video, width=300), progress=0.42)
    add_thumbnail(client, video, width=400)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Visitor]:
    """A site that was filled, for tests that only read."""
    with open_site(tmp_path_factory.mktemp("filled") / "data", migrated=migrated) as client:
        fill(client)
        yield client


# --- the list for programs ------------------------------------------------------------------------------------------


def test_jobs_of_both_kinds_are_listed_newest_first(filled: Visitor) -> None:
    jobs = filled.get("/jobs").get_json()["jobs"]

    assert [job["status"] for job in jobs] == ["QUEUED", "PROCESSING", "FAILED", "COMPLETED", "COMPLETED"]
    assert [(job["type"], job["id"]) for job in jobs[-2:]] == [("thumbnail", 1), ("video", 1)]


def test_the_list_shows_each_job_as_its_own_address_does(filled: Visitor) -> None:
    for job in filled.get("/jobs").get_json()["jobs"]:
        assert job == filled.get(f"/jobs/{job['type']}s/{job['id']}").get_json()


@pytest.mark.parametrize("path", ["/jobs", "/jobs?status=queued"])
def test_the_pages_of_the_list_hold_each_job_once(client: Visitor, path: str) -> None:
    add_many(client, videos=110, thumbnails=120)

    found, address = [], path
    while address:
        page = client.get(address).get_json()
        found += [(job["type"], job["id"]) for job in page["jobs"]]
        address = page["next"]

    assert len(found) == 230
    assert set(found) == {("video", n + 1) for n in range(110)} | {("thumbnail", n + 1) for n in range(120)}


def test_a_page_that_ends_the_list_exactly_names_no_other(client: Visitor) -> None:
    add_many(client, videos=50, thumbnails=50)

    page = client.get("/jobs").get_json()

    assert (len(page["jobs"]), page["next"]) == (100, None)


@pytest.mark.parametrize("word", ["queued", "processing", "failed", "QUEUED"])
def test_the_list_can_be_of_one_state(filled: Visitor, word: str) -> None:
    jobs = filled.get(f"/jobs?status={word}").get_json()["jobs"]

    assert [job["status"] for job in jobs] == [word.upper()]


@pytest.mark.parametrize("path", ["/jobs", "/jobs/tabs"])
def test_a_state_that_there_is_not_is_refused_by_name(read_only_client: Visitor, path: str) -> None:
    answer = read_only_client.get(f"{path}?status=done")

    assert (answer.status_code, answer.get_json()["field"]) == (400, "status")
    assert answer.get_json()["error"].startswith("status is not one of queued, processing, completed,")


@pytest.mark.parametrize(
    "place",
    "x 1 _ __ 2026-11-21_video_1 2026-11-21T12:00:00_video_1 2026-11-21T12:00:00+00:00_film_1 yesterday_video_1"
    " 2026-11-21T12:00:00+00:00_video_x 2026-11-21T12:00:00+00:00_video_1_1 0001-01-01T00:00:00+23:59_video_1".split()
    + [f"2026-11-21T12:00:00+00:00_video_{'9' * length}" for length in (30, 5000)],
)
def test_a_place_that_is_none_is_refused_by_name(read_only_client: Visitor, place: str) -> None:
    answer = read_only_client.get("/jobs", query_string={"after": place})

    assert (answer.status_code, answer.get_json()["field"]) == (400, "after")


# --- the list for people --------------------------------------------------------------------------------------------


def test_the_page_has_a_row_for_each_job(filled: Visitor) -> None:
    page = filled.page("/jobs")

    assert refs_of(page) == ["thumbnail-4", "thumbnail-3", "thumbnail-2", "thumbnail-1", "video-1"]
    assert "No jobs yet" in page and '<div class="empty" data-empty hidden>' in page


def test_each_row_tells_how_its_job_stands(filled: Visitor) -> None:
    page = filled.page("/jobs")

    assert "42 %" in page and 'value="42" aria-label="Thumbnail, 300 × 180"' in page
    assert "This is not a video." in page and "Waiting for its turn" in page
    assert "Ready for thumbnails" in page and "320 × 180 JPEG, 11 B" in page


def test_a_job_that_is_tried_again_says_why(client: Visitor) -> None:
    claim = begin(client, add_video(client))
    with client.application.app_context():
        client.core.lifecycle.fail(claim, HEALS)

    row = client.get("/jobs/rows?ids=video-1").text

    assert "Trying again, 1 of 3 tries used" in row
    assert "The decoder fell over." in row


def test_a_thumbnail_of_a_video_that_is_not_read_says_that_it_waits(client: Visitor) -> None:
    add_thumbnail(client, add_video(client))

    row = client.get("/jobs/rows?ids=thumbnail-1").text

    assert "Waiting for its video" in row


@pytest.mark.parametrize("path", ["/jobs/rows?ids=thumbnail-1", "/videos/1", "/jobs/thumbnails/1"])
def test_nothing_is_said_of_the_frames_of_a_still_picture(client: Visitor, path: str) -> None:
    add_picture(client, add_ready_video(client, kind="image"))

    answer = client.get(path, headers=BROWSER)

    assert "Frame at" not in answer.text


def test_the_tabs_count_the_jobs_of_each_state(filled: Visitor) -> None:
    tabs = tabs_of(filled.page("/jobs"))

    assert tabs == dict(zip(WORDS, "5112100", strict=True))
    assert tabs == tabs_of(filled.get("/jobs/tabs").text)


def test_many_jobs_are_not_counted_to_the_end(client: Visitor) -> None:
    add_many(client, videos=1001, thumbnails=1)

    tabs = tabs_of(client.get("/jobs/tabs").text)

    assert (tabs["All"], tabs["Queued"], tabs["Failed"]) == ("1000+", "1000+", "0")


@pytest.mark.parametrize("word", ["queued", "processing", "completed", "failed", "cancelled", "expired"])
def test_the_tab_of_the_state_that_is_shown_is_marked(read_only_client: Visitor, word: str) -> None:
    page = read_only_client.page(f"/jobs?status={word}")

    marked = re.findall(r'<a href="([^"]+)" aria-current="page">(\w+)<span class="count">', page)
    assert marked == [(f"/jobs?status={word}", word.capitalize())]


def test_an_empty_queue_says_how_to_begin(client: Visitor) -> None:
    page = client.page("/jobs")

    assert "No jobs yet" in page
    assert '<table class="jobs" role="table" hidden>' in page and '<div class="empty" data-empty>' in page


def test_a_state_without_jobs_says_so(filled: Visitor) -> None:
    page = filled.page("/jobs?status=expired")

    assert "No job is in this state just now." in page


@pytest.mark.parametrize("status", ["", "queued"])
def test_the_pages_for_people_hold_each_job_once_too(client: Visitor, status: str) -> None:
    add_many(client, videos=60, thumbnails=61)

    first = client.page(f"/jobs?status={status}")
    older = re.findall(r'href="([^"]+)" rel="next"', first)[0].replace("&amp;", "&")
    second = client.page(older)

    assert (len(refs_of(first)), len(refs_of(second))) == (100, 21)
    assert len(set(refs_of(first) + refs_of(second))) == 121
    assert ">Newest</a>" in second and 'rel="next"' not in second


def test_the_list_asks_the_database_no_more_often_for_more_jobs(client: Visitor) -> None:
    fill(client)
    with counted(client) as for_few:
        client.page("/jobs")
    for number in range(5):
        video = add_ready_video(client, data=b"%d" % number)
        add_picture(client, video)
        add_failed_thumbnail(client, video, width=64)

    with counted(client) as for_many:
        client.page("/jobs")

    assert len(for_many) == len(for_few)


# --- workers --------------------------------------------------------------------------------------------------------


def test_a_queue_without_a_worker_says_so(client: Visitor) -> None:
    assert NO_WORKER in client.page("/jobs")


def test_a_queue_with_a_worker_does_not_speak_of_it(client: Visitor) -> None:
    add_worker(client)

    page = client.page("/jobs")

    assert NO_WORKER not in page


def test_a_worker_that_fell_silent_is_not_counted_on(client: Visitor, clock: Clock) -> None:
    client.core.transactions.now = clock
    add_worker(client)

    clock.move(16)

    assert NO_WORKER in client.page("/jobs")


def test_a_row_alone_is_the_row_of_the_page(filled: Visitor) -> None:
    page = filled.page("/jobs")

    for ref in refs_of(page):
        assert filled.get(f"/jobs/rows?ids={ref}").text.strip() in page


def test_rows_alone_come_newest_first_whatever_the_order_asked(client: Visitor) -> None:
    fill(client)
    add_failed_video(client, data=b"another")

    rows = client.get("/jobs/rows?ids=thumbnail-1,video-2,thumbnail-4,video-1").text

    assert refs_of(rows) == ["video-2", "thumbnail-4", "thumbnail-1", "video-1"]
