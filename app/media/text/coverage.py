"""Which characters a font can draw: Pillow draws a box for the others and does not say so."""

import struct
from bisect import bisect_right
from collections.abc import Iterator

_MICROSOFT = 3
_WHOLE_UNICODE = 12
_BASIC_PLANE = 4


class Coverage:
    """The code points for which a TrueType or OpenType font has a glyph. The font is one of ours, not of a stranger."""

    def __init__(self, font: bytes) -> None:
        ranges = sorted(_ranges(font))
        self._firsts = [first for first, _last in ranges]
        self._lasts = [last for _first, last in ranges]

    def __contains__(self, code: int) -> bool:
        place = bisect_right(self._firsts, code) - 1
        return place >= 0 and code <= self._lasts[place]


def _ranges(font: bytes) -> Iterator[tuple[int, int]]:
    """Yield the first and the last code points of what a font has, from its widest table."""
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    records = struct.iter_unpack(">HHI", font[cmap + 4 : cmap + 4 + 8 * count])
    starts = [cmap + offset for platform, _encoding, offset in records if platform == _MICROSOFT]
    tables = {struct.unpack_from(">H", font, start)[0]: start for start in starts}
    if _WHOLE_UNICODE in tables:
        return _groups(font, tables[_WHOLE_UNICODE])
    return _segments(font, tables[_BASIC_PLANE])


def _table(font: bytes, name: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for tag, _checksum, offset, _length in struct.iter_unpack(">4sIII", font[12 : 12 + 16 * count]):
        if tag == name:
            return int(offset)
    raise ValueError(f"The font has no table {name.decode()}.")


def _groups(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", font, at + 12)
    for first, last, glyph in struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * count]):
        yield first + (not glyph), last


def _segments(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield the characters of a segmented table, one by one: some map glyph by glyph, and not all of them to one."""
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
                yield code, code
