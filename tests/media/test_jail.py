"""The jail from inside: a process of the same user as its worker shuts itself in and tries to get out.

Everything is tried as the user that runs these tests and, where that is root, as nobody too. A layer that the kernel
does not offer says so; then what only that layer refuses may succeed.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.media.attacks import DISK, FILES, KERNEL, NETWORK, OUTPUT_BYTES, PROCESSES, SHARE, WORK, WORKER

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
LAYERS = {"network", "limits", "privileges", "files", "syscalls"}
# ENOSYS is what libc must hear to fork in a way that can be refused.
REFUSALS = {"EPERM", "EACCES", "ENOSYS"}
# EBADF: what is open for reading only cannot be written to.
SHUT = {*REFUSALS, "EBADF"}
# Without a network there is nobody there; a socket cannot even be made.
NO_NETWORK = {*REFUSALS, "ECONNREFUSED", "ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "LookupError"}
TOO_MUCH = {*REFUSALS, "MemoryError", "ENOMEM", "EFBIG", "EMFILE", "ENOSPC", "ValueError"}
USERS = {"root": None, "nobody": NOBODY} if os.geteuid() == 0 else {"ourselves": None}
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from tests.media.prisoner import main; main()"


@dataclass(frozen=True)
class Prison:
    """What came of a night in the jail, and what is in the folders and on the disk in the morning."""

    layers: dict[str, str]
    outcomes: dict[str, str]
    signals: int
    disk_bytes: int
    outside: dict[str, bytes]
    output: dict[str, bytes]

    def has(self, *layers: str) -> bool:
        return any(self.layers[layer] == "on" for layer in layers)


@pytest.fixture(scope="module", params=USERS)
def user(request: pytest.FixtureRequest) -> int | None:
    """Whom the prisoner is to become; None is nobody else, and only root can become another."""
    return USERS[request.param]


@pytest.fixture(scope="module")
def folder(user: int | None) -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory(prefix="jail-", dir="/tmp") as name:
        path = Path(name)
        for name_inside in ("output", "outside"):
            (path / name_inside).mkdir()
        (path / "outside/secret").write_text("secret")
        (path / "output/kept").write_text("kept")
        path.chmod(0o755)
        for part in path.rglob("*"):
            os.chown(part, user if user is not None else -1, -1)
        yield path


def ask(folder: Path, user: int | None, *, port: int = 0, name: str = "", attack: str = "everything") -> dict[str, Any]:
    asked = {
        "user": user,
        "attack": attack,
        "output": str(folder / "output"),
        "outside": str(folder / "outside"),
        "project_file": str(ROOT / "app/config.py"),
        "unix_path": str(folder / "line"),
        "port": port,
        "abstract_name": name,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-c", _START, str(ROOT), json.dumps(asked)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"the prisoner killed its worker: {done.returncode} {done.stderr}"
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def prison(folder: Path, user: int | None) -> Iterator[Prison]:
    """Let a prisoner try everything, with somebody at each address that it may call."""
    name = f"jail-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as port, socket.socket(socket.AF_UNIX) as line:
        line.bind(str(folder / "line"))
        (folder / "line").chmod(0o777)
        line.listen()
        with socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind("\0" + name)
            abstract.listen()
            report = ask(folder, user, port=port.getsockname()[1], name=name)
    outside, output = (
        {path.name: path.read_bytes() for path in (folder / name).iterdir()} for name in ("outside", "output")
    )
    yield Prison(
        report["layers"], report["outcomes"], report["signals"], report["disk_bytes"], outside=outside, output=output
    )


def test_every_layer_is_in_force_or_says_why_not(prison: Prison) -> None:
    assert set(prison.layers) == LAYERS
    assert [state for state in prison.layers.values() if state != "on" and len(state) < len("off: x")] == []


def test_what_an_ordinary_kernel_offers_is_in_force(prison: Prison) -> None:
    always = {name: prison.layers[name] for name in ("limits", "privileges")}

    assert always == {"limits": "on", "privileges": "on"}


@pytest.mark.parametrize("attack", FILES)
def test_no_file_is_reached_by_its_name_or_made(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in SHUT or not prison.has("files", "syscalls")


def test_no_folder_was_touched(prison: Prison) -> None:
    untouched = (prison.outside, prison.output) == ({"secret": b"secret"}, {"kept": b"kept"})

    assert untouched or not prison.has("files", "syscalls")


@pytest.mark.parametrize("attack", NETWORK)
def test_nobody_is_called_by_any_kind_of_socket(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in NO_NETWORK or not prison.has("network", "syscalls")


@pytest.mark.parametrize("attack", PROCESSES)
def test_no_program_and_no_other_process_is_started(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in REFUSALS or not prison.has("syscalls")


@pytest.mark.parametrize("attack", WORKER)
def test_the_worker_is_neither_ended_nor_read_nor_slowed(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in REFUSALS or not prison.has("syscalls")


def test_no_signal_reached_the_worker(prison: Prison) -> None:
    assert prison.signals == 0 or not prison.has("syscalls")


@pytest.mark.parametrize("attack", KERNEL)
def test_the_doors_of_the_kernel_are_shut(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in REFUSALS or not prison.has("syscalls")


@pytest.mark.parametrize("attack", SHARE)
def test_nobody_takes_more_than_its_share(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in TOO_MUCH


@pytest.mark.parametrize("attack", DISK)
def test_the_disk_is_not_filled_past_the_one_file(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in TOO_MUCH or not prison.has("syscalls")


def test_all_results_together_take_no_more_room_than_allowed(prison: Prison) -> None:
    # A few blocks more: what the file system needs to know where the others are.
    assert prison.disk_bytes <= OUTPUT_BYTES + (1 << 16) or not prison.has("syscalls")


@pytest.mark.parametrize("work", WORK)
def test_the_work_of_a_decoder_is_still_possible(prison: Prison, work: str) -> None:
    outcome = prison.outcomes[work]

    assert outcome == "done"


def test_a_process_that_spins_is_ended_by_its_limit_of_processor_time(folder: Path, user: int | None) -> None:
    report = ask(folder, user, attack="spin")

    assert -report["status"] in (24, 9)  # SIGXCPU, SIGKILL


def test_a_process_whose_parent_is_gone_does_not_begin() -> None:
    # The child waits until it belongs to process 1 or to whoever adopts orphans here, and only then closes the jail.
    orphan = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT)!r})
from app.media import jail
parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        time.sleep(0.01)
    adopter = os.getppid()
    cell = jail.Cell(parent_pid=parent, memory_bytes=1 << 29, output_bytes=1 << 20, syscall_filter=b"")
    try:
        jail.enter(cell, lambda: None)
    except SystemExit:
        print("refused", flush=True)
    else:
        print("entered", adopter, flush=True)
"""

    done = subprocess.run([sys.executable, "-I", "-c", orphan], capture_output=True, text=True, timeout=30, check=True)

    assert done.stdout.split()[0] == "refused"
