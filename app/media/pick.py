"""Pick the frame that stands for a video: look at a few spread over it, and take the one with most to see."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from app.media.errors import DamagedSource
from app.media.frames import FrameFinder, Still
from app.media.render import render_frame

# The first and the last seconds are titles and fades more often than not, so they come last.
_SAMPLES_PERCENT = (10, 25, 40, 55, 70, 85, 0)
# A picture this small says whether there is something to see, and costs under a millisecond.
_LOOK_WIDTH = 160
# With fewer keyframes than this, and none of them good, frames between them are decoded too.
_ENOUGH_KEYFRAMES = 3
_BETWEEN_PERCENT = (15, 40, 65)
# Below this score there is little to see: black, white, a fade, a few words on a plain ground.
_POOR_SCORE = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A still and its score from 0 (one flat colour) to 1."""

    still: Still
    score: float


def pick_poster(finder: FrameFinder, duration_seconds: Fraction | None, sar: Fraction) -> Candidate:
    """Return the best of a few frames; of equally good ones the earlier sample wins.

    Raises DamagedSource when not one of them decodes.
    """
    candidates = list(_candidates(finder, duration_seconds or Fraction(0), sar))
    if not candidates:
        raise DamagedSource("Not one frame of this video could be decoded; the file is damaged.")
    return max(candidates, key=lambda candidate: candidate.score)


def _candidates(finder: FrameFinder, duration: Fraction, sar: Fraction) -> Iterator[Candidate]:
    best, found = 0.0, 0
    for still in finder.keyframes(duration * percent / 100 for percent in _SAMPLES_PERCENT):
        with suppress(DamagedSource):
            candidate = _look_at(still, sar)
            best, found = max(best, candidate.score), found + 1
            yield candidate
    if found < _ENOUGH_KEYFRAMES and best < _POOR_SCORE:
        for percent in _BETWEEN_PERCENT:
            with suppress(DamagedSource):
                yield _look_at(finder.find(duration * percent / 100), sar)


def _look_at(still: Still, sar: Fraction) -> Candidate:
    return Candidate(still, score_picture(np.asarray(render_frame(still.frame, sar=sar, width=_LOOK_WIDTH))))


def score_picture(rgb: NDArray[np.uint8]) -> float:
    """Score an RGB picture (height, width, 3) by how much there is to see: entropy, sharpness and exposure."""
    grey = rgb.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    shares = np.histogram(grey, bins=64, range=(0, 256))[0] / grey.size
    shares = shares[shares > 0]
    entropy = float(-(shares * np.log2(shares)).sum()) / 6
    edges = [float(np.abs(np.diff(grey, axis=axis)).mean()) for axis in (0, 1) if grey.shape[axis] > 1]
    sharpness = min(1.0, sum(edges) / 20)
    mean = float(grey.mean())
    exposure = min(1.0, mean / 40, (255 - mean) / 25)
    return round(exposure * (0.6 * entropy + 0.4 * sharpness), 4)
