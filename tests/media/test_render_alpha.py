"""Videos that are transparent: on white, on a colour, or kept as they are."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame

from app.media.pictures.finish import Finish
from app.media.pictures.render import draw_frame, render_frame
from app.media.requests.base import Box, Fit
from tests.media.finding import find_all, open_finder
from tests.media.transparency import HEIGHT, KINDS, RED, WIDTH, half_there, halves_of, write_transparent

EVERY_KIND = pytest.mark.parametrize(("codec", "pixel_format", "container"), KINDS, ids=str)
WHITE = (255, 255, 255)
KEPT = Finish(keeps_transparency=True)


def frame_of(tmp_path: Path, codec: str, pixel_format: str, container: str) -> VideoFrame:
    path = write_transparent(tmp_path / f"clip.{container}", codec, pixel_format)
    with open_finder(path) as finder:
        return finder.find(Fraction(1, 5)).frame


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 12


@EVERY_KIND
def test_white_shows_through_a_transparent_video(tmp_path: Path, codec: str, pixel_format: str, container: str) -> None:
    frame = frame_of(tmp_path, codec, pixel_format, container)

    image = render_frame(frame)

    left, right = halves_of(image)
    assert image.mode == "RGB"
    assert is_near(left, RED)
    assert is_near(right, WHITE)


@EVERY_KIND
def test_a_background_shows_through_where_one_is_wanted(
    tmp_path: Path, codec: str, pixel_format: str, container: str
) -> None:
    frame = frame_of(tmp_path, codec, pixel_format, container)

    image = draw_frame(frame, Box(width=96), Finish(background=(9, 60, 200), keeps_transparency=True))

    left, right = halves_of(image)
    assert image.mode == "RGB"
    assert is_near(left, RED)
    assert is_near(right, (9, 60, 200))


@EVERY_KIND
def test_transparency_is_kept_where_that_is_wanted(
    tmp_path: Path, codec: str, pixel_format: str, container: str
) -> None:
    frame = frame_of(tmp_path, codec, pixel_format, container)

    image = draw_frame(frame, Box(width=96), KEPT)

    left, right = halves_of(image)
    assert (image.mode, image.size) == ("RGBA", (96, 48))
    assert is_near(left, (*RED, 255))
    assert right[3] <= 3


@pytest.mark.parametrize(("codec", "pixel_format", "container"), KINDS[:2], ids=str)
def test_every_frame_of_a_transparent_webm_is_found(
    tmp_path: Path, codec: str, pixel_format: str, container: str
) -> None:
    path = write_transparent(tmp_path / f"clip.{container}", codec, pixel_format)
    times = [Fraction(number, 25) for number in range(10)]

    exact, keyframes = find_all(path, times), find_all(path, times, is_exact=False)

    assert [round(still.position_seconds * 25) for still in exact] == list(range(10))
    assert {str(still.rung) for still in exact} == {"exact"}
    assert {round(still.position_seconds * 25) for still in keyframes} == {0, 5}
    assert all(still.frame.format.name == "yuva420p" for still in (*exact, *keyframes))
    assert all(still.frame.key_frame for still in keyframes)


def test_what_nobody_sees_does_not_bleed_into_the_rest() -> None:
    frame = VideoFrame.from_ndarray(half_there(hidden=(0, 255, 0)), format="rgba")

    image = draw_frame(frame, Box(width=33), KEPT)

    pixels = np.asarray(image)
    assert pixels[pixels[..., 3] > 20][:, 1].max() <= RED[1] + 8


def test_a_video_that_could_be_transparent_and_is_not_has_no_transparency() -> None:
    picture = half_there()
    picture[..., 3] = 255

    image = draw_frame(VideoFrame.from_ndarray(picture, format="rgba"), Box(), KEPT)

    assert image.mode == "RGB"


@pytest.mark.parametrize(
    ("finish", "bar"),
    [(KEPT, (0, 0, 0, 0)), (Finish(), WHITE), (Finish(background=(1, 2, 3), keeps_transparency=True), (1, 2, 3))],
    ids=["kept", "on white", "on a colour"],
)
def test_bars_of_a_transparent_video_are_like_what_shows_through(finish: Finish, bar: tuple[int, ...]) -> None:
    frame = VideoFrame.from_ndarray(half_there(), format="rgba")

    image = draw_frame(frame, Box(width=100, height=100, fit=Fit.PAD), finish)

    assert image.size == (100, 100)
    assert image.getpixel((50, 2)) == image.getpixel((50, 97)) == bar


def test_an_interlaced_transparent_video_keeps_its_transparency(tmp_path: Path) -> None:
    path = write_transparent(tmp_path / "clip.mov", "prores_ks", "yuva444p10le", {"flags": "+ildct"})

    with open_finder(path) as finder:
        frame = finder.find(Fraction(0)).frame
        image = draw_frame(frame, Box(), KEPT)

    left, right = halves_of(image)
    assert frame.interlaced_frame
    assert image.size == (WIDTH, HEIGHT)
    assert is_near(left, (*RED, 255))
    assert right[3] <= 3


@pytest.mark.parametrize(("fit", "size"), [(Fit.FIT, (480, 240)), (Fit.FILL, (480, 300)), (Fit.STRETCH, (480, 300))])
@pytest.mark.parametrize("pixel_format", ["rgba", "rgb24"])
def test_a_small_video_is_enlarged_where_that_is_wanted(fit: Fit, size: tuple[int, int], pixel_format: str) -> None:
    frame = VideoFrame.from_ndarray(half_there(), format="rgba").reformat(format=pixel_format)

    image = draw_frame(frame, Box(width=480, height=300, fit=fit), Finish(may_enlarge=True))

    assert image.size == size
    assert is_near(halves_of(image)[0], RED)
