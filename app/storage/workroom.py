"""The folders in which a worker's decoders leave their results before they are stored."""

import fcntl
import os
import shutil
import uuid
from pathlib import Path


class Workroom:
    """A folder of this process below `work/`, gone with it: those that a killed process left are cleared at the start.

    A room is held by a file lock, which the kernel lets go when its process ends, however it ends.
    """

    def __init__(self, root: Path) -> None:
        rooms = root / "work"
        rooms.mkdir(parents=True, exist_ok=True)
        for left in rooms.iterdir():
            _clear_if_left(left)
        self._path = rooms / uuid.uuid4().hex[:12]
        self._path.mkdir()
        self._lock = os.open(self._path / "lock", os.O_CREAT | os.O_RDWR)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def folder(self, name: str) -> Path:
        """Return a folder in this room, made where it is not there."""
        path = self._path / name
        path.mkdir(exist_ok=True)
        return path

    def close(self) -> None:
        """Remove the room and what is in it."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._lock)


def _clear_if_left(room: Path) -> None:
    try:
        lock = os.open(room / "lock", os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return  # in the act of being made or removed by its owner, or no room at all
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(room, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
