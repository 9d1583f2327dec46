"""How much there is to see in a picture, and what speaks against it."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from app.media.stills.scoring import Fault, Measures, measure
from tests.media.scenes import Picture, blurred, faded, plain, scene, title


def measured(picture: Picture) -> Measures:
    return measure(Image.fromarray(picture))


@pytest.mark.parametrize("number", range(5))
def test_nothing_speaks_against_a_scene(number: int) -> None:
    measures = measured(scene(number))

    assert measures.fault is None
    assert 0.5 < measures.score <= 1


@pytest.mark.parametrize(
    ("picture", "fault"),
    [
        (plain(0), Fault.BLACK),
        (plain(30), Fault.BLACK),
        (plain(255), Fault.WHITE),
        (plain(235), Fault.WHITE),
        (plain(128), Fault.FLAT),
        (title(), Fault.TITLE),
        (title(255, 0), Fault.TITLE),
        (title(90, 200), Fault.TITLE),
        (faded(scene(1), 0.12, to=128), Fault.FAINT),
        (blurred(scene(1)), Fault.BLURRED),
        (blurred(scene(2), 2.5), Fault.BLURRED),
    ],
)
def test_what_speaks_against_a_picture_is_named(picture: Picture, fault: Fault) -> None:
    assert measured(picture).fault is fault


@pytest.mark.parametrize("shade", [0, 1, 127, 254, 255])
def test_one_flat_colour_scores_little(shade: int) -> None:
    assert measured(plain(shade)).score < 0.01


def test_one_bright_colour_is_flat_and_not_black() -> None:
    blue = plain(0).copy()
    blue[..., 2] = 200

    assert measured(blue).fault is Fault.FLAT


def test_a_small_thing_on_black_is_no_black_picture() -> None:
    picture = plain(0).copy()
    picture[80:100, 150:170] = (220, 0, 0)

    assert measured(picture).fault is Fault.TITLE


def test_noise_in_the_dark_is_black() -> None:
    dice = np.random.default_rng(3)

    assert measured(dice.integers(0, 20, (176, 320, 3)).astype(np.uint8)).fault is Fault.BLACK


def test_a_sharp_subject_before_a_soft_ground_is_not_blurred() -> None:
    picture = blurred(scene(1)).copy()
    picture[50:130, 110:210] = scene(1)[50:130, 110:210]

    assert measured(picture).fault is None


@pytest.mark.parametrize("worse", [blurred, lambda picture: faded(picture, 0.15), lambda picture: faded(picture, 0.4)])
def test_what_is_blurred_dark_or_faint_scores_less(worse: Callable[[Picture], Picture]) -> None:
    assert measured(worse(scene(1))).score < 0.9 * measured(scene(1)).score


def test_grey_scores_less_than_colours() -> None:
    grey = np.asarray(Image.fromarray(scene(1)).convert("L").convert("RGB"))

    assert measured(grey).score < measured(scene(1)).score
    assert measured(grey).fault is None


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 2), (17, 16), (16, 17)])
def test_the_smallest_pictures_are_measured(size: tuple[int, int]) -> None:
    dice = np.random.default_rng(1)

    measures = [
        measured(np.full((*size, 3), 99, dtype=np.uint8)),
        measured(dice.integers(0, 256, (*size, 3)).astype(np.uint8)),
    ]

    assert all(0 <= one.score <= 1 for one in measures)
    assert measures[0].fault is Fault.FLAT
