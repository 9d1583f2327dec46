"""The frame that stands for a video: not the black one, not the flat one, as long as there is another."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from app.media.errors import DamagedSource
from app.media.pick import Candidate, pick_poster, score_picture
from tests.clips import Recipe, numbered_picture
from tests.media.conftest import Clip
from tests.media.finding import number_of, open_finder
from tests.media.test_frames import RATE, VP9

FRAMES = 100
Paint = Callable[[int, int, int], NDArray[np.uint8]]
FLAT = {"black": 0, "white": 255, "grey": 90}
GOPS = pytest.mark.parametrize("gop", [10, 1000], ids=["many keyframes", "one keyframe"])


def flat_but(seen: range, shade: int) -> Paint:
    """Flat frames, but for those in `seen`, which say their number."""

    def paint(number: int, width: int, height: int) -> NDArray[np.uint8]:
        if number in seen:
            return numbered_picture(number, width, height)
        return np.full((height, width, 3), shade, dtype=np.uint8)

    return paint


def paused(picture: Paint, *, gop: int = 10) -> Recipe:
    options = {"preset": "veryfast", "x264-params": "scenecut=0"}
    return Recipe(frames=FRAMES, gop=gop, options=options, picture=picture)


def pick(clip: Clip, recipe: Recipe) -> Candidate:
    with open_finder(clip(recipe)) as finder:
        return pick_poster(finder, FRAMES / RATE, Fraction(1))


@GOPS
@pytest.mark.parametrize("shade", FLAT.values(), ids=FLAT.keys())
@pytest.mark.parametrize("seen", [range(12, 60), range(35, 72), range(60, 90)], ids=["early", "middle", "late"])
def test_a_flat_frame_is_not_picked_where_there_is_more_to_see(clip: Clip, seen: range, shade: int, gop: int) -> None:
    recipe = paused(flat_but(seen, shade), gop=gop)

    best = pick(clip, recipe)

    assert number_of(best.still) in seen
    assert best.score > 0.3


@GOPS
@pytest.mark.parametrize("shade", [0, 255], ids=["black", "white"])
def test_a_video_of_nothing_still_gives_a_frame(clip: Clip, shade: int, gop: int) -> None:
    recipe = paused(flat_but(range(0), shade), gop=gop)

    best = pick(clip, recipe)

    assert best.still.frame.width == 192
    assert best.score < 0.05


def test_titles_at_the_start_are_passed_over(clip: Clip) -> None:
    def paint(number: int, width: int, height: int) -> NDArray[np.uint8]:
        if number >= 10:
            return numbered_picture(number, width, height)
        title = np.zeros((height, width, 3), dtype=np.uint8)
        title[44:52, 70:122] = 255
        return title

    best = pick(clip, paused(paint))

    assert number_of(best.still) >= 10


def test_a_blurred_frame_is_passed_over_for_a_sharp_one(clip: Clip) -> None:
    def paint(number: int, width: int, height: int) -> NDArray[np.uint8]:
        picture = Image.fromarray(numbered_picture(number, width, height))
        return np.asarray(picture if 40 <= number < 50 else picture.filter(ImageFilter.GaussianBlur(12)))

    best = pick(clip, paused(paint))

    assert 40 <= number_of(best.still) < 50


def test_of_equal_frames_an_early_one_is_picked_but_not_the_first(clip: Clip) -> None:
    best = pick(clip, paused(lambda _number, width, height: numbered_picture(77, width, height)))

    assert best.still.position_seconds == Fraction(10) / RATE


@pytest.mark.parametrize("duration", [None, Fraction(0), Fraction(1, 100), Fraction(100_000)])
def test_a_duration_that_is_unknown_or_wrong_gives_a_frame_all_the_same(clip: Clip, duration: Fraction | None) -> None:
    with open_finder(clip(VP9)) as finder:
        best = pick_poster(finder, duration, Fraction(1))

    assert best.score > 0.3


def test_a_video_without_one_whole_frame_is_called_damaged(clip: Clip, tmp_path: Path) -> None:
    data = clip(Recipe(container_options={"movflags": "faststart"})).read_bytes()
    start = data.index(b"mdat") + 4
    path = tmp_path / "noise"
    path.write_bytes(data[:start] + b"\xff" * (len(data) - start))

    with open_finder(path) as finder, pytest.raises(DamagedSource):
        pick_poster(finder, Fraction(2), Fraction(1))


@pytest.mark.parametrize("shade", [0, 1, 127, 254, 255])
def test_one_flat_colour_scores_next_to_nothing(shade: int) -> None:
    score = score_picture(np.full((90, 160, 3), shade, dtype=np.uint8))

    assert score < 0.01


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 2)])
def test_the_smallest_pictures_have_a_score(size: tuple[int, int]) -> None:
    score = score_picture(np.full((*size, 3), 99, dtype=np.uint8))

    assert 0 <= score <= 1


def test_scores_lie_between_nothing_and_one() -> None:
    dice = np.random.default_rng(5)
    pictures = [dice.integers(low, high, (90, 160, 3)).astype(np.uint8) for low, high in ((0, 256), (0, 9), (250, 256))]

    scores = [score_picture(picture) for picture in pictures]

    assert all(0 <= score <= 1 for score in scores)
    assert scores[0] == max(scores)


def test_what_is_too_dark_or_too_light_scores_less() -> None:
    picture = numbered_picture(21_845, 160, 90)
    dark, light = picture // 16, 255 - picture // 16

    scores = [score_picture(seen) for seen in (picture, dark, light)]

    assert scores[0] > 2 * max(scores[1:])
