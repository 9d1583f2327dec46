"""A real Chromium on the pages of a real service."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.clips import Recipe, make_clip
from tests.service import Service, running

# What keeps a browser of the system quiet where there is no network beyond this machine.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise FileNotFoundError("Chromium is not installed. On Debian: apt-get install chromium; or run with --fast.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose script must not fail: an error on it fails the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page in a browser with scripts turned off."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short video whose frames name themselves."""
    return make_clip(tmp_path_factory.mktemp("clips") / "Ferien am Meer.mp4", Recipe(frames=100, width=384, height=192))


@pytest.fixture(scope="session")
def start_service(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., object]:
    """Run a service in a data folder of its own, for the length of a block."""
    return lambda *arguments, **settings: running(tmp_path_factory.mktemp("service") / "data", *arguments, **settings)


@pytest.fixture(
    params=[(), pytest.param(("--servers",), marks=pytest.mark.servers)], ids=["default", "servers"], scope="session"
)
def service(request: pytest.FixtureRequest, start_service: Callable[..., object]) -> Iterator[Service]:
    """Each arrangement in turn: SQLite with the bell, MariaDB with Redis. Shared: tests add to what is there."""
    with start_service(*request.param) as service:  # type: ignore[attr-defined]
        yield service
