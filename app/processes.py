"""Child processes that neither outlive their parent nor hear the terminal's Ctrl-C."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def spawn(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: IO[bytes] | None = None,
    stdin: bytes = b"",
) -> subprocess.Popen[bytes]:
    """Start a process that is told to end (TERM) when this one ends, however it ends.

    It is in a session of its own: the terminal's signals are for its parent, which decides in what order things stop.
    What it writes goes to `log`, or where this process writes; `stdin` is all that it can read. Only for the main
    thread: with that the child ends, and what is done between fork and exec is not safe beside others.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )
    if process.stdin is not None:
        process.stdin.write(stdin)
        process.stdin.close()
    return process


def end(process: subprocess.Popen[bytes], *, patience_seconds: float) -> int:
    """Ask a process that `spawn` started to end, and see to it that it does; return its exit code."""
    if process.poll() is None:
        process.terminate()
    return await_end(process, patience_seconds=patience_seconds)


def await_end(process: subprocess.Popen[bytes], *, patience_seconds: float) -> int:
    """Wait for a process that `spawn` started and that was asked to end; kill it when it does not.

    Children that it left behind, because it was killed itself, are killed too. Returns its exit code.
    """
    try:
        code = process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return code


def processor_count() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
