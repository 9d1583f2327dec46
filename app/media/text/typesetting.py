"""Text set into lines: wrapped to a width, cut to a number of lines, and drawn as a block."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from app.media.text.letters import Kind, Letter, is_from_right, is_seam, letters_of, words_of
from app.media.text.lines import Type, draw_letters, width_of
from app.media.text.typefaces import Face

_ELLIPSIS = "…"
# Of the size of the type, from the top of a line without leading; capitals are 0.73 high.
_BASELINE = 0.9
# What letters of the last line may reach below it, of the size: in some scripts signs stand under the letters.
_TAIL = 0.2
# Measured at first of a word: more than nearly all have. Of a word without end only what may fit is measured.
_FIRST_LETTERS = 64
_ADDRESS_SEAMS = frozenset("/?&=-_.,;:")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


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
        return max((round(width_of(line.letters, self.type.size)) for line in self.lines), default=0)


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
    """Draw lines into the column `width` pixels wide whose left top is `at`.

    No ink leaves the column's box but for the tails of letters in the last line.
    """
    how = block.type
    column = image.crop((*at, at[0] + max(1, width), at[1] + max(1, block.height) + round(how.size * _TAIL)))
    baseline = (how.leading - how.size) // 2 + round(how.size * _BASELINE)
    for line in block.lines:
        left = column.width - width_of(line.letters, how.size) if line.is_from_right else 0.0
        draw_letters(column, line.letters, (left, baseline), how)
        baseline += how.leading
    image.paste(column, at)


def _lines(text: str, how: Type, width: int) -> Iterator[Line]:
    for paragraph in _BLANK_LINES.sub("\n\n", text.strip()).split("\n"):
        letters = letters_of(paragraph.rstrip(), is_bold=how.is_bold)
        yield from _wrapped(letters, how.size, width)


def _wrapped(letters: list[Letter], size: int, width: int) -> Iterator[Line]:
    line, used = Line(is_from_right=is_from_right(letters)), 0.0
    for word in words_of(letters):
        is_space = word[0].kind is Kind.SPACE
        if not is_space and _reach(word, size, width - used) < len(word):
            if line.letters:
                yield _trimmed(line)
                line, used = Line(is_from_right=line.is_from_right), 0.0
            while (count := _fitting(word, size, width)) < len(word):
                yield Line(word[:count], line.is_from_right)
                word = word[count:]
        if line.letters or not is_space:
            line.letters += word
            used += width_of(word, size)
    yield _trimmed(line)


def _trimmed(line: Line) -> Line:
    while line.letters and line.letters[-1].kind is Kind.SPACE:
        line.letters.pop()
    return line


def _reach(word: list[Letter], size: int, width: float) -> int:
    """Return how many letters of a word fit into a width."""
    fits, breaks = 0, min(len(word), _FIRST_LETTERS)
    while width_of(word[:breaks], size) <= width:
        if breaks == len(word):
            return breaks
        fits, breaks = breaks, min(len(word), 2 * breaks)
    while fits < breaks - 1:
        middle = (fits + breaks) // 2
        if width_of(word[:middle], size) <= width:
            fits = middle
        else:
            breaks = middle
    return fits


def _fitting(word: list[Letter], size: int, width: int) -> int:
    """Return after how many letters of a word a line is to end: all of them, or where it breaks best; at least one."""
    fits = max(1, _reach(word, size, width))
    if fits == len(word):
        return fits
    # An address is read more easily when it breaks where its parts meet, any other word where no syllable is torn.
    counts = range(fits, fits // 2, -1)
    parted = (count for count in counts if word[count - 1].text in _ADDRESS_SEAMS)
    whole = (count for count in counts if is_seam(word[count - 1], word[count]))
    return next(parted, None) or next(whole, fits)


def _elide(line: Line, size: int, width: int) -> None:
    last = line.letters[-1] if line.letters else None
    more = Letter(_ELLIPSIS, Face.TEXT, Kind.LETTER, level=last.level if last else 0)
    while line.letters and width_of([*line.letters, more], size) > width:
        line.letters.pop()
    _trimmed(line).letters.append(more)
