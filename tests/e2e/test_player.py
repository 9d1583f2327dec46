"""Watching a video, with the small pictures of its storyboard over the time range; making things by their forms."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.clips import read_number
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.processes]

FRAMES_PER_SECOND = 25
TILE_SECONDS = 0.5


@pytest.fixture
def video(service: Service, page: Page, clip: Path) -> Iterator[str]:
    """The address of a video's page, which is open. Of styles and files that are refused only the console tells."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    made = service.upload(clip)
    service.wait_until(f"/videos/{made['id']}", "COMPLETED")
    page.goto(f"{service.base}/videos/{made['id']}")
    yield page.url
    assert complaints == []


def make(page: Page, output: str, **fields: str) -> None:
    """Fill in a form, folded options too, and send it."""
    form = page.locator(f"#make-{output}")
    if form.get_attribute("open") is None:
        form.locator("> summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]").first
        if not field.is_visible():
            form.locator(".more > summary").click()
        field.select_option(value) if field.evaluate("field => field.localName") == "select" else field.fill(value)
    form.get_by_role("button", name=re.compile("^Make")).click()


def hover(page: Page, share: float) -> float:
    """Hover over the time range, this far along it; return the time that it tells for that."""
    page.locator("h1").scroll_into_view_if_needed()
    line = page.locator("media-time-range")
    box = line.bounding_box()
    assert box is not None
    at, height = box["x"] + box["width"] * share, box["y"] + box["height"] / 2
    for _ in range(50):
        # A player that is still loading its index shows nothing, and then waits for the mouse to move again.
        page.mouse.move(at - 1, height)
        page.mouse.move(at, height)
        if line.get_attribute("mediapreviewimage"):
            break
        page.wait_for_timeout(100)
    expect(line).to_have_attribute("mediapreviewimage", re.compile(r"/files/sprite-"))
    page.wait_for_timeout(300)
    return float(line.get_attribute("mediapreviewtime") or "nan")


def number_seen(page: Page) -> int:
    """Return the number of the frame in the small picture, as it is seen on the screen."""
    tile = page.locator("media-time-range media-preview-thumbnail")
    return read_number(np.asarray(Image.open(io.BytesIO(tile.screenshot())).convert("RGB")))


@pytest.mark.usefixtures("video")
def test_hovering_over_the_time_range_shows_the_frame_of_that_time(page: Page) -> None:
    make(page, "storyboard", interval_seconds=str(TILE_SECONDS), accuracy="exact")
    expect(page.locator("media-controller track")).to_be_attached(timeout=20_000)

    for share in (0.15, 0.5, 0.9):
        time = hover(page, share)

        tile = int(time / TILE_SECONDS)
        assert number_seen(page) == int(tile * TILE_SECONDS * FRAMES_PER_SECOND)


@pytest.mark.usefixtures("video")
def test_the_players_time_goes_into_the_form(page: Page) -> None:
    page.locator("media-controller video").evaluate("video => { video.currentTime = 2.5 }")

    page.locator("[data-now='thumbnail-t']").click()
    make(page, "thumbnail", format="png")

    row = page.locator(".out[data-status=COMPLETED]").first
    expect(row).to_contain_text("PNG")
    expect(row.locator(".tag")).to_have_text("0:02.48")


@pytest.mark.usefixtures("video")
def test_another_still_is_chosen_with_one_click(page: Page) -> None:
    page.locator("#poster button[name=candidate]").first.click()

    expect(page.locator("#poster .cand[data-chosen]")).to_have_count(1)
    expect(page.locator("#poster .cand").first).not_to_have_attribute("data-chosen", "")


@pytest.mark.usefixtures("video")
def test_what_is_made_appears_without_loading_the_page_again(service: Service, page: Page) -> None:
    make(page, "contact_sheet", columns="2", rows="2")

    row = page.locator(".out", has_text="Contact sheet, 2 × 2 tiles")
    expect(row).to_have_attribute("data-status", "COMPLETED", timeout=20_000)
    expect(row.locator("img")).to_be_visible()


def test_the_code_of_an_output_is_copied(service: Service, page: Page, video: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    make(page, "contact_sheet", columns="3", rows="1")
    row = page.locator(".out[data-status=COMPLETED]", has_text="Contact sheet, 3 × 1 tiles")
    row.locator("h3 a").click()

    page.locator("vt-copy button").click()

    expect(page.locator("vt-copy button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("vt-copy code").inner_text()


def test_without_scripts_the_browsers_own_player_is_there(service: Service, plain_page: Page, clip: Path) -> None:
    made = service.upload(clip)
    service.wait_until(f"/videos/{made['id']}", "COMPLETED")

    plain_page.goto(f"{service.base}/videos/{made['id']}")

    expect(plain_page.locator("vt-player > video[controls]")).to_be_visible()
    plain_page.locator("#make-storyboard > summary").click()
    plain_page.get_by_role("button", name="Make storyboard", exact=True).click()
    expect(plain_page.locator(".out").first).to_contain_text("Storyboard, 10 × 10 tiles")
