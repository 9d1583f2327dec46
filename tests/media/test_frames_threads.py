"""Decoding on several threads: the same frames, and nothing damaged called exact that one thread would not call so."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from app.media.decoding.frames import Rung, Still
from app.media.errors import MediaError
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import find_all, number_of, open_finder
from tests.media.test_frames import CLIPS, FRAMES, RATE
from tests.media.test_frames_damage import CLIPS as LONG_CLIPS
from tests.media.test_frames_damage import flip_bits

THREADED = {name: recipe for name, recipe in CLIPS.items() if name.split()[0] in ("h264", "hevc", "vp9", "av1")}
DAMAGED = {name: LONG_CLIPS[name] for name in ("mp4", "mkv", "ts", "vp9", "av1")}
SEEDS = range(12)


@pytest.mark.parametrize("recipe", THREADED.values(), ids=THREADED.keys())
def test_threads_find_the_same_frames(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)
    numbers = (0, 7, 23, 24, 31, 46, 58, FRAMES - 1)

    stills = find_all(path, [(number + Fraction(1, 2)) / RATE for number in numbers], threads=2)

    assert [number_of(still) for still in stills] == list(numbers)
    assert {still.rung for still in stills} == {Rung.EXACT}


@pytest.mark.parametrize("recipe", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_sound_frame_is_found_on_several_threads(clip: Clip, recipe: Recipe) -> None:
    with open_finder(clip(recipe), threads=2) as finder:
        finder.find(Fraction(1))

        assert finder.threads == 2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("recipe", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_gives_what_one_thread_finds(clip: Clip, recipe: Recipe, seed: int, tmp_path: Path) -> None:
    sound = clip(recipe)
    path = tmp_path / sound.name
    path.write_bytes(flip_bits(sound.read_bytes(), seed, first=1000))
    times = [Fraction(tenth, 10) for tenth in (3, 9, 14, 20, 27)]

    assert [found(path, at, threads=2) for at in times] == [found(path, at, threads=1) for at in times]


def test_what_threads_leave_to_one_is_found_by_it_from_then_on(clip: Clip, tmp_path: Path) -> None:
    sound = clip(DAMAGED["mkv"])
    data, path = sound.read_bytes(), tmp_path / sound.name
    path.write_bytes(flip_bits(data, 1, first=len(data) // 2))

    with open_finder(path, threads=2) as finder:
        rungs = {finder.find((number + Fraction(1, 2)) / RATE).rung for number in range(0, 72, 5)}

    assert rungs > {Rung.EXACT}
    assert finder.threads == 1


def found(path: Path, at: Fraction, *, threads: int) -> tuple[object, ...]:
    """Return what was found: how, where, and the picture's fingerprint."""
    try:
        (still,) = find_all(path, [at], threads=threads)
    except MediaError as err:
        return (type(err),)
    return still.rung, still.position_seconds, brightness(still)


def brightness(still: Still) -> float:
    return float(np.asarray(still.frame.to_ndarray(format="gray"), dtype=np.int64).sum())
