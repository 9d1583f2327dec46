"""Bytes in a folder of this machine: written under a temporary name, made durable, then renamed."""

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from app.errors import StorageError
from app.storage.base import BytesMissing

# Runs a call that blocks on the disk. Under gevent it is handed to a real thread, so that others go on.
RunBlocking = Callable[..., Any]


def run_here(call: Callable[..., Any], *arguments: Any) -> Any:
    """Run a blocking call where it stands."""
    return call(*arguments)


class LocalIncoming:
    """A file that grows under a temporary name."""

    def __init__(self, path: Path, place: Callable[[str], Path], run_blocking: RunBlocking) -> None:
        self._path = path
        self._place = place
        self._run_blocking = run_blocking
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = path.open("xb")
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        if self._file is None:
            raise StorageError("The upload was closed before it ended.")
        with _translated("The upload could not be written"):
            self._file.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def keep(self, key: str) -> None:
        if self._file is None:
            raise StorageError("The upload was closed before it ended.")
        target = self._place(key)
        with _translated("The upload could not be stored"):
            self._run_blocking(_keep, self._file, self._path, target)
        self._file = None

    def discard(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # closing writes what is left, and there may be no room for it
                self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)


class LocalStorage:
    """Stores bytes below one folder."""

    def __init__(self, root: Path, run_blocking: RunBlocking = run_here) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._run_blocking = run_blocking
        self._incoming.mkdir(parents=True, exist_ok=True)

    def receive(self) -> LocalIncoming:
        with _translated("No room could be made for the upload"):
            return LocalIncoming(self._incoming / f"{uuid.uuid4().hex}.part", self._place, self._run_blocking)

    def put_file(self, key: str, path: Path) -> None:
        target = self._place(key)
        with _translated("A result could not be stored"):
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)

    def open(self, key: str) -> BinaryIO:
        try:
            return self._place(key).open("rb")
        except FileNotFoundError as err:
            raise BytesMissing("The stored file is gone.") from err
        except OSError as err:
            raise StorageError(f"The stored file cannot be read: {err.strerror}.") from err

    def exists(self, key: str) -> bool:
        return self._place(key).is_file()

    def delete(self, key: str) -> None:
        with _translated("A stored file could not be removed"):
            self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        path = self._root / key
        if ".." in path.parts or not path.is_relative_to(self._root) or path.is_symlink():
            raise StorageError("A key led out of the data folder.")
        return path


def _keep(file: BinaryIO, path: Path, target: Path) -> None:
    """Bring the bytes to the disk, then give them their name, then bring the name to the disk."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise StorageError(f"{what}: {err.strerror or err}.") from err
