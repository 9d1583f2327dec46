"""The typefaces that come with the program: which one draws a letter, and how wide a text is in it.

Their bytes are read when this module is loaded, because inside the jail no file can be opened.
"""

import io
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict

from PIL import ImageFont, features

from app.media.text.coverage import Coverage

_FOLDER = Path(__file__).parent / "fonts"

# With it letters join, emoji of several characters become one, and text runs from the right where it should.
IS_SHAPING = bool(features.check("raqm"))
_ENGINE = ImageFont.Layout.RAQM if IS_SHAPING else ImageFont.Layout.BASIC


class Face(Enum):
    """One font file; the value is its name. What several have is drawn by the first."""

    TEXT = "Inter-Regular.otf"
    BOLD = "Inter-SemiBold.otf"
    ARABIC = "NotoSansArabic-Regular.ttf"  # before the next one, which has only some of it: words must not change face
    WORLD = "DejaVuSans.ttf"  # Hebrew, Armenian, Georgian, Lao, signs
    WORLD_BOLD = "DejaVuSans-Bold.ttf"
    DEVANAGARI = "NotoSansDevanagari-Regular.ttf"
    BENGALI = "NotoSansBengali-Regular.ttf"
    GURMUKHI = "NotoSansGurmukhi-Regular.ttf"
    GUJARATI = "NotoSansGujarati-Regular.ttf"
    ORIYA = "NotoSansOriya-Regular.ttf"
    TAMIL = "NotoSansTamil-Regular.ttf"
    TELUGU = "NotoSansTelugu-Regular.ttf"
    KANNADA = "NotoSansKannada-Regular.ttf"
    MALAYALAM = "NotoSansMalayalam-Regular.ttf"
    SINHALA = "NotoSansSinhala-Regular.ttf"
    THAI = "NotoSansThai-Regular.ttf"
    KHMER = "NotoSansKhmer-Regular.ttf"
    MYANMAR = "NotoSansMyanmar-Regular.ttf"
    ETHIOPIC = "NotoSansEthiopic-Regular.ttf"
    THAANA = "NotoSansThaana-Regular.ttf"
    EAST_ASIAN = "DroidSansFallback.ttf"
    EMOJI = "TwemojiBoxed.ttf"

    def has(self, character: str) -> bool:
        """Tell whether this face can draw a character."""
        return ord(character) in _COVERED[self]

    @property
    def scale(self) -> float:
        """Return how large this face is set beside Inter: its letters are to look as large, and to fit the line."""
        return _SCALES.get(self, 1.0)

    @property
    def is_bold(self) -> bool:
        """Tell whether a bold text is drawn by this face as it is; others get a stroke, as browsers do it."""
        return self in _BOLD


class Shaping(TypedDict):
    """What Pillow is told of how letters go together."""

    direction: str | None
    features: list[str] | None


_DATA = {face: (_FOLDER / face.value).read_bytes() for face in Face}
_COVERED = {face: Coverage(data) for face, data in _DATA.items()}
_BOLD_OF = MappingProxyType({Face.TEXT: Face.BOLD, Face.WORLD: Face.WORLD_BOLD})
_PLAIN = tuple(face for face in Face if face not in _BOLD_OF.values())
_BOLD = frozenset((*_BOLD_OF.values(), Face.EMOJI))
_SCALES = MappingProxyType({Face.TELUGU: 0.95, Face.KANNADA: 0.95, Face.MYANMAR: 0.85, Face.EMOJI: 1.12})
# What a shaper heeds whether the font has it or not.
_JOINERS = frozenset("\u200c\u200d")


@lru_cache(maxsize=8192)
def face_of(letter: str, *, is_bold: bool = False) -> Face:
    """Return the first typeface that can draw a letter and the marks on it, or else the letter alone.

    What none can is an empty box in Face.WORLD, which draws the clearest.
    """
    wanted = [character for character in letter if character not in _JOINERS]
    whole = (face for face in _PLAIN if all(map(face.has, wanted)))
    alone = (face for face in _PLAIN if face.has(letter[0]))
    face = next(whole, None) or next(alone, Face.WORLD)
    bold = _BOLD_OF.get(face, face)
    return bold if is_bold and (bold.has(letter[0]) or not face.has(letter[0])) else face


@lru_cache(maxsize=64)
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Return a typeface at `size` pixels."""
    return ImageFont.truetype(io.BytesIO(_DATA[face]), size, layout_engine=_ENGINE)


@lru_cache(maxsize=8192)
def advance(face: Face, size: int, text: str, *, is_from_right: bool = False) -> float:
    """Return how many pixels wide a text is."""
    return float(font(face, size).getlength(text, **shaping(text, is_from_right=is_from_right)))


def shaping(text: str, *, is_from_right: bool) -> Shaping:
    """Return what Pillow wants to be told of a text, if it can be told anything."""
    if not IS_SHAPING:
        return Shaping(direction=None, features=None)
    # Times stand in columns: where there are no words, digits are all equally wide.
    features = None if any(map(str.isalpha, text)) else ["tnum"]
    return Shaping(direction="rtl" if is_from_right else "ltr", features=features)


# Pillow loads a module when it opens its first font, and in the jail none can be loaded.
font(Face.TEXT, 16)
