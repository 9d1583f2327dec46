"""What a container is held to, by files as Linux has them."""

from pathlib import Path

import pytest

from app import usage
from app.usage import available_bytes, processor_quota


@pytest.fixture
def cgroups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine's cgroups, none of them with a limit; this process is in /pods/web."""
    proc, folder = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text("0::/pods/web\n")
    (proc / "meminfo").write_text("MemTotal: 2000 kB\nMemAvailable: 1000 kB\n")
    (folder / "pods" / "web").mkdir(parents=True)
    monkeypatch.setattr(usage, "_PROC", proc)
    monkeypatch.setattr(usage, "_CGROUPS", folder)
    return folder


@pytest.mark.parametrize(
    ("around", "own", "processors"),
    [
        ("150000 100000", "max 100000", 1.5),
        ("150000 100000", "400000 100000", 1.5),
        ("400000 100000", "50000 100000", 0.5),
        ("max 100000", "max 100000", None),
    ],
)
def test_the_least_of_the_limits_around_a_process_holds(
    cgroups: Path, around: str, own: str, processors: float | None
) -> None:
    (cgroups / "pods" / "cpu.max").write_text(f"{around}\n")
    (cgroups / "pods" / "web" / "cpu.max").write_text(f"{own}\n")

    assert processor_quota() == processors


def test_a_limit_on_memory_around_a_process_holds(cgroups: Path) -> None:
    for name, number in (("memory.max", 500_000), ("memory.current", 200_000)):
        (cgroups / "pods" / name).write_text(f"{number}\n")
    (cgroups / "pods" / "memory.stat").write_text("anon 150000\ninactive_file 50000\n")

    assert available_bytes() == 350_000


def test_a_machine_without_cgroups_holds_nobody_to_less(cgroups: Path) -> None:
    (cgroups.parent / "proc" / "self" / "cgroup").unlink()

    assert (processor_quota(), available_bytes()) == (None, 1000 * 1024)
