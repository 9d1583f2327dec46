"""Which pictures are nearly the same, a fainter form of another one, or a mixture of two."""

import numpy as np
import pytest
from PIL import Image

from app.media.stills.likeness import Print, hamming, is_alike, is_blend, is_fainter, take_print
from tests.media.scenes import Picture, blurred, faded, mixed, plain, scene


def printed(picture: Picture) -> Print:
    return take_print(Image.fromarray(picture))


def test_a_picture_is_like_itself_at_any_size_and_a_little_worse() -> None:
    small = np.asarray(Image.fromarray(scene(1)).resize((160, 88)))
    noisy = np.clip(scene(1) + np.random.default_rng(1).normal(0, 6, scene(1).shape), 0, 255).astype(np.uint8)

    assert all(is_alike(printed(scene(1)), printed(other)) for other in (scene(1), small, noisy, blurred(scene(1), 2)))


@pytest.mark.parametrize("number", range(2, 8))
def test_other_scenes_are_not_alike(number: int) -> None:
    assert not is_alike(printed(scene(1)), printed(scene(number)))
    assert hamming(printed(scene(1)), printed(scene(number))) > 10


def test_two_plain_pictures_are_alike_though_their_noise_is_not() -> None:
    dice = np.random.default_rng(2)
    road, later = (plain(100) + dice.integers(0, 12, plain(0).shape, dtype=np.uint8) for _ in range(2))

    assert hamming(printed(road), printed(later)) > 6
    assert is_alike(printed(road), printed(later))


@pytest.mark.parametrize("to", [0, 255])
def test_what_fades_is_a_fainter_form(to: int) -> None:
    assert is_fainter(printed(faded(scene(1), 0.5, to)), printed(scene(1)))
    assert not is_fainter(printed(scene(1)), printed(faded(scene(1), 0.5, to)))
    assert not is_fainter(printed(faded(scene(1), 0.9, to)), printed(scene(1)))
    assert not is_fainter(printed(faded(scene(2), 0.5, to)), printed(scene(1)))


def test_a_mixture_of_two_is_a_blend_of_those_and_no_others() -> None:
    mixture = printed(mixed(scene(1), scene(2)))

    assert is_blend(mixture, printed(scene(1)), printed(scene(2)))
    assert not is_blend(mixture, printed(scene(1)), printed(scene(3)))
    assert not is_blend(printed(scene(3)), printed(scene(1)), printed(scene(2)))


def test_of_one_scene_in_changing_light_nothing_is_a_blend() -> None:
    dusk, noon = printed(faded(scene(1), 0.5)), printed(scene(1))

    assert not is_blend(printed(faded(scene(1), 0.75)), dusk, noon)


def test_plain_pictures_have_prints() -> None:
    assert is_alike(printed(plain(0)), printed(plain(3)))
    assert not is_fainter(printed(plain(0)), printed(plain(0)))
    assert not is_blend(printed(plain(50)), printed(plain(0)), printed(plain(0)))
