"""One line of text: how wide it is, and its letters drawn from left to right, emoji and links in colour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from PIL import Image, ImageDraw

from app.media.pictures.colours import Colour
from app.media.text.letters import Letter
from app.media.text.typefaces import IS_SHAPING, Face, advance, font, shaping

# Of the size of the type.
_EMOJI_AIR, _STROKE = 0.05, 1 / 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """How a text looks; `size` and `leading` (from line to line) are pixels."""

    size: int
    leading: int
    colour: Colour
    link: Colour | None = None
    is_bold: bool = False


def width_of(letters: Sequence[Letter], size: int) -> float:
    """Return how many pixels wide letters are in one line."""
    return sum(_advance(letter, text, size) for letter, text in _runs(letters))


def draw_letters(image: Image.Image, letters: Sequence[Letter], at: tuple[float, int], how: Type) -> None:
    """Draw letters in one line on an RGB image; `at` is the left end of their baseline."""
    pen, left = ImageDraw.Draw(image), at[0]
    for letter, text in _runs(letters):
        pen.text(
            (left + _air(letter, how.size), at[1]),
            text,
            fill=how.link if letter.is_link and how.link else how.colour,
            font=font(letter.face, _size_in(letter.face, how.size)),
            anchor="ls",
            stroke_width=how.size * _STROKE if how.is_bold and not letter.face.is_bold else 0.0,
            embedded_color=letter.face is Face.EMOJI,
            **shaping(text, is_from_right=letter.level % 2 == 1),
        )
        left += _advance(letter, text, how.size)


def _runs(letters: Sequence[Letter]) -> Iterator[tuple[Letter, str]]:
    """Yield the pieces that are drawn in one go, from left to right, each with a letter that says how."""
    pieces = [
        (first, [letter.text for letter in (first, *rest)]) for _key, (first, *rest) in groupby(letters, _piece_of)
    ]
    for level in (2, 1):
        turned: list[tuple[Letter, list[str]]] = []
        for is_turned, group in groupby(pieces, lambda piece: piece[0].level >= level):  # noqa: B023  (used at once)
            together = list(group)
            turned += reversed(together) if is_turned else together
        pieces = turned
    for letter, texts in pieces:
        is_mirrored = letter.level % 2 == 1 and not IS_SHAPING
        yield letter, "".join(reversed(texts) if is_mirrored else texts)


def _piece_of(letter: Letter) -> tuple[object, ...]:
    """Return what is equal for letters that are drawn in one go; each emoji is drawn alone, with air around it."""
    return (letter.face, letter.is_link, letter.level, id(letter) if letter.face is Face.EMOJI else None)


def _advance(letter: Letter, text: str, size: int) -> float:
    wide = advance(letter.face, _size_in(letter.face, size), text, is_from_right=letter.level % 2 == 1)
    return wide + 2 * _air(letter, size)


def _air(letter: Letter, size: int) -> float:
    """Return the pixels that are left free on each side of an emoji."""
    return size * _EMOJI_AIR if letter.face is Face.EMOJI else 0.0


def _size_in(face: Face, size: int) -> int:
    return max(1, round(size * face.scale))
