"""Videos whose left half is a colour and whose right half is not there."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 192, 96
RED = (220, 30, 30)
SQUARE = 36
# (encoder, pixel format, container) of those that can be transparent.
KINDS = [
    ("libvpx-vp9", "yuva420p", "webm"),
    ("libvpx", "yuva420p", "webm"),
    ("libvpx-vp9", "yuva420p", "mkv"),
    ("prores_ks", "yuva444p10le", "mov"),
    ("qtrle", "argb", "mov"),
    ("png", "rgba", "mov"),
    ("ffv1", "yuva420p", "mkv"),
]


def half_there(colour: tuple[int, int, int] = RED, hidden: tuple[int, int, int] = (0, 255, 0)) -> NDArray[np.uint8]:
    """Return RGBA whose left half shows `colour`; of `hidden`, which fills the right half, nothing must be seen."""
    picture = np.zeros((HEIGHT, WIDTH, 4), dtype=np.uint8)
    picture[:, : WIDTH // 2] = (*colour, 255)
    picture[:, WIDTH // 2 :] = (*hidden, 0)
    return picture


def write_transparent(path: Path, codec: str, pixel_format: str, options: dict[str, str] | None = None) -> Path:
    """Write ten such frames to `path` and return it."""
    return _write(path, codec, pixel_format, [half_there()] * 10, options)


def write_moving(path: Path, codec: str, pixel_format: str, *, frames: int) -> Path:
    """Write frames in which a red square moves from left to right over nothing, and return the path."""
    return _write(path, codec, pixel_format, [_with_square(left_of_square(number)) for number in range(frames)])


def left_of_square(number: int) -> int:
    """Return the column where the square begins in frame `number`."""
    return 6 * number


def _with_square(left: int) -> NDArray[np.uint8]:
    picture = np.zeros((HEIGHT, WIDTH, 4), dtype=np.uint8)
    picture[(HEIGHT - SQUARE) // 2 : (HEIGHT + SQUARE) // 2, left : left + SQUARE] = (*RED, 255)
    return picture


def _write(
    path: Path,
    codec: str,
    pixel_format: str,
    pictures: Sequence[NDArray[np.uint8]],
    options: dict[str, str] | None = None,
) -> Path:
    with av.open(str(path), "w") as output:
        needed = {"auto-alt-ref": "0"} if codec == "libvpx" else {}
        stream = output.add_stream(codec, rate=25, options={**needed, **(options or {})})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixel_format
        if codec.startswith("libvpx"):
            stream.metadata["alpha_mode"] = "1"
            stream.codec_context.gop_size = 5
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgba").reformat(format=pixel_format)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def halves_of(image: Image.Image) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the colours in the middles of the left and of the right half."""
    left, right = (image.getpixel((int(image.width * x), image.height // 2)) for x in (0.25, 0.75))
    assert isinstance(left, tuple) and isinstance(right, tuple)
    return left, right
