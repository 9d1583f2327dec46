"""Bytes in memory, for tests: a real storage that keeps the same promises."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from app.errors import StorageError
from app.storage.base import BytesMissing, Stored


class MemoryIncoming:
    """Bytes that grow in memory."""

    def __init__(self, key: str, kept: dict[str, bytes]) -> None:
        self.key = key
        self._kept = kept
        self._data: bytearray | None = bytearray()
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        if self._data is None:
            raise StorageError("The file was closed before it ended.")
        self._data += data
        self._hash.update(data)
        self.size_bytes += len(data)
        return len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def keep(self) -> None:
        if self._data is None:
            raise StorageError("The file was closed before it ended.")
        self._kept[self.key], self._data = bytes(self._data), None

    def discard(self) -> None:
        self._data = None


class MemoryStorage:
    """Stores bytes in a dictionary."""

    kind = "memory"
    origin = ""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._kept_at: defaultdict[str, datetime] = defaultdict(lambda: datetime.now(UTC))

    def has_room(self, expected_bytes: int = 0) -> bool:
        return True

    def receive(self, key: str, expected_bytes: int = 0) -> MemoryIncoming:
        return MemoryIncoming(key, self._kept)

    def open(self, key: str) -> BinaryIO:
        if key not in self._kept:
            raise BytesMissing("The stored file is gone.")
        # A file without a name: decoders are handed descriptors, which plain memory has none of.
        file = os.fdopen(os.memfd_create("stored"), "w+b")
        file.write(self._kept[key])
        file.seek(0)
        return file

    def link(self, key: str, *, media_type: str, disposition: str, seconds: int) -> str:
        return ""

    def exists(self, key: str) -> bool:
        return key in self._kept

    def delete(self, key: str) -> None:
        self._kept.pop(key, None)

    def list_below(self, prefix: str) -> Iterator[Stored]:
        for key, data in list(self._kept.items()):
            if key.startswith(prefix):
                yield Stored(key, len(data), self._kept_at[key])

    def delete_below(self, prefix: str) -> None:
        for key in [key for key in self._kept if key.startswith(prefix)]:
            self.delete(key)

    def clear_abandoned(self, before: datetime) -> None:
        pass

    def check(self) -> None:
        pass

    def close(self) -> None:
        pass
