"""A service per test, and clips to feed it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clips import Recipe, make_clip
from tests.service import Service


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short video."""
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", Recipe(frames=50))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that is not started yet, and is stopped after the test."""
    service = Service(tmp_path / "data", SEATS="2", LEASE_SECONDS="2", DRAIN_SECONDS="1")
    yield service
    service.stop()
