"""Each kind of storage."""

from pathlib import Path

import pytest

from app.storage.base import Storage
from app.storage.local import LocalStorage
from app.storage.memory import MemoryStorage


@pytest.fixture(params=["memory", "local"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Each kind of storage in turn, empty."""
    return MemoryStorage() if request.param == "memory" else LocalStorage(tmp_path / "data")
