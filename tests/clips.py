"""Videos whose every frame names itself: its number stands in the picture as sixteen light or dark blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 16
COLUMNS, ROWS = 8, 2
WIDTH, HEIGHT = 192, 96


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to make a clip; the defaults are a short H.264 with B-frames and several keyframes."""

    codec: str = "libx264"
    container: str = "mp4"
    frames: int = 60
    rate: Fraction = Fraction(25)
    gop: int = 24
    pix_fmt: str = "yuv420p"
    width: int = WIDTH
    height: int = HEIGHT
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    # PTS of each frame in units of 1/rate; None: 0, 1, 2, …
    times: Sequence[int] | None = None


def make_clip(path: Path, recipe: Recipe = Recipe()) -> Path:
    """Write a clip to `path` and return it."""
    with av.open(str(path), "w", format=_muxer(recipe.container), options=recipe.container_options) as output:
        stream = output.add_stream(recipe.codec, rate=recipe.rate, options=recipe.options)
        stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, recipe.pix_fmt
        stream.codec_context.gop_size = recipe.gop
        stream.codec_context.time_base = 1 / recipe.rate
        times = recipe.times or range(recipe.frames)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number, recipe.width, recipe.height), format="rgb24")
            frame.pts, frame.time_base = time, 1 / recipe.rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def numbered_picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Return an RGB picture (height, width, 3) that says `number`, over a ground that drifts."""
    bits = np.array([(number >> bit) & 1 for bit in range(BITS)], dtype=np.uint8).reshape(ROWS, COLUMNS)
    rows = np.arange(height) * ROWS // height
    columns = np.arange(width) * COLUMNS // width
    light = bits[rows][:, columns].astype(np.int16)
    drift = (np.add.outer(np.arange(height), np.arange(width)) + 3 * number) % 24
    grey = (30 + light * 170 + drift).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def read_number(picture: NDArray[np.uint8]) -> int:
    """Return the number that a picture (height, width, 3 or height, width) says, at any size."""
    grey = picture.mean(axis=2) if picture.ndim == 3 else picture
    height, width = grey.shape
    number = 0
    for bit in range(BITS):
        row, column = divmod(bit, COLUMNS)
        top, left = height * row / ROWS, width * column / COLUMNS
        y0, y1 = int(top + height / ROWS * 0.3), int(top + height / ROWS * 0.7) + 1
        x0, x1 = int(left + width / COLUMNS * 0.3), int(left + width / COLUMNS * 0.7) + 1
        number |= int(grey[y0:y1, x0:x1].mean() > 125) << bit
    return number


def _muxer(container: str) -> str:
    return {"mkv": "matroska", "ts": "mpegts", "mpg": "mpeg", "ogv": "ogg"}.get(container, container)
