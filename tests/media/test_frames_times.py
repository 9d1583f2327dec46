"""Clips whose clock is odd: uneven, late, far away, below zero, cut by an edit list, or hardly there."""

from dataclasses import replace
from fractions import Fraction
from itertools import accumulate

import pytest

from app.media.decoding.frames import Rung
from app.media.decoding.source import open_video
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import LIMITS, ROUNDING, find_all, number_of
from tests.media.test_frames import H264, MPEG2, MPEG4, RATE, VP9

HOUR = 3600 * 25
# A frame lasts one, two, three, seven or 25 ticks of 1/25 s.
UNEVEN = tuple(accumulate([1, 1, 2, 3, 1, 7, 25, 1, 2, 1] * 6, initial=0))
GAP = (*range(30), *range(5000, 5030))
LATE = range(250, 310)
VERY_LATE = range(5 * HOUR, 5 * HOUR + 60)
# The 33 bits of an MPEG clock of 90 kHz end after 26.5 hours; a recording can begin just before that.
WRAP = (1 << 33) * 25 // 90_000
CONTAINERS = {
    **{name: replace(H264, container=name) for name in "mp4 mov mkv ts flv".split()},
    "webm": VP9,
    "avi": replace(MPEG4, container="avi"),
    "asf": Recipe(codec="wmv2", container="asf"),
}
UNEVEN_CLIPS = {
    **{f"uneven {name}": replace(recipe, times=UNEVEN) for name, recipe in CONTAINERS.items()},
    **{f"gap {name}": replace(recipe, times=GAP) for name, recipe in CONTAINERS.items()},
}
LATE_CLIPS = {
    **{f"10 s {name}": replace(recipe, times=LATE) for name, recipe in CONTAINERS.items()},
    # AVI would have to write five hours of empty frames.
    **{f"5 h {name}": replace(recipe, times=VERY_LATE) for name, recipe in CONTAINERS.items() if name != "avi"},
    "10 s mpg": replace(MPEG2, container="mpg", times=LATE),
    "5 h mpg": replace(MPEG2, container="mpg", times=VERY_LATE),
}
AS_THEY_ARE = {"avoid_negative_ts": "disabled"}
NEGATIVE_CLIPS = {
    **{f"ts {gop}": replace(H264, container="ts", times=range(WRAP - 30, WRAP + 30), gop=gop) for gop in (24, 1000)},
    "webm": replace(VP9, times=range(-30, 30), container_options=AS_THEY_ARE),
    "asf": Recipe(codec="wmv2", container="asf", times=range(-30, 30), container_options=AS_THEY_ARE),
}


def middles(times: "range | tuple[int, ...]") -> list[Fraction]:
    """Half a frame after each frame's time, counted from the first."""
    return [(time - times[0] + Fraction(1, 2)) / RATE for time in times]


@pytest.mark.parametrize("recipe", UNEVEN_CLIPS.values(), ids=UNEVEN_CLIPS.keys())
def test_frames_of_uneven_length_are_shown_until_the_next_one(clip: Clip, recipe: Recipe) -> None:
    times = recipe.times or ()
    ends = [Fraction(time * 10 - 1, 10) / RATE for time in times[1:]]

    stills = find_all(clip(recipe), ends)

    assert [number_of(still) for still in stills] == list(range(len(times) - 1))
    off = [abs(still.position_seconds - time / RATE) for still, time in zip(stills, times, strict=False)]
    assert max(off) <= ROUNDING


@pytest.mark.parametrize("recipe", LATE_CLIPS.values(), ids=LATE_CLIPS.keys())
def test_a_clock_that_starts_late_is_counted_from_its_first_frame(clip: Clip, recipe: Recipe) -> None:
    times = recipe.times or ()

    stills = find_all(clip(recipe), [Fraction(0), *middles(range(60))])

    assert [number_of(still) for still in stills] == [0, *range(60)]
    off = [
        abs(still.position_seconds - (time - times[0]) / RATE) for still, time in zip(stills[1:], times, strict=True)
    ]
    assert max(off) <= ROUNDING


# Program streams have no header to tell a duration; what ffmpeg estimates for them leaves out the last frames.
@pytest.mark.parametrize("name", [name for name in LATE_CLIPS if "mpg" not in name])
def test_a_clock_that_starts_late_makes_no_video_longer(clip: Clip, name: str) -> None:
    path = clip(LATE_CLIPS[name])

    with path.open("rb") as file, open_video(file, LIMITS) as source:
        duration = source.duration

    assert duration is not None
    assert abs(duration - 60 / RATE) <= Fraction(1, 10)


@pytest.mark.parametrize("recipe", NEGATIVE_CLIPS.values(), ids=NEGATIVE_CLIPS.keys())
def test_a_clock_that_starts_below_zero_is_counted_from_its_first_frame(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    stills = find_all(path, [Fraction(0), *middles(range(60))])

    assert [number_of(still) for still in stills] == [0, *range(60)]
    assert {still.rung for still in stills} == {Rung.EXACT}


@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_frames_that_an_edit_list_cuts_off_are_not_shown(clip: Clip, container: str) -> None:
    # The muxer keeps the 30 frames before zero, and tells players to pass over them.
    path = clip(replace(H264, container=container, times=range(-30, 30)))

    stills = find_all(path, [Fraction(0), *middles(range(30))])

    assert [number_of(still) for still in stills] == [30, *range(30, 60)]


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_where_sound_starts_first_the_picture_keeps_its_place_beside_it(clip: Clip, container: str) -> None:
    path = clip(replace(H264, container=container, times=range(25, 85), sound="aac"))

    before, inside = find_all(path, [Fraction(1, 2), Fraction(3, 2)])

    assert number_of(before) == 0
    assert abs(number_of(inside) - 12) <= 1
    assert abs(before.position_seconds - 1) < Fraction(1, 10)


@pytest.mark.parametrize("first", [0, 77])
@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "avi", "flv", "h264"])
def test_the_only_frame_of_a_video_is_shown_at_every_time(clip: Clip, container: str, first: int) -> None:
    path = clip(replace(H264, container=container, times=[first]))

    stills = find_all(path, [Fraction(0), Fraction(1, 50), Fraction(100)])

    assert [number_of(still) for still in stills] == [0, 0, 0]
    assert max(still.position_seconds for still in stills) <= ROUNDING


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "avi", "h264"])
def test_one_keyframe_in_twelve_seconds_is_enough(clip: Clip, container: str) -> None:
    path = clip(replace(H264, container=container, frames=300, gop=1000))

    stills = find_all(path, [Fraction(2 * number + 1, 50) for number in (299, 150, 1, 298)])

    assert [number_of(still) for still in stills] == [299, 150, 1, 298]


def test_frames_that_carry_no_time_are_counted(clip: Clip) -> None:
    # ffmpeg's program streams say a time for one H.264 frame in several.
    path = clip(replace(H264, container="mpg"))

    stills = find_all(path, [Fraction(0), *middles(range(60))])

    assert [number_of(still) for still in stills] == [0, *range(60)]
