"""A burglar in the jail: a process that shuts itself in as a decoder does, and then tries everything.

Started by test_jail.py as `python -c … <JSON>`. It becomes the user asked for and forks: the parent plays the worker,
of the same user, and tells afterwards what was done to it; the child enters the jail, tries each attack, and tells
what came of it.
"""

import ctypes
import errno
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import landlock  # noqa: F401  (the jail imports it when it closes)

from app.media import jail
from app.media.syscalls import compile_filter
from tests.media.attacks import (
    DISK,
    FILES,
    KERNEL,
    MEMORY_BYTES,
    NETWORK,
    OUTPUT_BYTES,
    PROCESSES,
    SHARE,
    WORK,
    WORKER,
    World,
)

_PR_SET_DUMPABLE = 4
_EVERYTHING = {**FILES, **NETWORK, **PROCESSES, **WORKER, **KERNEL, **SHARE, **DISK, **WORK}


def attempt(attack: Callable[[World], object], world: World) -> str:
    """Return the name of the error that stopped an attack, or "done"."""
    try:
        attack(world)
    except OSError as err:
        return errno.errorcode.get(err.errno or 0, str(err))
    except Exception as err:  # noqa: BLE001  (any other failure is an answer too)
        return type(err).__name__
    return "done"


def become(user: int) -> None:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    # Without this /proc/self belongs to root after such a change, which no process that was started so knows.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def main() -> None:
    asked = json.loads(sys.argv[1])
    code = compile_filter()
    if asked["user"] is not None:
        become(asked["user"])
    signals: list[int] = []
    for number in (signal.SIGUSR1, signal.SIGIO):
        signal.signal(number, lambda number, _frame: signals.append(number))
    ours, theirs = socket.socketpair()
    os.environ["PRISON_LINE"] = str(theirs.fileno())
    worker = os.getpid()
    results = tempfile.TemporaryFile(dir=asked["output"])  # noqa: SIM115  (until the end)
    prisoner = os.fork()
    if prisoner == 0:
        _be_prisoner(asked, worker, code, theirs, results.fileno())
    theirs.close()
    with ours.makefile() as lines:
        report = json.loads(lines.read() or "{}")
    _pid, status = os.waitpid(prisoner, 0)
    time.sleep(0.05)
    report["status"] = os.waitstatus_to_exitcode(status)
    report["signals"] = len(signals)
    report["disk_bytes"] = os.fstat(results.fileno()).st_blocks * 512
    json.dump(report, sys.stdout)


def _be_prisoner(asked: dict[str, Any], worker: int, code: bytes, line: socket.socket, results: int) -> None:
    for number in (signal.SIGUSR1, signal.SIGIO):
        signal.signal(number, signal.SIG_IGN)
    paths = {name: Path(asked[name]) for name in ("output", "outside", "project_file", "unix_path")}
    lent = {"source": os.open(paths["outside"] / "secret", os.O_RDONLY), "results": results}
    world = World(**paths, **lent, port=asked["port"], abstract_name=asked["abstract_name"], worker=worker)
    cell = jail.Cell(parent_pid=os.getppid(), memory_bytes=MEMORY_BYTES, output_bytes=OUTPUT_BYTES, syscall_filter=code)
    report: dict[str, object] = {"layers": jail.enter(cell, lambda: None)}
    if asked["attack"] == "spin":
        line.sendall(json.dumps(report).encode())
        jail.limit_cpu(0)
        while True:
            pass
    report["outcomes"] = {name: attempt(attack, world) for name, attack in _EVERYTHING.items()}
    line.sendall(json.dumps(report).encode())
    os._exit(0)
