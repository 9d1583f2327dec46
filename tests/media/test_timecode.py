"""Positions as people write them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.errors import InvalidOption
from app.media.timecode import Position, format_timecode, parse_position

# What can be written: whole nanoseconds, up to seven digits of seconds.
SECONDS = st.integers(0, 10**16 - 1).map(lambda nanoseconds: Fraction(nanoseconds, 10**9))
PERCENTS = st.integers(0, 100 * 10**9).map(lambda billionths: Fraction(billionths, 10**9))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("83", 83),
        ("12.5", Fraction(25, 2)),
        ("  7  ", 7),
        ("0.000000001", Fraction(1, 10**9)),
        ("01:23", 83),
        ("1:2", 62),
        ("01:23.5", Fraction(167, 2)),
        ("00:01:23.500", Fraction(167, 2)),
        ("1:00:00", 3600),
        ("100:00:00", 360_000),
        ("59:59.999", Fraction(3_599_999, 1000)),
        ("60:00", 3600),
        ("99:00", 5940),
        ("1000:01.5", Fraction(120_003, 2)),
    ],
)
def test_seconds_and_timecodes_are_read_exactly(text: str, seconds: Fraction) -> None:
    position = parse_position(text)

    assert position == Position(Fraction(seconds))


@pytest.mark.parametrize(("text", "percent"), [("10%", 10), ("0 %", 0), ("100%", 100), ("12.5%", Fraction(25, 2))])
def test_percent_is_read_exactly(text: str, percent: Fraction) -> None:
    position = parse_position(text)

    assert position == Position(Fraction(percent), is_percent=True)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", "-1", "+1", "1e3", "1.", ".5", "0x10", "1_000", "nan", "inf", "12,5", "1 2", "1.0000000000"),
        *("1:60", "1:2:60", "1:60:00", "1:002:03", "10000:00", "1:2:3:4", ":30", "1:", "00:00:01:12", "1:2.5:3"),
        *("101%", "100.1%", "%", "-1%", "10%%", "10  %", "1:00%", "12345678", "٣", "1\n2", "1\0", "9" * 500),
    ],
)
def test_what_is_no_position_is_refused_and_the_field_named(text: str) -> None:
    with pytest.raises(InvalidOption, match="start") as caught:
        parse_position(text, field="start")

    assert caught.value.field == "start"


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_invalid_option(text: str) -> None:
    try:
        position = parse_position(text)
    except InvalidOption:
        return

    assert position.value >= 0


@given(SECONDS)
def test_a_written_position_is_read_back_as_the_same(seconds: Fraction) -> None:
    position = Position(seconds)

    again = parse_position(str(position))

    assert again == position


@given(PERCENTS)
def test_a_written_percentage_is_read_back_as_the_same(percent: Fraction) -> None:
    position = Position(percent, is_percent=True)

    again = parse_position(str(position))

    assert again == position


@pytest.mark.parametrize("text", ["83", "83.000", "01:23", "00:01:23", "0:1:23.0", " 83 "])
def test_equal_positions_are_written_alike(text: str) -> None:
    position = parse_position(text)

    assert str(position) == "83"


@pytest.mark.parametrize(("text", "written"), [("10%", "10%"), ("10.50 %", "10.5%"), ("000.1%", "0.1%")])
def test_equal_percentages_are_written_alike(text: str, written: str) -> None:
    position = parse_position(text)

    assert str(position) == written


@given(PERCENTS, SECONDS)
def test_a_percentage_lies_inside_the_video(percent: Fraction, duration: Fraction) -> None:
    position = Position(percent, is_percent=True)

    seconds = position.resolve(duration)

    assert 0 <= seconds <= duration


def test_a_percentage_of_an_unknown_duration_is_the_start() -> None:
    position = parse_position("50%")

    seconds = position.resolve(None)

    assert seconds == 0


def test_seconds_stay_what_they_are_whatever_the_duration() -> None:
    position = parse_position("12.5")

    seconds = position.resolve(Fraction(3))

    assert seconds == Fraction(25, 2)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00:00.000"),
        (Fraction(1, 3), "00:00:00.333"),
        (Fraction(2, 3), "00:00:00.667"),
        (59.9996, "00:01:00.000"),
        (3599.9999, "01:00:00.000"),
        (Fraction(167, 2), "00:01:23.500"),
        (360_000, "100:00:00.000"),
    ],
)
def test_timecodes_are_rounded_to_the_millisecond(seconds: Fraction | float, text: str) -> None:
    written = format_timecode(seconds)

    assert written == text


@given(st.integers(0, 3_600_000_000 - 1).map(lambda milliseconds: Fraction(milliseconds, 1000)))
def test_a_timecode_of_whole_milliseconds_is_read_back_as_the_same(seconds: Fraction) -> None:
    written = format_timecode(seconds)

    position = parse_position(written)

    assert position.value == seconds
