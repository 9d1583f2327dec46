"""Text in lines: where they end, what is kept together, what runs from the right, what is left out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.text import typefaces
from app.media.text.coverage import covered_by
from app.media.text.letters import Kind, letters_of
from app.media.text.typefaces import IS_SHAPING, Face
from app.media.text.typesetting import Block, Type, draw_block, set_text

FONTS = Path(typefaces.__file__).parent / "fonts"
TYPE = Type(size=20, leading=28, colour=(0, 0, 0), link=(0, 0, 255))


def lines_of(text: str, width: int = 200, most_lines: int = 50) -> list[str]:
    return ["".join(letter.text for letter in line.letters) for line in set_(text, width, most_lines).lines]


def set_(text: str, width: int = 200, most_lines: int = 50) -> Block:
    return set_text(text, TYPE, width=width, most_lines=most_lines)


def test_lines_end_between_words_and_are_no_wider_than_the_column() -> None:
    block = set_("It was the best of times, it was the worst of times.")

    assert len(block.lines) > 2
    assert block.width <= 200
    assert " ".join(lines_of("It was the best of times, it was the worst of times.")) == (
        "It was the best of times, it was the worst of times."
    )


def test_a_word_that_is_too_long_is_cut_into_lines_that_are_full() -> None:
    lines = lines_of("w" * 10_000, most_lines=1000)

    assert "".join(lines) == "w" * 10_000
    assert len(set(lines[:-1])) == 1


def test_an_address_breaks_where_its_parts_meet() -> None:
    first = lines_of("https://example.org/some/where/deep")[0]

    assert first.endswith("/")


def test_east_asian_text_breaks_anywhere_but_before_its_full_stop() -> None:
    lines = lines_of("春" * 10 + "。" + "春" * 10)

    assert len(lines) > 1
    assert not any(line.startswith("。") for line in lines)


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    block = set_("words and words " * 50, most_lines=3)

    assert (len(block.lines), block.is_whole) == (3, False)
    assert lines_of("words and words " * 50, most_lines=3)[-1].endswith("…")
    assert block.width <= 200


def test_an_ellipsis_does_not_stand_alone() -> None:
    assert lines_of("One line\n\nanother", most_lines=2) == ["One line…"]


def test_no_lines_hold_no_text() -> None:
    assert set_("words", most_lines=0).lines == ()


def test_many_blank_lines_are_one() -> None:
    assert lines_of("a\n\n\n \n\nb") == ["a", "", "b"]


@pytest.mark.skipif(not IS_SHAPING, reason="nothing joins the parts of an emoji here")
@pytest.mark.parametrize("emoji", ["👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "👍🏽", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☎", "🫠"])
def test_an_emoji_is_one_letter(emoji: str) -> None:
    (letter,) = letters_of(emoji)

    assert (letter.text, letter.face, letter.kind) == (emoji, Face.EMOJI, Kind.ALONE)


@pytest.mark.parametrize("sign", ["©", "™", "1", "#", "↗", "☎\ufe0e", "✓"])
def test_a_sign_is_text_unless_it_says_that_it_is_an_emoji(sign: str) -> None:
    (letter,) = letters_of(sign)

    assert letter.face is not Face.EMOJI


def test_accents_stay_on_their_letter_and_are_few() -> None:
    (letter,) = letters_of("a" + "\u0301" * 5000)

    assert letter.text == "a" + "\u0301" * 4


def test_what_only_steers_is_left_out() -> None:
    assert "".join(letter.text for letter in letters_of("a\u202eb\u2066c\u200bd")) == "abcd"


def test_levels_are_those_of_the_bidirectional_algorithm() -> None:
    from_left = [letter.level for letter in letters_of("ab אב cd")]
    from_right = [letter.level for letter in letters_of("אב ab 12 אב")]

    assert from_left == [0, 0, 0, 1, 1, 0, 0, 0]
    assert from_right == [1, 1, 1, 2, 2, 2, 2, 2, 1, 1, 1]


def test_the_sign_of_a_tag_stays_before_it_in_text_from_the_right() -> None:
    assert [letter.level for letter in letters_of("אב #ab")] == [1, 1, 1, 2, 2, 2]


def test_text_from_the_right_stands_at_the_right() -> None:
    ink = _ink("שלום")

    assert ink.min() > 100
    assert ink.max() >= 195


def test_text_from_the_left_stands_at_the_left() -> None:
    assert _ink("Hello").min() <= 4


def _ink(text: str) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    image = Image.new("RGB", (200, 28), (255, 255, 255))
    draw_block(image, set_(text), (0, 0), 200)
    return np.nonzero((np.asarray(image) < 128).any(axis=(0, 2)))[0]


def test_every_typeface_has_what_it_is_for() -> None:
    assert all(Face.TEXT.has(letter) and Face.BOLD.has(letter) for letter in "aéßЯΩ…—")
    assert all(Face.WORLD.has(letter) for letter in "سש")
    assert all(Face.EAST_ASIAN.has(letter) for letter in "春あ한")
    assert all(Face.EMOJI.has(letter) for letter in "😀🫠❤")


def test_what_a_font_does_not_have_is_not_said_to_be_there() -> None:
    covered = covered_by((FONTS / Face.TEXT.value).read_bytes())

    assert 0x4E00 not in covered
    assert 0xFFFF not in covered
