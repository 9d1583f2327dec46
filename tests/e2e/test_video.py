"""One video: what is in it, its thumbnails, another one."""

import io
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.clips import read_number
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def video_id(service: Service, clip: Path) -> int:
    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")
    return int(video["id"])


def test_the_page_tells_what_is_in_the_file(service: Service, page: Page, video_id: int) -> None:
    page.goto(f"{service.base}/videos/{video_id}")

    facts = page.locator("dl.facts").first
    for fact in ("384 × 192", "0:04 (4.000 s)", "25 fps", "H.264 in MP4"):
        expect(facts).to_contain_text(fact)


def test_the_form_makes_the_frame_that_was_asked_for(service: Service, page: Page, video_id: int) -> None:
    page.goto(f"{service.base}/videos/{video_id}")

    page.fill("#thumbnail-t", "00:00:02.5")
    page.fill("#thumbnail-width", "192")
    page.fill("#thumbnail-height", "96")
    page.select_option("#thumbnail-format", "png")
    page.get_by_role("button", name="Make thumbnail").click()

    picture = page.locator(".out[data-status=COMPLETED]").first.locator("img")
    expect(picture).to_be_visible()
    data = httpx.get(service.base + (picture.get_attribute("src") or "")).content
    assert read_number(np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))) == 62


def test_a_wrong_entry_is_told_beside_its_field_and_kept(service: Service, page: Page, video_id: int) -> None:
    page.goto(f"{service.base}/videos/{video_id}")

    page.fill("#thumbnail-t", "next Tuesday")
    page.get_by_role("button", name="Make thumbnail").click()

    expect(page.locator("#thumbnail-t-note")).to_contain_text("Position cannot be read")
    expect(page.locator("#thumbnail-t")).to_have_value("next Tuesday")


def test_a_video_opened_while_it_is_read_fills_in_by_itself(service: Service, page: Page, clip: Path) -> None:
    video = service.upload(clip)

    page.goto(f"{service.base}/videos/{video['id']}")

    expect(page.locator("media-controller video")).to_be_visible()
    expect(page.locator("dl.facts").first).to_contain_text("384 × 192")


def test_a_name_full_of_markup_is_only_shown(service: Service, page: Page, clip: Path) -> None:
    video = service.upload(clip, name="<img src=x onerror=alert(1)>.mp4")
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")

    page.goto(f"{service.base}/videos/{video['id']}")

    expect(page.locator("h1")).to_have_text("<img src=x onerror=alert(1)>.mp4")


def test_the_form_works_without_scripts(service: Service, plain_page: Page, video_id: int) -> None:
    plain_page.goto(f"{service.base}/videos/{video_id}")

    plain_page.fill("#thumbnail-width", "100")
    plain_page.get_by_role("button", name="Make thumbnail").click()

    assert plain_page.url.startswith(f"{service.base}/videos/{video_id}?") and plain_page.url.endswith("#outputs")
    expect(plain_page.locator(".out").first).to_contain_text("100 × 192")
