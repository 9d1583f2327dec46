"""Bytes in a folder of this machine: written under a temporary name, made durable, then renamed."""

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from app.errors import StorageError, StorageFull
from app.storage.base import BytesMissing, Stored

# Runs a call that blocks on the disk. Under gevent it is handed to a real thread, so that others go on.
RunBlocking = Callable[..., Any]


def run_here(call: Callable[..., Any], *arguments: Any) -> Any:
    """Run a blocking call where it stands."""
    return call(*arguments)


class LocalIncoming:
    """A file that grows under a temporary name, locked for as long: the lock ends with the process."""

    def __init__(self, key: str, target: Path, folder: Path, run_blocking: RunBlocking) -> None:
        self.key = key
        self._target = target
        self._run_blocking = run_blocking
        self._hash = hashlib.sha256()
        self._path, opened = _create_locked(folder)
        self._file: BinaryIO | None = opened
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        if self._file is None:
            raise StorageError("The file was closed before it ended.")
        with _translated("The file could not be written"):
            self._file.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def keep(self) -> None:
        if self._file is None:
            raise StorageError("The file was closed before it ended.")
        with _translated("The file could not be stored"):
            self._run_blocking(_keep, self._file, self._path, self._target)
        self._file = None

    def discard(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # closing writes what is left, and there may be no room for it
                self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)


class LocalStorage:
    """Stores bytes below one folder."""

    kind = "local"
    origin = ""

    def __init__(self, root: Path, run_blocking: RunBlocking = run_here, *, min_free_bytes: int = 0) -> None:
        self._root = root
        self._min_free_bytes = min_free_bytes
        self._incoming = root / "incoming"
        self._run_blocking = run_blocking
        self._incoming.mkdir(parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            _remove_if_left(left)

    def has_room(self, expected_bytes: int = 0) -> bool:
        return shutil.disk_usage(self._root).free - expected_bytes >= self._min_free_bytes

    def receive(self, key: str, expected_bytes: int = 0) -> LocalIncoming:
        target = self._place(key)
        if not self.has_room(expected_bytes):
            raise StorageFull("There is no room for this file: the disk is nearly full.")
        with _translated("No room could be made for the file"):
            return LocalIncoming(key, target, self._incoming, self._run_blocking)

    def open(self, key: str) -> BinaryIO:
        if not key:
            raise BytesMissing("The stored file is gone.")
        try:
            return self._place(key).open("rb")
        except FileNotFoundError as err:
            raise BytesMissing("The stored file is gone.") from err
        except OSError as err:
            raise StorageError(f"The stored file cannot be read: {err.strerror}.") from err

    def link(self, key: str, *, media_type: str, disposition: str, seconds: int) -> str:
        return ""  # browsers fetch from the service

    def exists(self, key: str) -> bool:
        return self._place(key).is_file()

    def delete(self, key: str) -> None:
        with _translated("A stored file could not be removed"):
            self._place(key).unlink(missing_ok=True)

    def list_below(self, prefix: str) -> Iterator[Stored]:
        for folder, _folders, names in os.walk(self._place(prefix)):
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):  # removed since
                    facts = path.stat()
                    kept_at = datetime.fromtimestamp(facts.st_mtime, UTC)
                    yield Stored(str(path.relative_to(self._root)), facts.st_size, kept_at)

    def delete_below(self, prefix: str) -> None:
        with _translated("Stored files could not be removed"), suppress(FileNotFoundError):
            shutil.rmtree(self._place(prefix))

    def clear_abandoned(self, before: datetime) -> None:
        pass  # what a process left is gone when the next one starts

    def check(self) -> None:
        if not self._incoming.is_dir():
            raise StorageError("The data folder is not there.")

    def close(self) -> None:
        pass

    def _place(self, key: str) -> Path:
        path = self._root / key
        if ".." in path.parts or not path.is_relative_to(self._root) or path.is_symlink():
            raise StorageError("A key led out of the data folder.")
        return path


def _create_locked(folder: Path) -> tuple[Path, BinaryIO]:
    while True:
        path = folder / f"{uuid.uuid4().hex}.part"
        file = path.open("xb")
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists():
                return path, file
        # A process that starts just now took it for one that was left.
        file.close()


def _remove_if_left(path: Path) -> None:
    """Remove a file whose writer is gone."""
    with suppress(OSError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


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
