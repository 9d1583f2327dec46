"""A product that is too large to be held: written where it will lie among the results, and read back from there."""

import errno
import hashlib
import os

from app.media.errors import SourceTooLarge

_PIECE_BYTES = 1024 * 1024


class PartFile:
    """Bytes of an open file from an offset on, as a file of their own. Several of them do not disturb one another.

    Muxers and demuxers take it: it can be read, written and sought in. Every access says where: the place at which
    the file itself stands is not moved.
    """

    def __init__(self, descriptor: int, *, offset_bytes: int = 0, size_bytes: int | None = None) -> None:
        self._descriptor = descriptor
        self._offset_bytes = offset_bytes
        self._position = 0
        self.size_bytes = os.fstat(descriptor).st_size - offset_bytes if size_bytes is None else size_bytes

    def read(self, size_bytes: int = -1) -> bytes:
        left = self.size_bytes - self._position
        wanted = left if size_bytes < 0 else min(size_bytes, left)
        data = os.pread(self._descriptor, max(0, wanted), self._offset_bytes + self._position)
        self._position += len(data)
        return data

    def write(self, data: bytes) -> int:
        """Write all of the data. Raises SourceTooLarge where there is no room for it."""
        left = memoryview(data)
        while left:
            try:
                written = os.pwrite(self._descriptor, left, self._offset_bytes + self._position)
            except OSError as err:
                if err.errno in (errno.EFBIG, errno.ENOSPC, errno.EDQUOT):
                    raise SourceTooLarge("What comes out is larger than what may be made of one source.") from err
                raise
            left = left[written:]
            self._position += written
        self.size_bytes = max(self.size_bytes, self._position)
        return len(data)

    def seek(self, offset_bytes: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size_bytes}[whence]
        self._position = max(0, start + offset_bytes)
        return self._position

    def tell(self) -> int:
        return self._position


class Part(PartFile):
    """A product in the making; `name` is what it will be called."""

    def __init__(self, descriptor: int, name: str, *, offset_bytes: int) -> None:
        super().__init__(descriptor, offset_bytes=offset_bytes, size_bytes=0)
        self.name = name
        self.offset_bytes = offset_bytes

    def reader(self) -> PartFile:
        """Return what has been written so far as a file to read."""
        return PartFile(self._descriptor, offset_bytes=self.offset_bytes, size_bytes=self.size_bytes)

    def sha256(self) -> str:
        """Return the hash of what has been written, read again from the disk."""
        found, reader = hashlib.sha256(), self.reader()
        while piece := reader.read(_PIECE_BYTES):
            found.update(piece)
        return found.hexdigest()
