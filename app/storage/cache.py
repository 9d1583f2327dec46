"""Copies on this machine of bytes that are stored elsewhere: decoders read files, and read them more than once.

A copy is named by a hash, so it never changes. It is fetched under another name, by one process at a time, and then
renamed. Whoever has opened a copy goes on reading when it is removed.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.errors import StorageError, StorageFull

_PART = ".part"
_LOOK_SECONDS = 0.05
# What was deleted in the store is not to live on here for long.
_UNUSED_SECONDS = 24 * 3600.0

Fetch = Callable[[BinaryIO], None]


class Cache:
    """A folder of copies, shared by the processes of a machine; what was not used for longest goes first."""

    def __init__(self, folder: Path, *, most_bytes: int, min_free_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._min_free_bytes = min_free_bytes
        folder.mkdir(parents=True, exist_ok=True)

    def open(self, key: str, version: str, size_bytes: int, fetch: Fetch) -> BinaryIO:
        """Open the copy of one version of the bytes under a key, fetched first where there is none.

        Raises StorageFull where there is no room for it, and what `fetch` raises.
        """
        path = self._folder / f"{_hashed(key)}-{_hashed(version)}"
        while True:
            with _translated("A copy on this machine cannot be used"):
                if (found := _open_whole(path, size_bytes)) is not None:
                    return found
                with _held(path.with_name(path.name + _PART)) as part:
                    if part is not None and not path.exists():
                        return self._fetch(path, part, size_bytes, fetch)
                    if part is not None:  # whoever held it before has brought the copy
                        part.unlink()
                        continue
            time.sleep(_LOOK_SECONDS)

    def forget(self, key: str) -> None:
        """Remove the copies of what was stored under a key."""
        for path in self._folder.glob(f"{_hashed(key)}-*"):
            if not path.name.endswith(_PART):
                path.unlink(missing_ok=True)

    def has_room(self) -> bool:
        """Tell whether what is to stay free on the disk is free; copies give way for it."""
        if not self._is_free(0):
            self._trim(0)
        return self._is_free(0)

    def _fetch(self, path: Path, part: Path, size_bytes: int, fetch: Fetch) -> BinaryIO:
        try:
            self._trim(size_bytes)
            if not self._is_free(size_bytes):
                raise StorageFull("There is no room for a copy of this file: the disk is nearly full.")
            with part.open("wb") as file:
                fetch(file)
            # Opened for reading only: what decodes it must not be able to change it.
            copy = part.open("rb")
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return copy

    def _is_free(self, size_bytes: int) -> bool:
        return shutil.disk_usage(self._folder).free - size_bytes >= self._min_free_bytes

    def _trim(self, coming_bytes: int) -> None:
        """Remove copies until those that stay and the one that comes have room."""
        copies = sorted(self._copies())
        used_bytes = sum(size for _used_at, size, _path in copies)
        for used_at, size, path in copies:
            is_too_much = used_bytes + coming_bytes > self._most_bytes or not self._is_free(coming_bytes)
            if not is_too_much and time.time() - used_at < _UNUSED_SECONDS:
                break
            path.unlink(missing_ok=True)
            used_bytes -= size

    def _copies(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                facts = path.stat()
                if not path.name.endswith(_PART):
                    yield facts.st_mtime, facts.st_size, path
                elif time.time() - facts.st_mtime > _UNUSED_SECONDS:
                    path.unlink()  # left by a process that was killed


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _open_whole(path: Path, size_bytes: int) -> BinaryIO | None:
    """Open a copy if it is there, and say that it was used. One that the machine's fall cut short is removed."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    if os.fstat(file.fileno()).st_size != size_bytes:
        file.close()
        path.unlink(missing_ok=True)
        return None
    with suppress(FileNotFoundError):
        os.utime(path)
    return file


@contextmanager
def _held(part: Path) -> Iterator[Path | None]:
    """Hold a file that is being fetched, for as long as this block or process lives; None: somebody else does."""
    with part.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        # Whoever held it before may have renamed or removed what was opened here.
        is_same = False
        with suppress(FileNotFoundError):
            is_same = os.fstat(file.fileno()).st_ino == part.stat().st_ino
        yield part if is_same else None


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        kind = StorageFull if err.errno == errno.ENOSPC else StorageError
        raise kind(f"{what}: {err.strerror or err}.") from err
