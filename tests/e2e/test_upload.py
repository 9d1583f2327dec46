"""Adding videos in the browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_a_chosen_file_becomes_a_card_with_its_picture(service: Service, page: Page, clip: Path) -> None:
    page.goto(service.base)

    page.locator("[data-enhanced] input").set_input_files(clip)

    card = page.locator(".card", has_text="Ferien am Meer").first
    expect(card.locator("img")).to_be_visible()
    expect(card).to_contain_text("384 × 192")


def test_several_files_at_once_each_have_their_own_line(
    service: Service, page: Page, clip: Path, tmp_path: Path
) -> None:
    files = [tmp_path / f"holiday {number}.mp4" for number in range(3)]
    for number, file in enumerate(files):
        file.write_bytes(clip.read_bytes() + bytes(number))
    page.goto(service.base)

    page.locator("[data-enhanced] input").set_input_files(files)

    for number in range(3):
        expect(page.locator(".card", has_text=f"holiday {number}").locator("img")).to_be_visible()


def test_the_library_grows_as_it_will_be_when_it_is_loaded_again(service: Service, page: Page, clip: Path) -> None:
    page.goto(service.base)
    before = page.locator(".card").count()

    for number in range(6):
        service.upload(clip, f"grown {number}.mp4")

    expect(page.locator(".card:has(.thumb img)", has_text="grown")).to_have_count(6)
    expect(page.locator("#video-count")).to_have_text(f"{before + 6} videos")
    grown = page.locator(".card").evaluate_all("cards => cards.map(card => card.id)")
    page.reload()
    assert page.locator(".card").evaluate_all("cards => cards.map(card => card.id)") == grown


def test_the_bar_follows_the_upload(service: Service, page: Page, tmp_path: Path) -> None:
    large = tmp_path / "slow.mp4"
    large.write_bytes(bytes(3_000_000))
    page.goto(service.base)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
    network.send("Network.emulateNetworkConditions", slow)

    page.locator("[data-enhanced] input").set_input_files(large)

    line = page.locator(".uploads li")
    expect(line).to_contain_text("of 3 MB")
    expect(line).to_contain_text("/s,")
    assert 5 < line.locator("progress").evaluate("bar => bar.value") < 100


def test_a_file_that_is_no_video_says_so_in_the_library(service: Service, page: Page, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("Milk, bread, a new camera.")
    page.goto(service.base)

    page.locator("[data-enhanced] input").set_input_files(text)

    card = page.locator(".card", has_text="notes").first
    expect(card).to_contain_text("Failed")
    expect(card).to_contain_text("This is text, not a video.")


def test_an_empty_file_is_refused_before_it_is_sent(service: Service, page: Page, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    page.goto(service.base)

    page.locator("[data-enhanced] input").set_input_files(empty)

    expect(page.locator(".uploads li")).to_contain_text("This file is empty.")


def test_dropping_a_file_anywhere_uploads_it(service: Service, page: Page, clip: Path) -> None:
    page.goto(service.base)
    data = page.evaluate_handle(
        """bytes => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "dropped.mp4"));
          return transfer;
        }""",
        list(clip.read_bytes()),
    )

    page.dispatch_event("h1", "drop", {"dataTransfer": data})

    expect(page.locator(".card", has_text="dropped").locator("img").first).to_be_visible()


def test_the_plain_form_works_without_scripts(service: Service, plain_page: Page, clip: Path) -> None:
    plain_page.goto(service.base)

    plain_page.set_input_files("input[name=video]", {"name": "plain.mp4", "mimeType": "", "buffer": clip.read_bytes()})
    plain_page.get_by_role("button", name="Upload", exact=True).click()

    assert plain_page.url == f"{service.base}/"
    expect(plain_page.locator(".card", has_text="plain").first).to_be_visible()
