"""What a process that works for another one is bound by: it ends with it, and takes no more than it may.

Each process binds itself, before it does anything else. From outside it would be too late for its first moments, and
between fork and exec nothing may be done by a process that has threads. Nothing is loaded here but the standard
library: decoders come through this module before their jail is closed.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_ROOT = Path(__file__).resolve().parents[2]
_BIND = """
import sys
sys.path.insert(0, sys.argv[1])
from app.media.bounds import become
become(sys.argv[2], sys.argv[3:])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a process, and each one that it starts, may take at most; `output_bytes` is for each file it writes."""

    memory_bytes: int
    output_bytes: int
    open_files: int
    cpu_seconds: int | None = None

    def apply(self) -> None:
        """Bind this process for good."""
        bounds = {
            resource.RLIMIT_AS: self.memory_bytes,
            resource.RLIMIT_FSIZE: self.output_bytes,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_CPU: self.cpu_seconds,
            resource.RLIMIT_CORE: 0,
        }
        for bound, most in bounds.items():
            if most is not None:
                _lower(bound, most)


def _lower(bound: int, most: int) -> None:
    """Set a limit for good, unless there is a lower one already, which ordinary users may not raise."""
    _soft, hard = resource.getrlimit(bound)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(bound, (most, most))


def end_with(parent_pid: int, *, by: signal.Signals = signal.SIGKILL) -> None:
    """Be sent a signal when the thread that started this process ends, however it goes.

    Without it a process burns on after its worker's kill -9. Exits where the parent is gone already.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent_pid:
        sys.exit("The parent was gone before its child was bound to it.")


def bound_command(command: Sequence[str], bounds: Bounds) -> list[str]:
    """Return the command that runs another one (a program's path, and what it is told) within bounds.

    It ends with this process.
    """
    told = json.dumps({"parent_pid": os.getpid(), "bounds": asdict(bounds)})
    return [sys.executable, "-IS", "-c", _BIND, str(_ROOT), told, *command]


def become(told: str, command: list[str]) -> None:
    """Bind this process and turn it into the program of `bound_command`."""
    order = json.loads(told)
    end_with(order["parent_pid"])
    Bounds(**order["bounds"]).apply()
    os.execv(command[0], command)  # noqa: S606  (no shell is wanted)
