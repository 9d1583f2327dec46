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
    """Bytes on their way in; nothing can be read under their key until `keep`."""

    key: str
    size_bytes: int

    def write(self, data: bytes) -> int:
        """Take the next bytes. Raises StorageError."""

    @property
    def sha256(self) -> str:
        """Return the hash of what was taken so far, in hexadecimal."""

    def keep(self) -> None:
        """Make all bytes durable under their key at once, in place of what was there. Raises StorageError."""

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

    kind: str

    @property
    def origin(self) -> str:
        """Return the origin at which `link` has browsers fetch bytes; empty: there is none."""

    def receive(self, key: str, expected_bytes: int = 0) -> Incoming:
        """Begin to take bytes for `key`, about so many where that is known. Raises StorageFull without room for them.

        The key comes first because some places can give one to bytes only while they arrive, and not afterwards.
        """

    def has_room(self, expected_bytes: int = 0) -> bool:
        """Tell whether so many more bytes would leave what is to stay free."""

    def open(self, key: str) -> BinaryIO:
        """Open for reading, as a file with a descriptor. Raises BytesMissing, also for an empty key."""

    def link(self, key: str, *, media_type: str, disposition: str, seconds: int) -> str:
        """Return an address at which anybody can fetch the bytes for so long, with these headers; empty: none."""

    def exists(self, key: str) -> bool:
        """Tell whether anything is stored under `key`."""

    def delete(self, key: str) -> None:
        """Remove what is there, if anything is."""

    def list_below(self, prefix: str) -> Iterator[Stored]:
        """Tell of everything whose key begins with `prefix`, which ends with a slash, in no certain order."""

    def delete_below(self, prefix: str) -> None:
        """Remove everything whose key begins with `prefix`, which ends with a slash."""

    def clear_abandoned(self, before: datetime) -> None:
        """Forget bytes that began to come in before then and were neither kept nor discarded."""

    def check(self) -> None:
        """Ask whether the place answers. Raises StorageError where it does not."""

    def close(self) -> None:
        """Let go of connections."""
