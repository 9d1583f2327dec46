"""Watching and saving a video whose bytes are in a bucket: the browser fetches them from another origin."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.bucket import CREDENTIALS, Bucket

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def _wait_until(page: Page, look: Callable[[], bool]) -> None:
    for _ in range(300):
        if look():
            return
        page.wait_for_timeout(100)
    pytest.fail("waited 30 s in vain")


def test_a_film_of_the_store_is_played_seeked_and_saved(
    start_service: Callable[..., Any], own_bucket: Bucket, page: Page, clip: Path
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    with start_service(STORAGE_URL=own_bucket.url(), **CREDENTIALS) as service:
        made = service.upload(clip)
        service.wait_until(f"/videos/{made['id']}", "COMPLETED")
        page.goto(f"{service.base}/videos/{made['id']}")
        film = page.locator("vt-player video")

        film.evaluate("video => video.play()")
        _wait_until(page, lambda: film.evaluate("video => video.currentTime") > 0.2)
        film.evaluate("video => { video.pause(); video.currentTime = 2.5 }")
        _wait_until(page, lambda: not film.evaluate("video => video.seeking"))
        with page.expect_download() as saved:
            page.get_by_role("link", name="Download the file").click()

        assert film.evaluate("video => [video.error, Math.round(video.videoWidth)]") == [None, 384]
        expect(page.locator("img[src*='/candidates/']").first).to_be_visible()
        assert saved.value.suggested_filename == clip.name
        assert saved.value.path().read_bytes() == clip.read_bytes()
    assert said == []
