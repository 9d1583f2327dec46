"""Shut a process in before it looks at a hostile file.

The decoders are large C libraries and the files come from anywhere, so a file that takes over its decoder must find
nothing: no other file, no network, no program to start, no process to signal, no memory or disk to fill. Each layer
is one the kernel offers an ordinary process; what a kernel lacks is reported, not passed over in silence.

This module loads nothing but the standard library until it is told to: the network namespace must be entered before
any thread starts, and numpy starts some on import.
"""

import ctypes
import errno
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.media.bounds import Bounds, end_with
from app.media.syscalls import LayerMissing, install_filter

_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION_3 = 0x20080522

# Descriptors: the three standard ones, the channel, the source (twice, for formats that must be opened anew), output.
_MAX_OPEN_FILES = 32


@dataclass(frozen=True, slots=True)
class Cell:
    """How large a cell is: bytes of address space, bytes of the one file it is lent for its results.

    `parent_pid` is the process for which it works, and with which it ends. `syscall_filter` is what
    `syscalls.compile_filter` gave; it is compiled outside, once for all cells.
    """

    parent_pid: int
    memory_bytes: int
    output_bytes: int
    syscall_filter: bytes


def enter(cell: Cell, preload: Callable[[], None]) -> dict[str, str]:
    """Shut this process in for good and return what is in force: layer → "on", or "off: why".

    `preload` is called at the one moment when it still may read files and start threads: it must load whatever the
    process will ever need.
    """
    end_with(cell.parent_pid)
    layers = {"network": _try(_leave_network)}
    preload()
    bounds = Bounds(memory_bytes=cell.memory_bytes, output_bytes=cell.output_bytes, open_files=_MAX_OPEN_FILES)
    layers["limits"] = _try(bounds.apply)
    layers["privileges"] = _try(_drop_privileges)
    layers["files"] = _try(_hide_files)
    layers["syscalls"] = _try(lambda: install_filter(cell.syscall_filter))
    return layers


def limit_cpu(seconds: int) -> None:
    """Allow `seconds` more of processor time. The kernel's count is cumulative, so it is set anew for each task."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds + 1, hard))


def _try(layer: Callable[[], None]) -> str:
    try:
        layer()
    except (LayerMissing, OSError, ImportError, RuntimeError) as err:
        return f"off: {err}"
    return "on"


def _leave_network() -> None:
    """Enter an empty network namespace; an ordinary user needs a user namespace of its own for that."""
    if os.geteuid() == 0:
        _unshare(_CLONE_NEWNET)
        return
    uid, gid = os.geteuid(), os.getegid()
    _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _drop_privileges() -> None:
    """Give up every capability (root has them all, a new user namespace grants them) and the way to new ones."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except OSError as err:
            if err.errno != errno.EINVAL and os.geteuid() == 0:  # EINVAL: past the last one this kernel knows
                raise
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if _libc().capset(header, nothing) != 0:
        raise _os_error("capset")


def _hide_files() -> None:
    """Landlock: no file can be opened or made. The source and the file for results come as open descriptors."""
    ctypes.set_errno(0)
    try:
        from landlock import LandlockError, Ruleset
    except ImportError as err:
        raise LayerMissing("the package landlock is not installed") from err
    try:
        Ruleset().apply()
    except LandlockError as err:
        raise LayerMissing(f"Landlock: {err.strerror if isinstance(err, OSError) else err}") from err


def _unshare(flags: int) -> None:
    if _libc().unshare(flags) != 0:
        raise _os_error("unshare")


def _prctl(option: int, value: int) -> None:
    if _libc().prctl(option, value, 0, 0, 0) != 0:
        raise _os_error("prctl")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _os_error(call: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{call}: {os.strerror(number)}")
