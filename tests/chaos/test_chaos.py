"""The service under load while its processes are killed at random: a short form of `python -m benchmarks.chaos`."""

from pathlib import Path

import pytest

from benchmarks.chaos.run import Plan, run

pytestmark = pytest.mark.processes

# The bar is lease + 5 s on a machine with nothing else to do; tests run on any.
_PATIENCE_SECONDS = 40.0


@pytest.mark.parametrize(
    ("mode", "kills"), [("sqlite", 6), pytest.param("servers", 4, marks=pytest.mark.servers)], ids=["sqlite", "servers"]
)
def test_nothing_is_lost_or_done_twice_whatever_is_killed(mode: str, kills: int, tmp_path: Path) -> None:
    verdict = run(Plan(mode=mode, kills=kills, seed=7, lease_seconds=4, patience_seconds=_PATIENCE_SECONDS), tmp_path)

    assert verdict.kills.total() == kills
    assert verdict.outcomes["completed"] > kills
    assert {column: sentences for column, sentences in verdict.faults.items() if sentences} == {}
