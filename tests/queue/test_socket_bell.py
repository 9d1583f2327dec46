"""The bell of one machine: between processes, in any folder, past the dead."""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.queue.bell import SocketBell
from tests.service import ROOT

_WAIT = """
import sys
from pathlib import Path
from app.queue.bell import SocketBell
bell = SocketBell(Path(sys.argv[1]))
bell.wait(0)
print("waiting", flush=True)
print(bell.wait(10), flush=True)
"""


@contextmanager
def _another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that waits for the bell, and says whether it was woken."""
    command = [sys.executable, "-c", _WAIT, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.processes
def test_a_ring_wakes_a_waiter_in_another_process(tmp_path: Path) -> None:
    bell = SocketBell(tmp_path)
    with _another_process(tmp_path) as process:
        bell.ring()

        said, _ = process.communicate(timeout=5)

    bell.close()
    assert said == "True\n"


@pytest.mark.processes
def test_the_socket_of_a_dead_process_is_removed(tmp_path: Path) -> None:
    bell = SocketBell(tmp_path)
    bell.wait(0)
    with _another_process(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(5)
    was_left = len(list(tmp_path.iterdir()))

    bell.ring()

    assert was_left == 2
    assert [path.name.partition("-")[0] for path in tmp_path.iterdir()] == [str(os.getpid())]
    bell.close()


def test_a_bell_that_only_rings_has_no_socket(tmp_path: Path) -> None:
    bell = SocketBell(tmp_path)

    bell.ring()

    assert list(tmp_path.iterdir()) == []
    bell.close()


def test_a_closed_bell_leaves_nothing_behind(tmp_path: Path) -> None:
    bell = SocketBell(tmp_path)
    bell.wait(0)
    before = len(list(tmp_path.iterdir()))

    bell.close()

    assert before == 1
    assert list(tmp_path.iterdir()) == []


def test_a_very_long_folder_will_do(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a quite long name of a folder"] * 20)
    waiter, ringer = SocketBell(folder), SocketBell(folder)
    waiter.wait(0)

    ringer.ring()

    assert len(str(folder)) > 500
    assert waiter.wait(1) is True
    waiter.close()
    ringer.close()


def test_two_services_do_not_hear_each_other(tmp_path: Path) -> None:
    ours, theirs = SocketBell(tmp_path / "ours"), SocketBell(tmp_path / "theirs")
    ours.wait(0)

    theirs.ring()

    assert ours.wait(0.05) is False
    ours.close()
    theirs.close()


def test_what_fills_the_folder_stops_no_ring(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a socket")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.bind(str(tmp_path / "stream"))
        waiter, ringer = SocketBell(tmp_path), SocketBell(tmp_path)
        waiter.wait(0)

        ringer.ring()

        assert waiter.wait(1) is True
    waiter.close()
    ringer.close()


def test_a_folder_that_was_removed_stops_nobody(tmp_path: Path) -> None:
    bell = SocketBell(tmp_path / "bells")
    (tmp_path / "bells").rmdir()

    bell.ring()

    assert not (tmp_path / "bells").exists()
    bell.close()


def test_a_closed_bell_disturbs_no_other(tmp_path: Path) -> None:
    closed, waiter, ringer = SocketBell(tmp_path), SocketBell(tmp_path), SocketBell(tmp_path)
    for bell in (closed, waiter):
        bell.wait(0)
    closed.close()

    ringer.ring()

    assert waiter.wait(1) is True
    waiter.close()
    ringer.close()


def test_a_process_with_many_open_files_can_wait(tmp_path: Path) -> None:
    with closing(SocketBell(tmp_path)) as waiter, closing(SocketBell(tmp_path)) as ringer, _many_open_files(1100):
        waiter.wait(0)

        ringer.ring()

        assert waiter.wait(1) is True


@contextmanager
def _many_open_files(count: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2 * count), before[1]))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(count)]
    try:
        yield
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
