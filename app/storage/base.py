"""Where bytes live. Keys are made by `keys`, never from what a client named its file."""

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


class Storage(Protocol):
    """Stores bytes under keys. Every method raises StorageError when the place is out of order."""

    def receive(self) -> Incoming:
        """Begin to take bytes of unknown length and hash."""

    def open(self, key: str) -> BinaryIO:
        """Open for reading, as a file with a descriptor. Raises BytesMissing."""

    def exists(self, key: str) -> bool:
        """Tell whether anything is stored under `key`."""

    def delete(self, key: str) -> None:
        """Remove what is there, if anything is."""
