"""Colours come out as they were meant: each matrix and range, the guess where nothing is said, HDR, RGB and grey."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from app.media.pictures.render import render_frame
from app.media.pictures.tonemap import is_hdr
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import open_finder

# As ITU-R BT.601, BT.709 and BT.2020 weigh red and blue.
WEIGHTS = {601: (0.299, 0.114), 709: (0.2126, 0.0722), 2020: (0.2627, 0.0593)}
# AVCOL_SPC and AVCOL_RANGE.
SPACES = {601: 6, 709: 1, 2020: 9}
LIMITED, FULL = 1, 2
PQ, HLG, BT2020 = 16, 18, 9
COLOURS = {
    "black": (0, 0, 0),
    "grey": (128, 128, 128),
    "white": (255, 255, 255),
    "red": (200, 40, 40),
    "green": (40, 180, 60),
    "blue": (50, 60, 210),
    "skin": (224, 172, 130),
}
Paint = Callable[[int, int, int], NDArray[np.generic]]
Colour = tuple[int, int, int]
EVERY_COLOUR = pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS.keys())


def to_yuv(colour: Colour, *, matrix: int, is_full: bool) -> tuple[int, int, int]:
    """Convert as the standards say: Y'CbCr of eight bits."""
    red, green, blue = (value / 255 for value in colour)
    weight_red, weight_blue = WEIGHTS[matrix]
    luma = weight_red * red + (1 - weight_red - weight_blue) * green + weight_blue * blue
    cb, cr = (blue - luma) / (2 - 2 * weight_blue), (red - luma) / (2 - 2 * weight_red)
    if is_full:
        return round(255 * luma), round(128 + 255 * cb), round(128 + 255 * cr)
    return round(16 + 219 * luma), round(128 + 224 * cb), round(128 + 224 * cr)


def planes(values: tuple[int, int, int], *, bits: int = 8) -> Paint:
    """Paint flat 4:2:0 planes, in the layout that PyAV takes them in."""

    def paint(_number: int, width: int, height: int) -> NDArray[np.generic]:
        luma, cb, cr = (np.full(size, value) for size, value in zip((4, 1, 1), values, strict=True))
        flat = np.concatenate([np.repeat(plane, width * height // 4) for plane in (luma, cb, cr)])
        return flat.reshape(height * 3 // 2, width).astype(np.uint8 if bits == 8 else np.uint16)

    return paint


def flat(shade: Colour, *, matrix: int, is_full: bool, **changed: object) -> Recipe:
    paint = planes(to_yuv(shade, matrix=matrix, is_full=is_full))
    options = {"frames": 2, "options": {"qp": "1"}, "picture": paint, "picture_format": "yuv420p", **changed}
    return Recipe(**options)  # type: ignore[arg-type]


def hdr(signal: float, transfer: int, *, cb: int = 512, cr: int = 512) -> Recipe:
    """A flat HDR clip; `signal` is the luma from 0 to 1, ten bits, limited range."""
    return Recipe(
        frames=2,
        codec="ffv1",
        container="mkv",
        pix_fmt="yuv420p10le",
        picture=planes((round(64 + 876 * signal), cb, cr), bits=10),
        picture_format="yuv420p10le",
        colour={"color_range": LIMITED, "colorspace": BT2020, "color_trc": transfer, "color_primaries": BT2020},
    )


def pq(nits: float) -> float:
    """The PQ signal of a luminance (SMPTE ST 2084)."""
    power = (nits / 10_000) ** (2610 / 16384)
    return float(((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32))


def shown(clip: Clip, recipe: Recipe) -> NDArray[np.int16]:
    """Return the colour at the middle of the rendered picture."""
    with open_finder(clip(recipe)) as finder:
        image = render_frame(finder.find(Fraction(0)).frame, width=64)
    return np.asarray(image, dtype=np.int16)[image.height // 2, image.width // 2]


@EVERY_COLOUR
@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("is_full", [False, True], ids=["limited", "full"])
def test_marked_colours_are_read_as_marked(clip: Clip, colour: Colour, matrix: int, is_full: bool) -> None:
    marks = {"color_range": FULL if is_full else LIMITED, "colorspace": SPACES[matrix]}
    recipe = flat(colour, matrix=matrix, is_full=is_full, colour=marks)

    seen = shown(clip, recipe)

    assert np.abs(seen - colour).max() <= 3


@EVERY_COLOUR
@pytest.mark.parametrize(("codec", "container"), [("mjpeg", "mov"), ("mjpeg", "avi")])
def test_motion_jpeg_is_of_full_range(clip: Clip, colour: Colour, codec: str, container: str) -> None:
    recipe = flat(
        colour,
        matrix=601,
        is_full=True,
        codec=codec,
        container=container,
        options={"qscale": "2"},
        pix_fmt="yuvj420p",
        picture_format="yuvj420p",
    )

    seen = shown(clip, recipe)

    assert np.abs(seen - colour).max() <= 3


@EVERY_COLOUR
@pytest.mark.parametrize(("width", "height", "matrix"), [(720, 576, 601), (1280, 720, 709), (720, 1280, 709)])
def test_unmarked_video_is_taken_as_its_size_suggests(
    clip: Clip, colour: Colour, width: int, height: int, matrix: int
) -> None:
    recipe = flat(colour, matrix=matrix, is_full=False, width=width, height=height, options={"preset": "ultrafast"})

    seen = shown(clip, recipe)

    assert np.abs(seen - colour).max() <= 3


@EVERY_COLOUR
@pytest.mark.parametrize(
    ("codec", "container", "pix_fmt"),
    [("png", "mov", "rgb24"), ("qtrle", "mov", "rgb24"), ("ffv1", "mkv", "bgr0"), ("rawvideo", "avi", "bgr24")],
)
def test_rgb_video_keeps_its_colours(clip: Clip, colour: Colour, codec: str, container: str, pix_fmt: str) -> None:
    def paint(_number: int, width: int, height: int) -> NDArray[np.generic]:
        return np.full((height, width, 3), colour, dtype=np.uint8)

    seen = shown(clip, Recipe(frames=2, codec=codec, container=container, pix_fmt=pix_fmt, picture=paint))

    assert np.abs(seen - colour).max() <= 3


@pytest.mark.parametrize("grey", [0, 90, 255])
def test_grey_video_stays_grey(clip: Clip, grey: int) -> None:
    def paint(_number: int, width: int, height: int) -> NDArray[np.generic]:
        return np.full((height, width), grey, dtype=np.uint8)

    recipe = Recipe(frames=2, codec="ffv1", container="mkv", pix_fmt="gray", picture=paint, picture_format="gray")
    seen = shown(clip, recipe)

    assert np.abs(seen - grey).max() <= 3


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_hdr_is_known_by_its_transfer_function(clip: Clip, transfer: int) -> None:
    with open_finder(clip(hdr(0.5, transfer))) as finder:
        frame = finder.find(Fraction(0)).frame

    assert is_hdr(frame)


@pytest.mark.parametrize(
    ("signal", "transfer"), [*((pq(nits), PQ) for nits in (48, 100, 203, 400)), (0.4, HLG), (0.5, HLG), (0.75, HLG)]
)
def test_a_grey_of_hdr_becomes_a_grey_that_is_neither_black_nor_white(clip: Clip, signal: float, transfer: int) -> None:
    seen = shown(clip, hdr(signal, transfer))

    assert seen.max() - seen.min() <= 3
    assert 20 < seen.mean() < 235


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_what_is_brighter_in_hdr_stays_brighter(clip: Clip, transfer: int) -> None:
    # In PQ three quarters are 1000 cd/m², and what is brighter is as white.
    signals = [0.2, 0.35, 0.5, 0.6, 0.7, 0.74]

    greys = [float(shown(clip, hdr(signal, transfer)).mean()) for signal in signals]

    assert greys == sorted(set(greys))


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_black_of_hdr_is_black_and_its_brightest_is_white(clip: Clip, transfer: int) -> None:
    black, white = shown(clip, hdr(0.0, transfer)), shown(clip, hdr(1.0, transfer))

    assert black.max() <= 3
    assert white.min() >= 250


def test_diffuse_white_of_hdr_is_bright_on_a_page(clip: Clip) -> None:
    # ITU-R BT.2408 puts the white of a sheet of paper at 203 cd/m² in both systems.
    greys = [shown(clip, hdr(pq(203), PQ)).mean(), shown(clip, hdr(0.75, HLG)).mean()]

    assert min(greys) > 128


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize(("cb", "cr", "channel"), [(470, 620, 0), (440, 440, 1), (620, 480, 2)])
def test_a_colour_of_hdr_keeps_its_hue(clip: Clip, transfer: int, cb: int, cr: int, channel: int) -> None:
    seen = shown(clip, hdr(0.5, transfer, cb=cb, cr=cr))

    assert int(seen.argmax()) == channel
