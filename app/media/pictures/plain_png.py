"""Pictures as PNGs of one plain kind, which can be read back with zlib and numpy alone.

What a decoder process wrote may have been written by a file that took it over. The slides of a video are read outside
the jail, so nothing there parses more than these few fields, each of which can have one value only.
"""

import struct
import zlib
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from app.media.errors import EncodingFailed

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_RGB = bytes((8, 2, 0, 0, 0))
# "Each byte is written as its difference to the same channel of the pixel on its left."
_FILTER_SUB = 1
_END = struct.pack("!I", 0) + b"IEND" + struct.pack("!I", zlib.crc32(b"IEND"))
_HEAD_BYTES = len(_SIGNATURE) + 25 + 8

Pixels = NDArray[np.uint8]


def write_plain_png(pixels: Pixels) -> bytes:
    """Return pixels (height, width, 3) as a PNG of one data chunk whose rows are all filtered in one way."""
    height, width, _channels = pixels.shape
    rows = np.empty((height, 1 + 3 * width), dtype=np.uint8)
    rows[:, 0] = _FILTER_SUB
    rows[:, 1:4] = pixels[:, 0]
    rows[:, 4:] = (pixels[:, 1:] - pixels[:, :-1]).reshape(height, -1)
    data = zlib.compress(rows.tobytes(), 1)
    return _SIGNATURE + _chunk(b"IHDR", _header(width, height)) + _chunk(b"IDAT", data) + _END


def read_plain_png(file: BinaryIO, *, width: int, height: int) -> Pixels:
    """Return the pixels (height, width, 3) that `write_plain_png` wrote.

    Raises EncodingFailed for anything else, having taken no more memory than the picture does.
    """
    head = file.read(_HEAD_BYTES)
    if head[: 8 + 25] != _SIGNATURE + _chunk(b"IHDR", _header(width, height)) or head[-4:] != b"IDAT":
        raise EncodingFailed(f"A slide is no plain PNG of {width} × {height}.")
    (length,) = struct.unpack("!I", head[-8:-4])
    size_bytes = height * (1 + 3 * width)
    try:
        # Noise grows a little when it is packed; what is longer than that is not one of ours.
        data = zlib.decompressobj().decompress(
            file.read(min(length, size_bytes + size_bytes // 100 + 1024)), size_bytes
        )
    except zlib.error as err:
        raise EncodingFailed("A slide is damaged: it does not unpack.") from err
    if len(data) != size_bytes:
        raise EncodingFailed("A slide is damaged: it breaks off.")
    rows = np.frombuffer(data, dtype=np.uint8).reshape(height, 1 + 3 * width)
    if not (rows[:, 0] == _FILTER_SUB).all():
        raise EncodingFailed("A slide is damaged: its rows are filtered in another way.")
    return np.cumsum(rows[:, 1:].reshape(height, width, 3), axis=1, dtype=np.uint8)


def _header(width: int, height: int) -> bytes:
    return struct.pack("!II", width, height) + _EIGHT_BIT_RGB


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
