"""The jail from inside: a process of the same user as its worker shuts itself in and tries to get out.

Everything is tried twice, as the user that runs these tests and (where that is root) as nobody. A layer that the
kernel does not offer says so; then what only that layer refuses may succeed.
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

from tests.media.attacks import FILES, KERNEL, NETWORK, PROCESSES, SHARE, WORK, WORKER

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
LAYERS = {"network", "limits", "privileges", "files", "syscalls"}
# ENOSYS is what libc must hear to fork in a way that can be refused.
REFUSALS = {"EPERM", "EACCES", "ENOSYS"}
# Without a network there is nobody there; a socket cannot even be made.
NO_NETWORK = {*REFUSALS, "ECONNREFUSED", "ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "LookupError"}
TOO_MUCH = {*REFUSALS, "MemoryError", "ENOMEM", "EFBIG", "EMFILE", "ENOSPC", "ValueError"}
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from tests.media.prisoner import main; main()"


@dataclass(frozen=True)
class Prison:
    """What came of a night in the jail, and what is in the folder outside in the morning."""

    layers: dict[str, str]
    outcomes: dict[str, str]
    signals: int
    outside: dict[str, bytes]

    def has(self, *layers: str) -> bool:
        return any(self.layers[layer] == "on" for layer in layers)


@pytest.fixture(scope="module", params=["ourselves", "nobody"])
def user(request: pytest.FixtureRequest) -> int | None:
    """Whom the prisoner is to become; None is nobody else, and only root can become another."""
    return NOBODY if request.param == "nobody" and os.geteuid() == 0 else None


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
    outside = {path.name: path.read_bytes() for path in (folder / "outside").iterdir()}
    yield Prison(report["layers"], report["outcomes"], report["signals"], outside)


def test_every_layer_is_in_force_or_says_why_not(prison: Prison) -> None:
    assert set(prison.layers) == LAYERS
    assert [state for state in prison.layers.values() if state != "on" and len(state) < len("off: x")] == []


def test_what_an_ordinary_kernel_offers_is_in_force(prison: Prison) -> None:
    always = {name: prison.layers[name] for name in ("limits", "privileges")}

    assert always == {"limits": "on", "privileges": "on"}


@pytest.mark.parametrize("attack", FILES)
def test_no_file_is_reached_but_those_in_the_output_folder(prison: Prison, attack: str) -> None:
    outcome = prison.outcomes[attack]

    assert outcome in REFUSALS or not prison.has("files")


def test_nothing_outside_the_output_folder_was_touched(prison: Prison) -> None:
    assert prison.outside == {"secret": b"secret"} or not prison.has("files")


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


@pytest.mark.parametrize("work", WORK)
def test_the_work_of_a_decoder_is_still_possible(prison: Prison, work: str) -> None:
    outcome = prison.outcomes[work]

    assert outcome == "done"


def test_a_process_that_spins_is_ended_by_its_limit_of_processor_time(folder: Path, user: int | None) -> None:
    report = ask(folder, user, attack="spin")

    assert -report["status"] in (24, 9)  # SIGXCPU, SIGKILL


def test_a_process_whose_parent_is_gone_does_not_begin(folder: Path, user: int | None) -> None:
    # The child waits until it belongs to process 1 or to whoever adopts orphans here, and only then closes the jail.
    orphan = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from app.media import jail
parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        time.sleep(0.01)
    adopter = os.getppid()
    cell = jail.Cell(memory_bytes=1 << 29, output_bytes=1 << 20, output=Path({str(folder)!r}), syscall_filter=b"")
    try:
        jail.enter(cell, lambda: None)
    except SystemExit:
        print("refused", flush=True)
    else:
        print("entered", adopter, flush=True)
"""

    done = subprocess.run([sys.executable, "-I", "-c", orphan], capture_output=True, text=True, timeout=30, check=True)

    assert done.stdout.split()[0] == "refused"
