"""What a contact sheet says of a video and its moments."""

from fractions import Fraction

import pytest

from app.media.facts import Sound
from app.media.text.captions import Header, write_timecodes
from tests.media.probes import probe_of

PROBE = probe_of(frame_rate=29.97, duration_seconds=754.2, sound=Sound(codec="aac", channels=2, sample_rate=48_000))


def test_a_header_tells_the_facts() -> None:
    header = Header(filename="film.mp4", size_bytes=1_300_000_000, probe=PROBE)

    assert header.facts == ["12:34", "1920 × 1080", "29.97 fps", "H.264 + AAC", "1.3 GB"]


def test_what_is_not_known_is_left_out() -> None:
    bare = probe_of(64, 48, codec="av1", frame_rate=90_000.0, is_hdr=True)

    assert Header(filename="", size_bytes=0, probe=bare).facts == ["64 × 48 HDR", "AV1", "0 B"]


@pytest.mark.parametrize(
    ("seconds", "duration", "written"),
    [
        ([0, 30, 59.99], 60, ["0:00", "0:30", "0:59"]),
        ([5, 700], 754, ["00:05", "11:40"]),
        ([5, 4000], 5000, ["0:00:05", "1:06:40"]),
        ([5, 40_000], 50_000, ["00:00:05", "11:06:40"]),
        ([0.25, 0.75, 1.25, 1.75], 2, ["0:00.2", "0:00.7", "0:01.2", "0:01.7"]),
        ([0.025, 0.075], 0.1, ["0:00.02", "0:00.07"]),
        ([0.0005, 0.0015], 0.002, ["0:00.000", "0:00.001"]),
        ([0], 0, ["0:00.000"]),
        ([100], 60, ["1:40"]),
    ],
)
def test_timecodes_have_as_many_digits_as_tell_them_apart(
    seconds: list[float], duration: float, written: list[str]
) -> None:
    positions = [Fraction(str(value)) for value in seconds]

    assert write_timecodes(positions, Fraction(str(duration))) == written
