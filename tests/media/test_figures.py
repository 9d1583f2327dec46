"""Numbers as people write them."""

import pytest

from app.media.text.figures import write_clock, write_length, write_rate, write_size


@pytest.mark.parametrize(
    ("size_bytes", "written"),
    [
        (0, "0 B"),
        (840, "840 B"),
        (999, "999 B"),
        (1000, "1 KB"),
        (84_400, "84 KB"),
        (999_499, "999 KB"),
        (999_999, "1 MB"),
        (1_000_000, "1 MB"),
        (1_340_000, "1.3 MB"),
        (99_960_000, "100 MB"),
        (123_400_000, "123 MB"),
        (999_999_999, "1 GB"),
        (18_400_000_000, "18.4 GB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes_are_written_in_thousands(size_bytes: int, written: str) -> None:
    assert write_size(size_bytes) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0:00"),
        (5, "0:05"),
        (59.999, "0:59"),
        (60, "1:00"),
        (723, "12:03"),
        (3599.9, "59:59"),
        (3600, "1:00:00"),
        (6129, "1:42:09"),
        (360_000, "100:00:00"),
    ],
)
def test_clocks_are_cut(seconds: float, written: str) -> None:
    assert write_clock(seconds) == written


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.033, "0.03 s"), (0.4, "0.4 s"), (0.99, "0:01"), (59.6, "1:00"), (6129, "1:42:09")]
)
def test_lengths_are_rounded_and_of_less_than_a_second_told_in_parts(seconds: float, written: str) -> None:
    assert write_length(seconds) == written


@pytest.mark.parametrize(
    ("frame_rate", "written"),
    [
        (25.0, "25 fps"),
        (29.97, "29.97 fps"),
        (23.976, "23.976 fps"),
        (100.0, "100 fps"),
        (0.5, "0.5 fps"),
        (14.985, "14.985 fps"),
        (90_000.0, ""),
        (0.0, ""),
    ],
)
def test_frame_rates_have_no_idle_zeros_and_are_left_out_where_they_make_no_sense(
    frame_rate: float, written: str
) -> None:
    assert write_rate(frame_rate) == written
