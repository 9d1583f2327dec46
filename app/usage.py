"""What processes have used, and what this machine has left for more of them; as Linux tells it."""

import os
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds of processes below this one, ended ones too; peak memory of those that there are."""

    cpu_seconds: float
    peak_bytes: int


def usage_below(*, beside: Iterable[int] = ()) -> Usage:
    """Return what the processes below this one have used so far, `beside` those with these ids."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds, peak_bytes = ended.ru_utime + ended.ru_stime, 0
    for pid in set(pids_below()).difference(beside):
        try:
            fields = _after_name((_PROC / str(pid) / "stat").read_text())
            cpu_seconds += (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
            peak_bytes += _kib_of(_PROC / str(pid) / "status", "VmHWM:") * 1024
        except (OSError, ValueError):  # it has just ended
            continue
    return Usage(cpu_seconds, peak_bytes)


def available_bytes() -> int:
    """Return how much memory can be taken: what the machine has left, or less where a container is held to less."""
    return max(0, min([_kib_of(_PROC / "meminfo", "MemAvailable:") * 1024, *_left_in_cgroups()]))


def processor_quota() -> float | None:
    """Return how many processors' time a container may take; None where it is held to none."""
    quotas = []
    for folder in _own_cgroups():
        try:
            quota, period = (folder / "cpu.max").read_text().split()
            # Where there is no limit the word is "max", which is no number.
            quotas.append(int(quota) / int(period))
        except (OSError, ValueError):
            continue
    return min(quotas, default=None)


def _left_in_cgroups() -> list[int]:
    left = []
    for folder in _own_cgroups():
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            try:
                # Where there is no limit the word is "max", which is no number.
                left.append(int((folder / limit).read_text()) - int((folder / used).read_text()) + _cached(folder))
            except (OSError, ValueError):
                continue
    return left


def _cached(folder: Path) -> int:
    """Return what a cgroup counts as used that the kernel gives back when it is needed: files read lately."""
    for line in (folder / "memory.stat").read_text().splitlines():
        name, _space, number = line.partition(" ")
        if name in ("inactive_file", "total_inactive_file"):
            return int(number)
    return 0


def _own_cgroups() -> list[Path]:
    """Return the folders of the cgroups that this process is in, and of those around them."""
    folders: list[Path] = []
    try:
        lines = (_PROC / "self" / "cgroup").read_text().splitlines()
    except OSError:  # a kernel without them
        return folders
    for line in lines:
        _number, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            own = _CGROUPS / controllers / path.lstrip("/")
            folders += [one for one in (own, *own.parents) if one.is_relative_to(_CGROUPS)]
    return folders


def pids_below() -> list[int]:
    """Return the processes below this one, parents before their children."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(_after_name((entry / "stat").read_text())[1])
            except (OSError, ValueError):
                continue
    found = [os.getpid()]
    for one in found:
        found.extend(child for child, parent in parents.items() if parent == one)
    return found[1:]


def _after_name(stat: str) -> list[str]:
    # The name stands in brackets and may hold anything.
    return stat.rpartition(")")[2].split()


def _kib_of(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0
