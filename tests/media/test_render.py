"""How a decoded frame becomes the picture a player shows: upright, in shape, and the part that was asked for."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from app.media.pictures.render import render_frame
from app.media.requests.base import Fit
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import LIMITS, open_finder

WIDTH, HEIGHT = 192, 96
RED, GREEN, BLUE, WHITE, BLACK = (220, 30, 30), (30, 200, 30), (30, 30, 220), (235, 235, 235), (0, 0, 0)
CORNERS = {(-1, -1): RED, (1, -1): GREEN, (-1, 1): BLUE, (1, 1): WHITE}
TURNS = [(1, 0, 0, 1), (-1, 0, 0, 1), (-1, 0, 0, -1), (1, 0, 0, -1), (0, 1, 1, 0), (0, 1, -1, 0), (0, -1, -1, 0)]
EVERY_TURN = pytest.mark.parametrize("turn", [*TURNS, (0, -1, 1, 0)], ids=str)
Turn = tuple[int, int, int, int]


def four_corners(_number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A picture with a colour of its own in each quarter."""
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    for (x, y), colour in CORNERS.items():
        rows = slice(0, height // 2) if y < 0 else slice(height // 2, height)
        columns = slice(0, width // 2) if x < 0 else slice(width // 2, width)
        picture[rows, columns] = colour
    return picture


def three_stripes(_number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Red, green and blue from left to right, each a third."""
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    for index, colour in enumerate((RED, GREEN, BLUE)):
        picture[:, width * index // 3 : width * (index + 1) // 3] = colour
    return picture


def two_moments(_number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A light bar that moved from left to right between two fields.

    PyAV cannot mark a frame as top field first, so the encoders write that the odd rows come first.
    """
    picture = np.full((height, width, 3), 40, dtype=np.uint8)
    picture[1::2, width // 8 : width // 4] = 210
    picture[0::2, width // 2 : width * 5 // 8] = 210
    return picture


def a_clip(picture: "type | object", **changed: object) -> Recipe:
    options = {"frames": 10, "options": {"qp": "4"}, "pix_fmt": "yuv444p", "picture": picture, **changed}
    return Recipe(**options)  # type: ignore[arg-type]


def first_frame(clip: Clip, recipe: Recipe) -> VideoFrame:
    with open_finder(clip(recipe), limits=LIMITS) as finder:
        return finder.find(Fraction(0)).frame


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place from (-1, -1), top left, to (1, 1)."""
    pixel = image.getpixel((int((x + 1) / 2 * image.width), int((y + 1) / 2 * image.height)))
    assert isinstance(pixel, tuple)
    return pixel


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...], tolerance: int = 12) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= tolerance


@EVERY_TURN
@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
def test_every_display_matrix_is_obeyed(clip: Clip, turn: Turn, container: str) -> None:
    frame = first_frame(clip, a_clip(four_corners, turn=turn, container=container))

    image = render_frame(frame)

    a, b, c, d = turn
    assert image.size == ((WIDTH, HEIGHT) if a else (HEIGHT, WIDTH))
    for (x, y), colour in CORNERS.items():
        assert is_near(colour_at(image, (a * x + c * y) / 2, (b * x + d * y) / 2), colour)


@pytest.mark.parametrize(("orientation", "turn"), [(1, (1, 0, 0, 1)), (2, (-1, 0, 0, 1)), (6, (0, 1, -1, 0))])
@pytest.mark.parametrize("container", ["avi", "mov"])
def test_motion_jpeg_of_a_camera_is_turned_as_its_pictures_say(
    tmp_path: Path, container: str, orientation: int, turn: Turn
) -> None:
    path = write_photographs(tmp_path / f"camera.{container}", orientation)

    with open_finder(path) as finder:
        image = render_frame(finder.find(Fraction(0)).frame)

    a, b, c, d = turn
    for (x, y), colour in CORNERS.items():
        assert is_near(colour_at(image, (a * x + c * y) / 2, (b * x + d * y) / 2), colour)


def write_photographs(path: Path, orientation: int) -> Path:
    """Write a Motion JPEG whose pictures have EXIF data, as those of a camera have."""
    exif, picture = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.fromarray(four_corners(0, WIDTH, HEIGHT)).save(picture, "JPEG", exif=exif, subsampling=0, quality=95)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj444p"
        for number in range(3):
            packet = av.Packet(picture.getvalue())
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 25)
            packet.is_keyframe = True
            output.mux(packet)
    return path


@EVERY_TURN
def test_a_turned_picture_is_scaled_and_cropped_as_it_is_seen(clip: Clip, turn: Turn) -> None:
    frame = first_frame(clip, a_clip(four_corners, turn=turn))

    image = render_frame(frame, width=40, height=30, fit=Fit.FILL)

    a, b, c, d = turn
    assert image.size == (40, 30)
    for (x, y), colour in CORNERS.items():
        assert is_near(colour_at(image, (a * x + c * y) / 2, (b * x + d * y) / 2), colour)


@pytest.mark.parametrize("container", ["mp4", "mkv", "mov", "avi"])
@pytest.mark.parametrize(
    ("sar", "size"),
    [(Fraction(4, 3), (256, 96)), (Fraction(1, 2), (96, 96)), (Fraction(16, 11), (279, 96)), (None, (192, 96))],
)
def test_pixels_that_are_not_square_are_shown_in_their_shape(
    clip: Clip, sar: Fraction | None, size: tuple[int, int], container: str
) -> None:
    recipe = a_clip(three_stripes, sar=sar, container=container)

    with open_finder(clip(recipe)) as finder:
        frame = finder.find(Fraction(0)).frame
        image = render_frame(frame, sar=finder._source.sar)

    assert image.size == size
    assert [is_near(colour_at(image, x, 0), colour) for x, colour in ((-0.6, RED), (0, GREEN), (0.6, BLUE))] == [
        True
    ] * 3


@EVERY_TURN
def test_the_shape_of_pixels_comes_before_the_turn(clip: Clip, turn: Turn) -> None:
    frame = first_frame(clip, a_clip(three_stripes, turn=turn))

    image = render_frame(frame, sar=Fraction(4, 3))

    assert image.size == ((256, 96) if turn[0] else (96, 256))


@pytest.mark.parametrize(
    ("fit", "size", "seen"),
    [
        (Fit.FIT, (60, 30), {(-0.9, 0): RED, (0, 0): GREEN, (0.9, 0): BLUE}),
        (Fit.FILL, (60, 60), {(-0.5, 0): GREEN, (0, -0.9): GREEN, (0.5, 0): GREEN}),
        (Fit.PAD, (60, 60), {(-0.9, 0): RED, (0, 0): GREEN, (0, -0.8): BLACK, (0, 0.8): BLACK, (0.9, 0): BLUE}),
        (Fit.STRETCH, (60, 60), {(-0.9, -0.9): RED, (0, 0.9): GREEN, (0.9, 0.9): BLUE}),
    ],
)
def test_each_fit_shows_its_part_of_the_picture(
    clip: Clip, fit: Fit, size: tuple[int, int], seen: dict[tuple[float, float], tuple[int, int, int]]
) -> None:
    frame = first_frame(clip, a_clip(three_stripes))

    image = render_frame(frame, width=60, height=60, fit=fit)

    assert image.size == size
    wrong = {
        place: colour_at(image, *place)
        for place, colour in seen.items()
        if not is_near(colour_at(image, *place), colour)
    }
    assert wrong == {}


@pytest.mark.parametrize(("fit", "size"), [(Fit.FIT, (192, 96)), (Fit.FILL, (96, 96)), (Fit.STRETCH, (96, 96))])
def test_a_picture_smaller_than_the_box_is_not_enlarged(clip: Clip, fit: Fit, size: tuple[int, int]) -> None:
    frame = first_frame(clip, a_clip(three_stripes))

    image = render_frame(frame, width=1000, height=1000, fit=fit)

    assert image.size == size


def test_bars_are_of_the_colour_that_was_asked(clip: Clip) -> None:
    frame = first_frame(clip, a_clip(three_stripes))

    image = render_frame(frame, width=300, height=300, fit=Fit.PAD, background=(10, 200, 90))

    assert image.size == (300, 300)
    assert image.getpixel((0, 0)) == image.getpixel((150, 299)) == (10, 200, 90)
    assert is_near(colour_at(image, 0, 0), GREEN)


def test_the_smallest_picture_is_one_pixel(clip: Clip) -> None:
    frame = first_frame(clip, a_clip(three_stripes))

    image = render_frame(frame, width=1, height=1)

    assert image.size == (1, 1)


@pytest.mark.parametrize(("width", "height"), [(2, 2), (16, 16), (130, 66), (66, 250)])
def test_sources_of_any_even_size_are_rendered_whole(clip: Clip, width: int, height: int) -> None:
    frame = first_frame(clip, a_clip(four_corners, width=width, height=height, pix_fmt="yuv420p"))

    image = render_frame(frame, width=64, height=64)

    assert max(image.size) == min(64, max(width, height))
    assert is_near(colour_at(image, 0.9, 0.9), WHITE, tolerance=30)


@pytest.mark.parametrize(
    "recipe",
    [
        a_clip(two_moments, options={"x264-params": "bff=1:qp=4"}),
        a_clip(two_moments, options={"x264-params": "bff=1:qp=4"}, pix_fmt="yuv420p"),
        a_clip(two_moments, options={"x264-params": "bff=1:qp=4"}, container="ts", pix_fmt="yuv420p10le"),
        a_clip(two_moments, codec="mpeg2video", container="ts", pix_fmt="yuv420p", options={"flags": "+ilme+ildct"}),
        a_clip(two_moments, codec="mpeg2video", container="mkv", pix_fmt="yuv422p", options={"flags": "+ilme+ildct"}),
    ],
    ids="h264-444 h264-420 h264-10-bit mpeg2-420 mpeg2-422".split(),
)
def test_an_interlaced_frame_shows_its_first_moment_without_combs(clip: Clip, recipe: Recipe) -> None:
    frame = first_frame(clip, recipe)

    rows = np.asarray(render_frame(frame).convert("L"), dtype=np.int16)

    # The bars of the two moments do not overlap: a picture of both would have every row unlike its neighbour.
    assert frame.interlaced_frame
    assert rows[:, WIDTH * 3 // 16].min() > 170
    assert rows[:, WIDTH * 9 // 16].max() < 80


def test_rows_of_a_progressive_frame_are_left_alone(clip: Clip) -> None:
    frame = first_frame(clip, a_clip(two_moments))

    rows = np.asarray(render_frame(frame).convert("L"), dtype=np.int16)

    assert not frame.interlaced_frame
    assert np.abs(np.diff(rows, axis=0)).max() > 120


def test_interlaced_video_of_a_camcorder_is_rendered(clip: Clip) -> None:
    # DV of the NTSC countries keeps a quarter of the colours in each row, which few filters can read.
    recipe = a_clip(
        four_corners,
        codec="dvvideo",
        container="avi",
        width=720,
        height=480,
        pix_fmt="yuv411p",
        options={},
        rate=Fraction(30_000, 1001),
    )
    frame = first_frame(clip, recipe)

    image = render_frame(frame, width=90)

    assert [is_near(colour_at(image, x / 2, y / 2), colour, 25) for (x, y), colour in CORNERS.items()] == [True] * 4
