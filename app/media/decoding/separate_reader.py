"""A second reader of a file that can be opened only once: inside the jail no name leads to it."""

import os
from typing import BinaryIO


class SeparateReader:
    """Reads an open file from a place of its own: threads that read one descriptor share its place otherwise."""

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._at = 0

    def read(self, size: int) -> bytes:
        data = os.pread(self._descriptor, size, self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._at
        elif whence == os.SEEK_END:
            offset += os.fstat(self._descriptor).st_size
        self._at = max(0, offset)
        return self._at

    def tell(self) -> int:
        return self._at
