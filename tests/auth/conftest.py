"""A site whose door is knocked at, and how it is opened with other settings."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.web.site import Visitor, add_picture, add_ready_video, open_site


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A client of a site that has one video and one picture; the tests here change nothing that matters to others."""
    with open_site(tmp_path_factory.mktemp("auth") / "data") as client:
        add_picture(client, add_ready_video(client))
        yield client


@pytest.fixture
def open_with(tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Open a site with these settings, until the test ends."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(open_site(tmp_path / "data", **settings))
