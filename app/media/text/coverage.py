"""Which characters a font can draw: Pillow draws a box for the others and does not say so."""

import struct
from collections.abc import Iterator

_WHOLE_UNICODE = 12
_BASIC_PLANE = 4


def covered_by(font: bytes) -> frozenset[int]:
    """Return the code points for which a TrueType font has a glyph. The font is one of ours, not of a stranger."""
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        (offset,) = struct.unpack_from(">I", font, cmap + 4 + 8 * number + 4)
        (kind,) = struct.unpack_from(">H", font, cmap + offset)
        if kind == _WHOLE_UNICODE:
            found.update(_groups(font, cmap + offset))
        elif kind == _BASIC_PLANE:
            found.update(_segments(font, cmap + offset))
    return frozenset(found)


def _table(font: bytes, name: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for number in range(count):
        tag, _checksum, offset, _length = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == name:
            return int(offset)
    raise ValueError(f"The font has no table {name.decode()}.")


def _groups(font: bytes, at: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", font, at + 12)
    for first, last, glyph in struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * count]):
        yield from range(first + (not glyph), last + 1)


def _segments(font: bytes, at: int) -> Iterator[int]:
    """Yield the characters of a segmented table; of those that map glyph by glyph only the ones that have one."""
    (length,) = struct.unpack_from(">H", font, at + 2)
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    words = struct.unpack_from(f">{length // 2}H", font, at)
    ends, starts = words[7 : 7 + count], words[8 + count : 8 + 2 * count]
    deltas = words[8 + 2 * count : 8 + 3 * count]
    ranges_at = 8 + 3 * count
    for number, (first, last, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        place = words[ranges_at + number]
        for code in range(first, min(last, 0xFFFE) + 1):
            index = ranges_at + number + place // 2 + code - first
            glyph = (code + delta) & 0xFFFF if place == 0 else words[index]
            if glyph:
                yield code
