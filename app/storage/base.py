"""Where bytes live. Keys are made by `keys`, never from what a client named its file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from app.errors import NotFound


class BytesMissing(NotFound):
    """Raised when nothing is stored under a key."""

    code = "bytes_missing"


class Incoming(Protocol):
    """Bytes on their way in; nothing can be read under a key until `keep`."""

    size_bytes: int

    def write(self, data: bytes) -> int:
        """Take the next bytes. Raises StorageError."""

    @property
    def sha256(self) -> str:
        """Return the hash of what was taken so far, in hexadecimal."""

    def keep(self, key: str) -> None:
        """Make all bytes durable under `key` at once, in place of what was there. Raises StorageError."""

    def discard(self) -> None:
        """Forget the bytes; does nothing once they are kept."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are there: their key, how many they are, and when they were kept."""

    key: str
    size_bytes: int
    kept_at: datetime


class Storage(Protocol):
    """Stores bytes under keys. Every method raises StorageError when the place is out of order."""

    def receive(self, expected_bytes: int = 0) -> Incoming:
        """Begin to take bytes, about so many where that is known. Raises StorageFull where there is no room."""

    def has_room(self, expected_bytes: int = 0) -> bool:
        """Tell whether so many more bytes would leave what is to stay free."""

    def open(self, key: str) -> BinaryIO:
        """Open for reading, as a file with a descriptor. Raises BytesMissing."""

    def exists(self, key: str) -> bool:
        """Tell whether anything is stored under `key`."""

    def delete(self, key: str) -> None:
        """Remove what is there, if anything is."""

    def list_below(self, prefix: str) -> Iterator[Stored]:
        """Tell of everything whose key begins with `prefix`, which ends with a slash, in no certain order."""

    def delete_below(self, prefix: str) -> None:
        """Remove everything whose key begins with `prefix`, which ends with a slash."""
