"""Stored files as one zip archive, streamed: nothing is compressed, and no file is ever in memory whole."""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import StorageError
from app.storage.base import Storage

# Beyond these, archives are of another form, which not everything unpacks.
MOST_BYTES, MOST_FILES = 2**32 - 1, 2**16 - 1
_PIECE_BYTES = 256 * 1024
_LOCAL, _CENTRAL = struct.Struct("<4s5H3I2H"), struct.Struct("<4s4B4H3I5H2I")
_AFTER, _END = struct.Struct("<4s3I"), struct.Struct("<4s4H2IH")
_VERSION, _UNIX = 20, 3
# Names are UTF-8, and checksums stand behind the bytes: nobody knows them before.
_FLAGS = 0x800 | 0x8
_STORED = 0
# The same files make the same bytes: an archive does not tell when it was packed. The first day that zip knows.
_TIME, _DATE = 0, 1 << 5 | 1
_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Packed:
    """A stored file and what it is called in the archive."""

    name: str
    key: str
    size_bytes: int


def zip_size(files: Iterable[Packed]) -> int:
    """Return how many bytes the archive of these files has."""
    around = _LOCAL.size + _AFTER.size + _CENTRAL.size
    return _END.size + sum(around + 2 * len(file.name.encode()) + file.size_bytes for file in files)


def iter_zip(files: Sequence[Packed], storage: Storage) -> Iterator[bytes]:
    """Yield the archive in pieces; it must not be larger than MOST_BYTES, nor of more than MOST_FILES.

    Raises StorageError for a file that is not what was promised: what came until then is no archive.
    """
    directory, offset = [], 0
    for file in files:
        name, size = file.name.encode(), file.size_bytes
        yield _LOCAL.pack(b"PK\3\4", _VERSION, _FLAGS, _STORED, _TIME, _DATE, 0, size, size, len(name), 0) + name
        checksum = 0
        for piece in _pieces(file, storage):
            checksum = zlib.crc32(piece, checksum)
            yield piece
        yield _AFTER.pack(b"PK\7\x08", checksum, size, size)
        about = (_VERSION, _UNIX, _VERSION, 0, _FLAGS, _STORED, _TIME, _DATE, checksum, size, size, len(name))
        directory.append(_CENTRAL.pack(b"PK\1\2", *about, 0, 0, 0, 0, _MODE, offset) + name)
        offset += _LOCAL.size + len(name) + size + _AFTER.size
    entries = b"".join(directory)
    yield entries + _END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(entries), offset, 0)


def _pieces(file: Packed, storage: Storage) -> Iterator[bytes]:
    left = file.size_bytes
    with storage.open(file.key) as stored:
        while piece := stored.read(_PIECE_BYTES):
            left -= len(piece)
            yield piece
    if left:
        raise StorageError(f"{file.name} is not what was stored.")
