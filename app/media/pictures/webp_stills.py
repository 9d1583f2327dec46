"""Give an animated WebP its time where the encoder made a still of it: libwebp joins frames that are alike."""

import struct
from collections.abc import Iterator

# A still begins with one of these, or with a header of its own before them.
_PICTURE_CHUNKS = (b"ALPH", b"VP8 ", b"VP8L")
# Bits of the header: it moves, it is transparent. And of a frame: it replaces what was there, not blended over it.
_MOVES, _HAS_ALPHA, _REPLACES = 0x02, 0x10, 0x02
_CHUNK_HEAD = 8
_RIFF_HEAD = 12
# The longest that 24 bits can say.
_MOST_MILLISECONDS = 0xFFFFFF


def with_time(data: bytes, size: tuple[int, int], *, milliseconds: int, loops: int, is_transparent: bool) -> bytes:
    """Return a WebP as it is where it moves; of a still, two equal frames that last `milliseconds` together.

    One frame alone would do, but many programs take a file of one for a still, and never ask how long it lasts.
    """
    chunks = list(_chunks(data))
    if any(name == b"ANMF" for name, _ in chunks):
        return data
    picture = b"".join(_chunk(name, body) for name, body in chunks if name in _PICTURE_CHUNKS)
    sides = b"".join(_24_bits(side - 1) for side in size)
    flags = _MOVES | (_HAS_ALPHA if is_transparent else 0)
    half = milliseconds // 2
    frames = (
        _chunk(b"ANMF", bytes(6) + sides + _24_bits(lasts) + bytes([_REPLACES]) + picture)
        for lasts in (milliseconds - half, half)
    )
    body = b"".join(
        (
            b"WEBP",
            _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides),
            _chunk(b"ANIM", bytes(4) + struct.pack("<H", loops)),
            *frames,
        )
    )
    return _chunk(b"RIFF", body)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _RIFF_HEAD
    while at + _CHUNK_HEAD <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        at += _CHUNK_HEAD
        yield name, data[at : at + length]
        at += length + length % 2


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def _24_bits(number: int) -> bytes:
    return min(number, _MOST_MILLISECONDS).to_bytes(3, "little")
