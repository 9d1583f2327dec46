"""Text set into lines: wrapped to a width, cut to a number of lines, and drawn with its emoji and links in colour."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from PIL import Image, ImageDraw

from app.media.pictures.colours import Colour
from app.media.text.letters import Kind, Letter, is_from_right, letters_of, words_of
from app.media.text.typefaces import IS_SHAPING, Face, advance, direction, font

_ELLIPSIS = "…"
# Of the size of the type: Inter's capitals are 0.73 high; an emoji of the same size looks small beside a word.
_BASELINE, _EMOJI_SCALE, _EMOJI_AIR = 0.9, 1.12, 0.05
# No line is longer than this, however small its letters; it bounds what a word without a space costs.
_MOST_LETTERS = 2000
_SEAMS = frozenset("/?&=-_.,;:")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """How a text looks; `size` and `leading` (from line to line) are pixels."""

    size: int
    leading: int
    colour: Colour
    link: Colour | None = None
    is_bold: bool = False


@dataclass(slots=True)
class Line:
    """Letters in the order in which they are read."""

    letters: list[Letter] = field(default_factory=list)
    is_from_right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A text in lines; `is_whole` is False where its end was left out."""

    lines: tuple[Line, ...]
    type: Type
    is_whole: bool

    @property
    def height(self) -> int:
        return len(self.lines) * self.type.leading

    @property
    def width(self) -> int:
        """Return the width in pixels of the longest line."""
        return max((round(_width(line.letters, self.type.size)) for line in self.lines), default=0)


def set_text(text: str, how: Type, *, width: int, most_lines: int) -> Block:
    """Wrap a text to `width` pixels; what needs more than `most_lines` lines ends in an ellipsis."""
    lines: list[Line] = []
    for line in _lines(text, how, width):
        if len(lines) == most_lines:
            while lines and not lines[-1].letters:
                lines.pop()
            if lines:
                _elide(lines[-1], how.size, width)
            return Block(lines=tuple(lines), type=how, is_whole=False)
        lines.append(line)
    return Block(lines=tuple(lines), type=how, is_whole=True)


def draw_block(image: Image.Image, block: Block, at: tuple[int, int], width: int) -> None:
    """Draw lines into the column `width` pixels wide whose left top is `at`; no ink leaves the column's box."""
    size = (max(1, width), max(1, block.height))
    box = (*at, at[0] + size[0], at[1] + size[1])
    # The tails of the last line's letters reach a little below it; beyond its box nothing is drawn.
    column = image.crop(box)
    for number, line in enumerate(block.lines):
        _draw_line(column, line, block.type, number * block.type.leading)
    image.paste(column, box[:2])


def _lines(text: str, how: Type, width: int) -> Iterator[Line]:
    for paragraph in _BLANK_LINES.sub("\n\n", text.strip()).split("\n"):
        letters = letters_of(paragraph.rstrip(), is_bold=how.is_bold)
        yield from _wrapped(letters, how.size, width)


def _wrapped(letters: list[Letter], size: int, width: int) -> Iterator[Line]:
    line, used = Line(is_from_right=is_from_right(letters)), 0.0
    for word in words_of(letters):
        wide = _width(word, size)
        if used + wide > width and word[0].kind is not Kind.SPACE:
            if line.letters:
                yield _trimmed(line)
                line, used = Line(is_from_right=line.is_from_right), 0.0
            while wide > width and len(word) > 1:
                count = _fitting(word, size, width)
                yield Line(word[:count], line.is_from_right)
                word = word[count:]
                wide = _width(word, size)
        if line.letters or word[0].kind is not Kind.SPACE:
            line.letters += word
            used += wide
    yield _trimmed(line)


def _trimmed(line: Line) -> Line:
    while line.letters and line.letters[-1].kind is Kind.SPACE:
        line.letters.pop()
    return line


def _fitting(word: list[Letter], size: int, width: int) -> int:
    """Return how many letters of a word that is too long fit into a line; at least one."""
    fits, breaks = 1, min(len(word), _MOST_LETTERS)
    while fits < breaks - 1:
        middle = (fits + breaks) // 2
        if _width(word[:middle], size) <= width:
            fits = middle
        else:
            breaks = middle
    # An address is read more easily when it breaks where its parts meet.
    seams = (count for count in range(fits, fits // 2, -1) if word[count - 1].text in _SEAMS)
    return next(seams, fits)


def _elide(line: Line, size: int, width: int) -> None:
    last = line.letters[-1] if line.letters else None
    more = Letter(_ELLIPSIS, Face.TEXT, Kind.LETTER, level=last.level if last else 0)
    while line.letters and _width([*line.letters, more], size) > width:
        line.letters.pop()
    _trimmed(line).letters.append(more)


def _runs(letters: list[Letter]) -> Iterator[tuple[Letter, str]]:
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


def _width(letters: list[Letter], size: int) -> float:
    return sum(_advance(letter, text, size) for letter, text in _runs(letters))


def _advance(letter: Letter, text: str, size: int) -> float:
    wide = advance(letter.face, _size_in(letter.face, size), text, is_from_right=letter.level % 2 == 1)
    return wide + 2 * _air(letter, size)


def _air(letter: Letter, size: int) -> float:
    """Return the pixels that are left free on each side of an emoji."""
    return size * _EMOJI_AIR if letter.face is Face.EMOJI else 0.0


def _size_in(face: Face, size: int) -> int:
    return max(1, round(size * _EMOJI_SCALE)) if face is Face.EMOJI else size


def _draw_line(column: Image.Image, line: Line, how: Type, top: int) -> None:
    pen = ImageDraw.Draw(column)
    left = column.width - _width(line.letters, how.size) if line.is_from_right else 0.0
    baseline = top + (how.leading - how.size) // 2 + round(how.size * _BASELINE)
    for letter, text in _runs(line.letters):
        pen.text(
            (left + _air(letter, how.size), baseline),
            text,
            fill=how.link if letter.is_link and how.link else how.colour,
            font=font(letter.face, _size_in(letter.face, how.size)),
            anchor="ls",
            direction=direction(is_from_right=letter.level % 2 == 1),
            embedded_color=letter.face is Face.EMOJI,
        )
        left += _advance(letter, text, how.size)
