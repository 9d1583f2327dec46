"""A video to try things with where there is none: a walk over a rough landscape, with a cut every two seconds."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, SECONDS, RATE = 1280, 720, 10, 25
_SHOT_SECONDS = 2
_STEP_PIXELS = 6


def write_sample_clip(path: Path) -> Path:
    """Write ten seconds of 1280 × 720 H.264 at 25 frames a second to `path`, and return it."""
    ground = _landscape()
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * RATE):
            shot, step = divmod(number, _SHOT_SECONDS * RATE)
            picture = _view(ground, top=(shot * 211) % HEIGHT, left=(shot * 97) % WIDTH + step * _STEP_PIXELS)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _landscape() -> NDArray[np.uint8]:
    """Return a picture twice as wide and high: coarse and fine patches, the same ones every time."""
    random = np.random.default_rng(seed=1)
    height, width = 2 * HEIGHT, 3 * WIDTH
    ground = np.zeros((height, width, 3), dtype=np.uint16)
    for side, weight in ((160, 150), (40, 60), (8, 30)):
        patches = random.integers(0, weight, (-(-height // side), -(-width // side), 3), dtype=np.uint16)
        ground += patches.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]
    return ground.astype(np.uint8)


def _view(ground: NDArray[np.uint8], *, top: int, left: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(ground[top : top + HEIGHT, left : left + WIDTH])
