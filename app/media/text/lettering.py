"""Letters in pictures: the fonts that come with the program, and how wide a text is in them.

The fonts are read when this module is loaded, because inside the jail no file can be opened.
"""

import io
import re
import struct
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from app.media.pictures.colours import Colour

_FOLDER = Path(__file__).parent / "fonts"
_MAX_CODE = sys.maxunicode
_ELLIPSIS = "…"
_ENDING = re.compile(r"\.[0-9A-Za-z]{1,8}$")
# More than any line holds. Names are at most 255 bytes in file systems, titles 200 characters.
_LONGEST_TEXT = 300
_ZERO_WIDTH_NON_JOINER = "\u200c"
# Colours of skin: they change the emoji before them, and are nothing by themselves.
_MODIFIERS = frozenset(chr(code) for code in range(0x1F3FB, 0x1F400))


class _Face:
    """One font file, and which characters it has."""

    def __init__(self, name: str) -> None:
        self.data = (_FOLDER / name).read_bytes()
        self._ranges = _covered(self.data)

    def has(self, character: str) -> bool:
        code = ord(character)
        place = bisect_right(self._ranges, (code, _MAX_CODE)) - 1
        return place >= 0 and code <= self._ranges[place][1]


class Lettering:
    """Letters of one size (pixels from one line's ideal top to its bottom) and weight."""

    def __init__(self, size: int, *, is_bold: bool = False) -> None:
        self.size = size
        self._faces = (_BOLD, _EAST_ASIAN) if is_bold else (_REGULAR, _EAST_ASIAN)
        # There is no bold font for ten thousands of characters; a stroke around them is what browsers do as well.
        self._strokes = (0.0, size / 40) if is_bold else (0.0, 0.0)
        self.ascent, self.descent = _font(self._faces[0], size).getmetrics()

    @property
    def height(self) -> int:
        """Return the pixels that a line takes, accents and tails of letters included."""
        return self.ascent + self.descent

    def width(self, text: str) -> int:
        """Return how many pixels wide a text is."""
        return ceil(sum(self._advance(face, part) for face, part in self._runs(text)))

    def draw(self, image: Image.Image, at: tuple[int, int], text: str, colour: Colour) -> None:
        """Write a line of text with its top left corner at `at`.

        Nothing leaves the line: however many accents are piled up on a letter, they end where the line ends.
        """
        # Some letters begin a little before their place, as the j, or end a little behind it.
        beside = self.size // 8
        mask = Image.new("L", (self.width(text) + 2 * beside, self.height))
        pen, left = ImageDraw.Draw(mask), float(beside)
        for face, part in self._runs(text):
            stroke = self._strokes[face]
            font = _font(self._faces[face], self.size)
            pen.text((left, self.ascent), part, fill=255, font=font, anchor="ls", stroke_width=stroke)
            left += self._advance(face, part)
        image.paste(colour, (at[0] - beside, at[1]), mask)

    def elide(self, text: str, width: int) -> str:
        """Shorten a text in its middle until it is at most `width` pixels wide; a name keeps its ending.

        Where not even an ellipsis fits, nothing is left.
        """
        if self.width(text) <= width:
            return text
        letters = _letters(text)
        fewest, most = 0, len(letters) - 1
        while fewest < most:
            kept = (fewest + most + 1) // 2
            if self.width(_without_middle(letters, kept)) <= width:
                fewest = kept
            else:
                most = kept - 1
        shortened = _without_middle(letters, fewest)
        return shortened if self.width(shortened) <= width else ""

    def wrap(self, parts: Sequence[str], separator: str, width: int) -> list[str]:
        """Put parts, with separators between them, into as few lines of at most `width` pixels as they need."""
        lines: list[str] = []
        for part in parts:
            longer = f"{lines[-1]}{separator}{part}" if lines else part
            if lines and self.width(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(self.elide(part, width))
        return [line for line in lines if line]

    def _advance(self, face: int, text: str) -> float:
        return _font(self._faces[face], self.size).getlength(text)

    def _runs(self, text: str) -> Iterator[tuple[int, str]]:
        """Cut a text where the font changes, in the order in which the parts stand from left to right."""
        # A name's ending stands at its right end, whichever way the name is read.
        ending = _ENDING.search(text)
        stem = text[: ending.start()] if ending else text
        runs = [(face, "".join(part)) for face, part in groupby(stem, self._face_of)]
        yield from reversed(runs) if _is_from_right(stem) else runs
        if ending:
            yield 0, ending[0]

    def _face_of(self, character: str) -> int:
        # What no font has is shown as the first one's box.
        return next((number for number, face in enumerate(self._faces) if face.has(character)), 0)


def printable(text: str) -> str:
    """Return a text in one line, without what has no shape of its own: controls, joiners, marks of direction.

    Marks of direction can make `gpj.exe` look like `exe.jpg`.
    """
    composed = unicodedata.normalize("NFC", text[:_LONGEST_TEXT].encode("utf-8", "replace").decode())
    return " ".join("".join(_shaped(character) for character in composed).split())


def _shaped(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or category == "Cc":
        return " "
    is_selector = "\ufe00" <= character <= "\ufe0f"
    if is_selector or character in _MODIFIERS or (category == "Cf" and character != _ZERO_WIDTH_NON_JOINER):
        return ""
    return character


def _letters(text: str) -> list[str]:
    """Cut a text into characters, each with the accents on it."""
    letters: list[str] = []
    for character in text:
        if letters and unicodedata.combining(character):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _without_middle(letters: list[str], kept: int) -> str:
    """Return the text with `kept` of its letters, three fifths of them from its beginning, and its ending."""
    ending = _ENDING.search("".join(letters[-9:]))
    tail = min(max(kept * 2 // 5, len(ending[0]) if ending else 0), kept)
    head = "".join(letters[: kept - tail]).rstrip()
    return head + _ELLIPSIS + "".join(letters[len(letters) - tail :]).lstrip()


def _is_from_right(text: str) -> bool:
    """Tell whether a text's first letter is of a script that is written from the right."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


@lru_cache(maxsize=16)
def _font(face: _Face, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(face.data), size)


def _covered(data: bytes) -> list[tuple[int, int]]:
    """Return the first and last code points of the ranges that a font has, from its table of all of Unicode."""
    tables = {tag: start for tag, _, start, _ in _records(">4sLLL", data, count_at=4, first_at=12)}
    cmap = tables[b"cmap"]
    encodings = {
        (platform, encoding): cmap + offset
        for platform, encoding, offset in _records(">HHL", data, count_at=cmap + 2, first_at=cmap + 4)
    }
    # Microsoft's encoding of all of Unicode; its table is always of format 12, ranges in rising order.
    ranges = encodings[3, 10] + 16
    (count,) = struct.unpack_from(">L", data, ranges - 4)
    size = 12 * count
    return [(first, last) for first, last, _ in struct.iter_unpack(">LLL", data[ranges : ranges + size])]


def _records(form: str, data: bytes, *, count_at: int, first_at: int) -> Iterator[tuple[Any, ...]]:
    (count,) = struct.unpack_from(">H", data, count_at)
    return struct.iter_unpack(form, data[first_at : first_at + count * struct.calcsize(form)])


_REGULAR, _BOLD, _EAST_ASIAN = _Face("DejaVuSans.ttf"), _Face("DejaVuSans-Bold.ttf"), _Face("DroidSansFallback.ttf")
# Pillow loads a module more when it makes its first font, and inside the jail it could not.
_font(_REGULAR, 16)
