"""Text taken apart: what is drawn as one, in which typeface, in which direction, and what is a link in it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from app.media.text.typefaces import IS_SHAPING, Face, face_of

# What may stand behind the character it changes: marks above and below, joiners, the choice between sign and emoji.
_JOINERS, _SELECTORS = frozenset("\u200c\u200d"), frozenset("\ufe0e\ufe0f")
_AS_TEXT = "\ufe0e"
# As many has a syllable in Myanmar; accents are fewer.
_MOST_MARKS = 6
# ©, ™ and the like are letters first; these, in the basic plane, are emoji wherever nothing says otherwise.
_EMOJI_BY_DEFAULT = re.compile("[\u231a-\u23ff\u25fb-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]")
_BASE = "[\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_TONE = "[\ufe0f\U0001f3fb-\U0001f3ff]{0,2}"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a keycap
    f"|{_BASE}{_TONE}(?:[\U000e0020-\U000e007e]{{1,8}}\U000e007f)?(?:\u200d{_BASE}{_TONE}){{0,9}}"
)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]}’']|(?<![\w@#&/])[@#＃]\w+(?:[.-]\w+)*")
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff01-\uffee\U00020000-\U0003ffff]"
)
_NEVER_FIRST = frozenset(
    "、。，．・：；？！）］｝」』】〉》〕ー々…‥ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)]}%’”»"
    "\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eaf\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6"  # Thai and Lao, behind their syllable
)
_NEVER_LAST = frozenset(
    "（［｛「『【〈《〔([{‘“«"
    "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"  # Thai and Lao, written before what they follow
)
# The combining class of the signs that take a letter's vowel away: it may be joined to the next letter.
_VIRAMA = 9


class Kind(Enum):
    """What a line may do at a letter."""

    LETTER = auto()  # part of a word
    SPACE = auto()  # a line may end here, and loses it
    ALONE = auto()  # a word of its own: an emoji, an East Asian character


@dataclass(slots=True)
class Letter:
    """What is drawn as one; `level` is even from the left and odd from the right, as in the bidirectional algorithm."""

    text: str
    face: Face
    kind: Kind
    is_link: bool = False
    level: int = 0


def letters_of(paragraph: str, *, is_bold: bool = False) -> list[Letter]:
    """Take apart a text of one paragraph; what only steers is left out: it could turn `gpj.exe` into `exe.jpg`."""
    # Names from some systems come with their accents and syllables taken apart.
    paragraph = unicodedata.normalize("NFC", paragraph)
    linked = {place for match in _LINK.finditer(_spelled(paragraph)) for place in range(*match.span())}
    found: list[Letter] = []
    for place, text, is_emoji in _clusters(paragraph):
        if is_emoji:
            found += [Letter(part, face, Kind.ALONE) for part, face in _drawable_emoji(text)]
        else:
            drawn = _drawable(text)
            found.append(Letter(drawn, face_of(drawn, is_bold=is_bold), _kind_of(text[0]), place in linked))
    _set_levels(found)
    return found


def words_of(letters: list[Letter]) -> Iterator[list[Letter]]:
    """Yield what a line keeps together; each run of spaces is a word as well."""
    word: list[Letter] = []
    for letter in letters:
        if word and _may_break(word[-1], letter):
            yield word
            word = []
        word.append(letter)
    if word:
        yield word


def is_seam(left: Letter, right: Letter) -> bool:
    """Tell whether a line may end between two letters, spaces or none, where a word is too long for one."""
    is_joined = unicodedata.combining(left.text[-1]) == _VIRAMA or left.text[-1] in _JOINERS
    return not is_joined and left.text[-1] not in _NEVER_LAST and right.text[0] not in _NEVER_FIRST


def is_from_right(letters: list[Letter]) -> bool:
    """Tell whether a paragraph begins at the right: its first letter with a direction decides."""
    return next((way in ("R", "AL") for way in map(_way, letters) if way in ("L", "R", "AL")), False)


def _spelled(text: str) -> str:
    """Return a text of the same length whose words are plain letters: patterns take vowel signs for the word's end."""
    return "".join("x" if character in _JOINERS or _is_vowel_sign(character) else character for character in text)


def _is_vowel_sign(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc") and character not in _SELECTORS


def _clusters(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield where each cluster stands, the cluster, and whether it is drawn as an emoji."""
    place = 0
    while place < len(text):
        emoji = _EMOJI.match(text, place)
        if emoji and _is_emoji(emoji[0], text[emoji.end() : emoji.end() + 1]):
            yield place, emoji[0], True
            place = emoji.end()
            continue
        end = place + 1
        while end < len(text) and _is_mark(text[end]):
            end += 1
        if not _is_mark(text[place]) and not _is_invisible(text[place]):
            yield place, text[place:end], False
        place = end


def _is_emoji(text: str, following: str) -> bool:
    if following == _AS_TEXT or not Face.EMOJI.has(text[0]):
        return False
    return len(text) > 1 or _EMOJI_BY_DEFAULT.match(text) is not None


def _drawable_emoji(text: str) -> list[tuple[str, Face]]:
    """Return what is drawn of an emoji, and in which face; where nothing joins its parts, they stand side by side."""
    if IS_SHAPING:
        return [(text, Face.EMOJI)]
    # Only joined to a keycap its digit has a picture.
    parts = [part for part in text if not _is_mark(part) and not _is_invisible(part)]
    return [(part, face_of(part) if part.isascii() else Face.EMOJI) for part in parts]


def _drawable(cluster: str) -> str:
    # A pile of a thousand accents is one letter, and would be a tower.
    undrawn = _SELECTORS if IS_SHAPING else _SELECTORS | _JOINERS
    marks = [mark for mark in cluster[1:] if mark not in undrawn]
    return cluster[0] + "".join(marks[:_MOST_MARKS])


def _is_mark(character: str) -> bool:
    return character in _JOINERS or character in _SELECTORS or unicodedata.category(character).startswith("M")


def _is_invisible(character: str) -> bool:
    """Tell whether a character only steers: such could turn the line that it stands in."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _kind_of(character: str) -> Kind:
    if character.isspace() and character not in "\u00a0\u202f":
        return Kind.SPACE
    return Kind.ALONE if _EAST_ASIAN.match(character) else Kind.LETTER


def _may_break(left: Letter, right: Letter) -> bool:
    if (left.kind is Kind.SPACE) is not (right.kind is Kind.SPACE):
        return True
    if not is_seam(left, right):
        return False
    return Kind.ALONE in (left.kind, right.kind) or (left.text == "-" and not right.text[0].isdigit())


def _way(letter: Letter) -> str:
    return "ON" if letter.face is Face.EMOJI else unicodedata.bidirectional(letter.text[0])


def _set_levels(letters: list[Letter]) -> None:
    """Give each letter its level: the bidirectional algorithm without embeddings, which are not drawn here."""
    base = int(is_from_right(letters))
    from_left, strong, waiting = 2 * base, base, []
    for letter in letters:
        way = _way(letter)
        if way in ("R", "AL", "AN"):
            level = 1
        elif way == "EN" and strong == 1:
            level = 2
        elif way in ("L", "EN"):
            level = from_left
        else:
            waiting.append(letter)
            continue
        _settle(waiting, strong, level % 2, base)
        letter.level, waiting = level, []
        strong = strong if way == "EN" else level % 2
    _settle(waiting, strong, base, base)


def _settle(neutral: list[Letter], before: int, after: int, base: int) -> None:
    """Give letters without a direction that of their neighbours where both agree, and the paragraph's elsewhere."""
    way = before if before == after else base
    for letter in neutral:
        # The sign before a tag or a name belongs to it, whatever stands before.
        letter.level = 1 if (after if letter.is_link else way) else 2 * base
