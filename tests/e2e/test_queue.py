"""The job queue, live."""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.processes]

Start = Callable[..., AbstractContextManager[Service]]

# Writes down every state that a row shows, with the moment it showed it.
_WATCH = """
  window.seen = [];
  new MutationObserver(() => {
    for (const row of document.querySelectorAll("tbody tr")) {
      const now = `${row.id} ${row.querySelector(".status").innerText.trim()}`;
      if (window.seen.at(-1) !== now && !window.seen.includes(now)) window.seen.push(now);
    }
  }).observe(document.querySelector("main"), { childList: true, subtree: true, attributes: true, characterData: true });
"""


def test_every_status_change_is_seen_as_it_happens(service: Service, page: Page, clip: Path) -> None:
    page.goto(f"{service.base}/jobs")
    expect(page.locator(".conn")).to_have_text("Live")
    page.evaluate(_WATCH)

    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")

    row = page.locator(f"#video-{video['id']}")
    expect(row.locator("img")).to_be_visible()
    seen = [state for state in page.evaluate("window.seen") if state.startswith(f"video-{video['id']} ")]
    assert [state.split()[1] for state in seen] == ["Queued", "Processing", "Completed"]


def test_a_row_goes_from_queued_over_processing_to_completed(start_service: Start, page: Page, clip: Path) -> None:
    with start_service(SEATS="1") as service:
        video = service.upload(clip)
        service.wait_until(f"/videos/{video['id']}", "COMPLETED")
        page.goto(f"{service.base}/jobs")
        expect(page.locator(".conn")).to_have_text("Live")
        decoder = service.kill("app.media.decoder_process", signal.SIGSTOP)

        first, second = service.ask(video["id"], "100/50"), service.ask(video["id"], "110/50")

        expect(page.locator(f"#thumbnail-{first['id']} .status")).to_have_text("Processing")
        expect(page.locator(f"#thumbnail-{second['id']} .status")).to_have_text("Queued")
        os.kill(decoder, signal.SIGCONT)
        expect(page.locator(f"#thumbnail-{first['id']} .status")).to_have_text("Completed")
        expect(page.locator(f"#thumbnail-{second['id']}")).to_contain_text("JPEG")


def test_the_page_survives_a_restart_and_catches_up(start_service: Start, page: Page, clip: Path) -> None:
    with start_service() as service:
        page.goto(f"{service.base}/jobs")
        expect(page.locator(".conn")).to_have_text("Live")

        service.stop()
        expect(page.locator(".conn")).not_to_have_text("Live")
        service.start()
        missed = service.upload(clip)
        service.wait_until(f"/videos/{missed['id']}", "COMPLETED")

        expect(page.locator(".conn")).to_have_text("Live", timeout=20_000)
        expect(page.locator(f"#video-{missed['id']} .status")).to_have_text("Completed")


def test_a_page_that_is_cut_off_says_so(start_service: Start, page: Page) -> None:
    with start_service() as service:
        page.clock.install()
        page.goto(f"{service.base}/jobs")
        expect(page.locator(".conn")).to_have_text("Live")

        service.stop()
        expect(page.locator(".conn")).to_have_text("Catching up")
        # Three vain tries, which a browser makes every two seconds or so by its own clock.
        for _ in range(3):
            page.wait_for_timeout(2_500)
            page.clock.run_for(2_700)

        expect(page.locator(".conn")).to_have_text("Offline")
        service.start()
        expect(page.locator(".conn")).to_have_text("Live", timeout=20_000)


def test_what_the_page_shows_in_the_end_is_what_the_database_says(service: Service, page: Page, clip: Path) -> None:
    video = service.upload(clip)
    page.goto(f"{service.base}/jobs")
    jobs = [service.ask(video["id"], f"{width}/100") for width in range(101, 121)]

    for job in jobs:
        service.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED")

    for job in jobs:
        expect(page.locator(f"#thumbnail-{job['id']} .status")).to_have_text("Completed")
        version = page.locator(f"#thumbnail-{job['id']}").get_attribute("data-version")
        assert version == str(service.get(f"/jobs/thumbnails/{job['id']}")["version"])


def test_a_tab_shows_only_its_state(service: Service, page: Page, tmp_path: Path) -> None:
    text = tmp_path / "broken.mp4"
    text.write_text("no video")
    broken = service.upload(text)
    service.wait_until(f"/videos/{broken['id']}", "FAILED")

    page.goto(f"{service.base}/jobs?status=failed")

    assert set(page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.dataset.status)")) == {"FAILED"}
    expect(page.locator(f"#video-{broken['id']}")).to_contain_text("This is text, not a video.")


def test_the_queue_can_be_read_without_scripts(service: Service, plain_page: Page, clip: Path) -> None:
    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")

    plain_page.goto(f"{service.base}/jobs")

    row = plain_page.locator(f"#video-{video['id']}")
    expect(row).to_contain_text("Completed")
    expect(row.locator("time")).to_contain_text("UTC")
