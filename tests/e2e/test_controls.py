"""Buttons that do something with jobs, in a real browser: with scripts and without, and what other pages see of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.service import Service

pytestmark = pytest.mark.browser


@pytest.fixture
def paused(start_service: Callable[..., object], clip: Path) -> Iterator[tuple[Service, int]]:
    """A service whose queue is paused, with one video that is ready and one thumbnail that waits."""
    with start_service() as service:  # type: ignore[attr-defined]
        video = service.upload(clip)["id"]
        service.wait_until(f"/videos/{video}", "COMPLETED")
        httpx.post(f"{service.base}/queue/pause", timeout=30)
        service.ask(video)
        yield service, video


def test_a_job_is_cancelled_and_retried_in_its_row(paused: tuple[Service, int], page: Page) -> None:
    service, _video = paused
    page.goto(f"{service.base}/jobs")
    row = page.locator("#thumbnail-1")

    row.get_by_role("button", name="Cancel").click()
    expect(row).to_contain_text("Cancelled")
    expect(page.locator("#job-tabs")).to_contain_text(re.compile(r"Cancelled\s*1"))
    row.get_by_role("button", name="Retry").click()

    expect(row).to_contain_text("Queued")
    expect(row.get_by_role("button", name="Cancel")).to_be_visible()
    assert page.url == f"{service.base}/jobs"


def test_the_queue_goes_on_when_it_is_told_to(paused: tuple[Service, int], page: Page) -> None:
    service, _video = paused
    page.goto(f"{service.base}/jobs")
    expect(page.get_by_role("heading", name="The queue is paused")).to_be_visible()

    page.get_by_role("button", name="Resume").click()

    expect(page.get_by_role("heading", name="The queue is paused")).to_have_count(0)
    expect(page.locator("#thumbnail-1")).to_contain_text("Completed")


def test_all_that_was_cancelled_is_retried(paused: tuple[Service, int], page: Page) -> None:
    service, video = paused
    service.ask(video, "100/100")
    httpx.post(f"{service.base}/jobs/cancel", json={"status": "queued"}, timeout=30)
    page.goto(f"{service.base}/jobs?status=cancelled")

    page.get_by_role("button", name="Retry all").click()

    expect(page.locator("#job-tabs")).to_contain_text(re.compile(r"Queued\s*2"))


def test_a_refusal_is_said_on_the_page(paused: tuple[Service, int], page: Page) -> None:
    service, _video = paused
    page.goto(f"{service.base}/jobs")
    page.evaluate("document.querySelector('#thumbnail-1 form').action = '/jobs/thumbnails/999/cancel'")

    page.locator("#thumbnail-1").get_by_role("button", name="Cancel").click()

    expect(page.locator(".toast")).to_have_text("There is no thumbnail job 999.")


def test_a_deleted_video_goes_from_every_open_page(
    paused: tuple[Service, int], page: Page, context: BrowserContext
) -> None:
    service, video = paused
    page.goto(f"{service.base}/videos/{video}")
    other = context.new_page()
    other.goto(f"{service.base}/jobs")
    expect(other.locator("#thumbnail-1")).to_be_visible()

    page.get_by_text("Delete this video").click()
    page.get_by_role("button", name="Delete it with everything").click()

    expect(page).to_have_url(f"{service.base}/")
    expect(page.locator(f"#video-{video}")).to_have_count(0)
    expect(other.locator("#thumbnail-1")).to_have_count(0)
    expect(other.locator("[data-empty]")).to_be_visible()


def test_without_scripts_each_button_is_a_form(paused: tuple[Service, int], plain_page: Page) -> None:
    service, _video = paused
    plain_page.goto(f"{service.base}/jobs?status=queued")

    plain_page.locator("#thumbnail-1").get_by_role("button", name="Cancel").click()

    assert plain_page.url == f"{service.base}/jobs?status=queued"
    expect(plain_page.locator("#thumbnail-1")).to_have_count(0)
    plain_page.goto(f"{service.base}/jobs/thumbnails/1")
    plain_page.get_by_role("button", name="Retry").click()
    expect(plain_page.locator(".status--pill")).to_contain_text("Queued")
    plain_page.get_by_label("Priority").select_option("high")
    plain_page.get_by_role("button", name="Set").click()
    expect(plain_page.get_by_label("Priority")).to_have_value("high")
