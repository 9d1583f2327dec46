"""The typefaces of cards: which one draws a character, and how wide a text is in it.

Their bytes are read when this module is loaded, because inside the jail no file can be opened.
"""

import io
from enum import Enum
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

from app.media.text.coverage import covered_by

_FOLDER = Path(__file__).parent / "fonts"

# With it letters join, emoji of several characters become one, and text runs from the right where it should.
IS_SHAPING = bool(features.check("raqm"))
_ENGINE = ImageFont.Layout.RAQM if IS_SHAPING else ImageFont.Layout.BASIC


class Face(Enum):
    """One font file; the value is its name."""

    TEXT = "Inter-Regular.otf"
    BOLD = "Inter-SemiBold.otf"
    WORLD = "DejaVuSans.ttf"  # Arabic, Hebrew, Armenian, Georgian, signs
    EAST_ASIAN = "DroidSansFallback.ttf"
    EMOJI = "TwemojiBoxed.ttf"

    def has(self, character: str) -> bool:
        """Tell whether this face can draw a character."""
        return ord(character) in _COVERED[self]


_DATA = {face: (_FOLDER / face.value).read_bytes() for face in Face}
_COVERED = {face: covered_by(data) for face, data in _DATA.items()}


def face_of(character: str, *, is_bold: bool = False) -> Face:
    """Return the first typeface that can draw a character; what none can is a box in the first one."""
    first = Face.BOLD if is_bold else Face.TEXT
    return next((face for face in (first, Face.WORLD, Face.EAST_ASIAN, Face.EMOJI) if face.has(character)), first)


@lru_cache(maxsize=48)
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Return a typeface at `size` pixels."""
    return ImageFont.truetype(io.BytesIO(_DATA[face]), size, layout_engine=_ENGINE)


@lru_cache(maxsize=8192)
def advance(face: Face, size: int, text: str, *, is_from_right: bool = False) -> float:
    """Return how many pixels wide a text is."""
    return float(font(face, size).getlength(text, direction=direction(is_from_right=is_from_right)))


def direction(*, is_from_right: bool) -> str | None:
    """Return what Pillow wants to be told of where a text begins, if it can be told anything."""
    if not IS_SHAPING:
        return None
    return "rtl" if is_from_right else "ltr"


# Pillow loads a module when it opens its first font, and in the jail none can be loaded.
font(Face.TEXT, 16)
