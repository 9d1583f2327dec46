"""Text fits where it is put, in any script, and keeps what is worth keeping."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.media.text.lettering import Lettering, printable
from app.media.text.typefaces import IS_SHAPING

NORMAL = Lettering(16)
BOLD = Lettering(26, is_bold=True)
NAMES = [
    "film.mp4",
    "Ταινία.mkv",
    "Фильм о лете.avi",
    "فيلم العائلة في الصيف 2019.mp4",
    "סרט משפחתי.mp4",
    "会議の録画 최종본.mp4",
    "party 🎉😀👨‍👩‍👧👍🏽.mov",
    "हिन्दी ไทย తెలుగు မြန်မာ.webm",
    "Z" + "\u0335\u034a\u0316" * 80 + ".mp4",
]


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert NORMAL.elide("film.mp4", 400) == "film.mp4"


def test_a_long_name_loses_its_middle_and_keeps_its_ending() -> None:
    short = NORMAL.elide("the beginning " + "of a long story " * 20 + "part two.torrent", 300)

    assert short.startswith("the beginning")
    assert "…" in short
    assert short.endswith(" two.torrent")
    assert 250 < NORMAL.width(short) <= 300


@pytest.mark.parametrize("width", [60, 70, 90])
def test_where_there_is_hardly_room_the_ending_is_what_stays(width: int) -> None:
    assert NORMAL.elide("a long name of a film.mp4", width).endswith(".mp4")


def test_where_not_even_an_ellipsis_fits_nothing_is_left() -> None:
    assert NORMAL.elide("film.mp4", 5) == ""


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_scripts_are_drawn_and_stay_in_their_line(name: str) -> None:
    text = BOLD.elide(printable(name), 300)
    image = Image.new("RGB", (400, 120))

    BOLD.draw(image, (40, 40), text, (255, 255, 255))

    ink = np.argwhere(np.asarray(image.convert("L")) > 0)
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
    assert top >= 40 and bottom < 40 + BOLD.height
    assert left >= 40 - BOLD.size // 8 and right <= 40 + 300 + BOLD.size // 8


@given(st.text(max_size=80), st.integers(0, 400))
def test_whatever_a_name_is_made_of_it_fits(name: str, width: int) -> None:
    assert NORMAL.width(NORMAL.elide(printable(name), width)) <= width


@pytest.mark.skipif(not IS_SHAPING, reason="only a shaper knows of digits that are equally wide")
def test_the_digits_of_times_are_all_equally_wide() -> None:
    for lettering in (NORMAL, BOLD, Lettering(9)):
        assert len({lettering.width(f"{digit}{digit}:{digit}{digit}.{digit}{digit}") for digit in range(10)}) == 1


@pytest.mark.parametrize("name", ["فيلم", "סרט"])
def test_an_ending_stands_at_the_right_of_a_name_that_is_read_from_there(name: str) -> None:
    whole, stem = _ink(NORMAL, f"{name}.mp4"), _ink(NORMAL, name)

    width = NORMAL.width(name)
    assert (whole[:, : 40 + width - 2] == stem[:, : 40 + width - 2]).all()
    assert whole[:, 40 + width :].any()


def test_emoji_are_drawn_in_their_colours() -> None:
    image = Image.new("RGB", (60, 40))

    NORMAL.draw(image, (10, 10), "🎉", (255, 255, 255))

    assert np.ptp(np.asarray(image).astype(int), axis=2).max() > 100


@pytest.mark.parametrize("text", ["film", "فيلم", "会議", "हिन्दी", "ไทย"])
def test_a_title_is_bolder_than_a_line_of_facts_in_every_script(text: str) -> None:
    plain, bold = (_ink(Lettering(26, is_bold=is_bold), text).sum() for is_bold in (False, True))

    assert bold > 1.1 * plain


def test_parts_are_wrapped_between_and_not_within_them() -> None:
    parts = ["12:34", "1920 × 1080", "25 fps", "H.264"]

    assert NORMAL.wrap(parts, " · ", 1000) == ["12:34 · 1920 × 1080 · 25 fps · H.264"]
    assert NORMAL.wrap(parts, " · ", 190) == ["12:34 · 1920 × 1080", "25 fps · H.264"]
    assert all(NORMAL.width(line) <= 50 for line in NORMAL.wrap(parts, " · ", 50))


def test_what_steers_and_what_breaks_lines_is_not_drawn() -> None:
    assert printable("a\u202egpj.exe") == "agpj.exe"
    assert printable("فيلم.mp4\u200f").endswith(".mp4")
    assert printable(" a\n\tb\x00c ") == "a b c"
    assert printable("e\u0301") == "é"
    assert printable("\udcff") == "?"
    assert len(printable("x" * 100_000)) == 300


def _ink(lettering: Lettering, text: str) -> NDArray[np.int64]:
    image = Image.new("RGB", (300, 60))
    lettering.draw(image, (40, 10), text, (255, 255, 255))
    return np.asarray(image.convert("L")).astype(np.int64)
