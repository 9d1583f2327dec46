"""The room in which decoders leave their results: gone with its process, however that ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.storage.workroom import Workroom
from tests.service import ROOT

_LIVE_IN_A_ROOM = """
import sys, time
from pathlib import Path
from app.storage.workroom import Workroom
folder = Workroom(Path(sys.argv[1])).folder("seat-0")
(folder / "result.jpg").write_bytes(b"picture")
print(folder, flush=True)
time.sleep(60)
"""


@contextmanager
def _another_process(root: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process with a room below `root`, and a folder in that room."""
    command = [sys.executable, "-c", _LIVE_IN_A_ROOM, str(root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def _rooms(root: Path) -> list[Path]:
    return sorted((root / "work").iterdir())


def test_a_room_has_folders_by_name(tmp_path: Path) -> None:
    room = Workroom(tmp_path)

    first, again, other = room.folder("seat-0"), room.folder("seat-0"), room.folder("seat-1")

    assert first == again != other
    assert first.is_dir()
    assert other.is_dir()
    room.close()


def test_a_closed_room_is_gone_with_what_is_in_it(tmp_path: Path) -> None:
    room = Workroom(tmp_path)
    (room.folder("seat-0") / "result.jpg").write_bytes(b"picture")

    room.close()

    assert _rooms(tmp_path) == []


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_room_of_a_killed_process_is_cleared_at_the_next_start(tmp_path: Path, number: signal.Signals) -> None:
    with _another_process(tmp_path) as (process, folder):
        process.send_signal(number)
        process.wait(10)
        was_left = folder.is_dir()

        room = Workroom(tmp_path)

    assert was_left
    assert _rooms(tmp_path) == [room.folder("seat-0").parent]
    room.close()


@pytest.mark.processes
def test_the_room_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    with _another_process(tmp_path) as (_process, folder):
        room = Workroom(tmp_path)

        assert (folder / "result.jpg").read_bytes() == b"picture"

    assert len(_rooms(tmp_path)) == 2
    room.close()


def test_something_else_in_the_folder_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".DS_Store").write_bytes(b"")
    (tmp_path / "work" / "empty").mkdir()

    room = Workroom(tmp_path)

    assert room.folder("seat-0").is_dir()
    room.close()
