"""Names in one line, as on contact sheets: shortened in their middle, with their ending where it is looked for."""

import re
import unicodedata
from collections.abc import Sequence
from math import ceil

from PIL import Image

from app.media.pictures.colours import Colour
from app.media.text.letters import Letter, letters_of
from app.media.text.lines import Type, draw_letters, width_of

_ELLIPSIS = "…"
_ENDING = re.compile(r"\.[0-9A-Za-z]{1,8}$")
# More than any line holds. Names are at most 255 bytes in file systems, titles 200 characters.
_LONGEST_TEXT = 300
# Of the size: room for what stands above and below the letters of all scripts, the largest stacks excepted.
_ASCENT, _DESCENT = 1.02, 0.44
# Some letters begin a little before their place, as the j, or end a little behind it.
_BESIDE = 8


class Lettering:
    """Letters of one size (pixels) and weight."""

    def __init__(self, size: int, *, is_bold: bool = False) -> None:
        self.size = size
        self._is_bold = is_bold

    @property
    def ascent(self) -> int:
        """Return the pixels from the top of a line to its baseline."""
        return round(self.size * _ASCENT)

    @property
    def height(self) -> int:
        """Return the pixels that a line takes, accents and tails of letters included."""
        return self.ascent + round(self.size * _DESCENT)

    def width(self, text: str) -> int:
        """Return how many pixels wide a text is."""
        return ceil(sum(width_of(part, self.size) for part in self._parts(text)))

    def draw(self, image: Image.Image, at: tuple[int, int], text: str, colour: Colour) -> None:
        """Write a line of text on an RGB image, with its top left corner at `at`.

        Nothing leaves the line: however many accents are piled up on a letter, they end where the line ends.
        """
        beside = self.size // _BESIDE
        box = (at[0] - beside, at[1], at[0] + self.width(text) + beside, at[1] + self.height)
        line, left = image.crop(box), float(beside)
        how = Type(size=self.size, leading=self.height, colour=colour, is_bold=self._is_bold)
        for part in self._parts(text):
            draw_letters(line, part, (left, self.ascent), how)
            left += width_of(part, self.size)
        image.paste(line, box[:2])

    def elide(self, text: str, width: int) -> str:
        """Shorten a text in its middle until it is at most `width` pixels wide; a name keeps its ending.

        Where not even an ellipsis fits, nothing is left.
        """
        if self.width(text) <= width:
            return text
        letters = [letter.text for letter in letters_of(text)]
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

    def _parts(self, text: str) -> list[list[Letter]]:
        """Return a name and its ending, which stands at the right end, whichever way the name is read."""
        ending = _ENDING.search(text)
        parts = (text[: ending.start()], ending[0]) if ending else (text,)
        return [letters_of(part, is_bold=self._is_bold) for part in parts]


def printable(text: str) -> str:
    """Return a text in one line, without what has no shape of its own: controls, marks of direction."""
    spaced = (" " if unicodedata.category(character) == "Cc" else character for character in text[:_LONGEST_TEXT])
    # What a file system could not spell is a question mark rather than nothing.
    spelled = "".join(spaced).encode("utf-8", "replace").decode()
    return " ".join("".join(letter.text for letter in letters_of(spelled)).split())


def _without_middle(letters: list[str], kept: int) -> str:
    """Return the text with `kept` of its letters, three fifths of them from its beginning, and its ending."""
    ending = _ENDING.search("".join(letters[-9:]))
    tail = min(max(kept * 2 // 5, len(ending[0]) if ending else 0), kept)
    head = "".join(letters[: kept - tail]).rstrip()
    return head + _ELLIPSIS + "".join(letters[len(letters) - tail :]).lstrip()
