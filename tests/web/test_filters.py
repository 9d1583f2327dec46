"""How numbers, times and names are written for people."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from app.media.timecode import parse_position
from app.web.filters import ending, iso, position, seconds, stem


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.0, "0:00.00"),
        (0.04, "0:00.04"),
        (0.29, "0:00.29"),
        (1.16, "0:01.16"),
        (14.25, "0:14.25"),
        (59.99, "0:59.99"),
        (6129.0, "1:42:09.00"),
    ],
)
def test_positions(value: float | None, text: str) -> None:
    assert position(value) == text


@pytest.mark.parametrize("frames", [Fraction(24), Fraction(25), Fraction(30), Fraction(30_000, 1001), Fraction(60)])
def test_a_position_that_is_written_is_a_moment_at_which_its_frame_is_shown(frames: Fraction) -> None:
    wrong = []

    for number in range(300):
        # Frames tell their position rounded up to the microsecond, as `media.tasks` does.
        told = -(-number * 1_000_000 // frames) / 1_000_000
        read = parse_position(position(float(told))).value
        if not number / frames <= read < (number + 1) / frames:
            wrong.append(number)

    assert wrong == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.0, "0 ms"),
        (0.0844, "84 ms"),
        (0.9996, "1.0 s"),
        (1.0, "1.0 s"),
        (2.44, "2.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (60.0, "1 min"),
        (185.0, "3 min"),
    ],
)
def test_durations(value: float | None, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), "2026-11-21T12:00:00.000Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_999, tzinfo=UTC), "2026-01-02T03:04:05.678Z"),
        (datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=1))), "2026-11-21T12:00:00.000+01:00"),
    ],
)
def test_moments(moment: datetime, text: str) -> None:
    assert iso(moment) == text


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("clip.mp4", ".mp4"),
        ("a.tar.gz", ".gz"),
        ("clip", ""),
        (".bashrc", ""),
        ("clip.", ""),
        ("", ""),
        (".", ""),
        ("..", ""),
        ("Dr. No", ". No"),
        ("clip.12345678", ".12345678"),
        ("clip.123456789", ""),
        ("فيديو.mp4", ".mp4"),
    ],
)
def test_endings(name: str, end: str) -> None:
    assert ending(name) == end
    assert stem(name) + ending(name) == name
