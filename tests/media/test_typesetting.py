"""Text in lines: where they end, what is left out, and where they stand."""

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from app.media.text.letters import Letter
from app.media.text.lines import Type, width_of
from app.media.text.typefaces import IS_SHAPING
from app.media.text.typesetting import Block, draw_block, set_text

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


@pytest.mark.parametrize("sign", "x@#ا")
def test_of_a_word_without_end_little_more_is_measured_than_is_shown(
    sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = 0

    def counted(letters: Sequence[Letter], size: int) -> float:
        nonlocal measured
        measured += len(letters)
        return width_of(letters, size)

    monkeypatch.setattr("app.media.text.typesetting.width_of", counted)

    block = set_(sign * 10_000, width=46, most_lines=200)

    shown = sum(len(line.letters) for line in block.lines)
    assert (len(block.lines), block.is_whole) == (200, False)
    assert measured < shown * 200


def test_a_word_of_many_small_letters_fills_its_line() -> None:
    (line, *_) = set_("i" * 1000, width=1000).lines

    assert len(line.letters) > 128
    assert 990 < width_of(line.letters, TYPE.size) <= 1000


def test_an_address_breaks_where_its_parts_meet() -> None:
    first = lines_of("https://example.org/some/where/deep")[0]

    assert first.endswith("/")


def test_east_asian_text_breaks_anywhere_but_before_its_full_stop() -> None:
    lines = lines_of("春" * 10 + "。" + "春" * 10)

    assert len(lines) > 1
    assert not any(line.startswith("。") for line in lines)


@pytest.mark.parametrize("text", ["เที่ยวทะเลด้วยกัน" * 20, "क्ष्म" * 200, "น้ำ" * 100])
def test_a_line_ends_where_no_syllable_is_torn(text: str) -> None:
    lines = lines_of(text)

    assert len(lines) > 3
    assert "".join(lines) == text
    assert not any(line[-1] in "เแโใไ\u094d" for line in lines)
    assert not any(line[0] in "ะาำ" for line in lines)


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


def test_text_from_the_right_stands_at_the_right() -> None:
    ink = _ink("שלום")

    assert ink.min() > 100
    assert ink.max() >= 195


def test_text_from_the_left_stands_at_the_left() -> None:
    assert _ink("Hello").min() <= 4


@pytest.mark.skipif(not IS_SHAPING, reason="only a shaper sets signs under letters")
def test_signs_under_the_last_line_are_whole() -> None:
    image = Image.new("RGB", (200, 60), (255, 255, 255))
    tight = Type(size=20, leading=25, colour=(0, 0, 0))

    draw_block(image, set_text("స్త్రీ", tight, width=200, most_lines=1), (0, 0), 200)

    rows = np.nonzero((np.asarray(image) < 128).any(axis=(1, 2)))[0]
    assert 25 < rows.max() < 25 + 4


def _ink(text: str) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    image = Image.new("RGB", (200, 28), (255, 255, 255))
    draw_block(image, set_(text), (0, 0), 200)
    return np.nonzero((np.asarray(image) < 128).any(axis=(0, 2)))[0]
