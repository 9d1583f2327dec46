"""Look at processes through /proc."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def children(parent: int | None = None) -> set[int]:
    """Return the numbers of the living children of a process; of this one where none is named."""
    wanted = parent or os.getpid()
    return {int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent_and_state(path) in _living(wanted)}


def is_alive(process: int) -> bool:
    """Tell whether a process runs or waits; one that is dead but not yet buried does not."""
    found = _parent_and_state(Path(f"/proc/{process}"))
    return found is not None and found[1] not in "ZX"


def reached(condition: Callable[[], bool], *, seconds: float = 20.0) -> bool:
    """Wait until something is so, and tell whether it came to be."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def _parent_and_state(path: Path) -> tuple[int, str] | None:
    try:
        # The name in brackets may itself hold blanks and brackets.
        state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return int(parent), state


def _living(parent: int) -> set[tuple[int, str]]:
    return {(parent, state) for state in "RSDTtIWP"}
