"""A test of each file that the manifest names."""

import pytest

from tests.corpus.entries import list_entries


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entry" in metafunc.fixturenames:
        metafunc.parametrize("entry", list_entries(), ids=lambda entry: str(entry["name"]))
