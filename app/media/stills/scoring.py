"""How much there is to see in a picture, from 0 to 1, and what speaks against it.

Everything is measured on a small copy of about the same size whatever the source's, so that numbers mean the same at
every resolution. What is measured:

- sharpness: the Laplacian, as in Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (ICPR 2000),
  but only where it is strongest: before a soft background a sharp face is sharp;
- crispness: the Laplacian over the gradient. Both grow with contrast, their ratio only as edges get narrower, so it
  tells a blurred picture from a pale one (Pertuz et al., "Analysis of focus measure operators", 2013, compares such);
- detail: the entropy of the histogram of brightness;
- colourfulness: M3 of Hasler and Süsstrunk, "Measuring colourfulness in natural images" (SPIE 2003);
- exposure: how far the mean is from black and from white.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

# The copy's longer side in pixels: enough for words to be words, and measured in two milliseconds.
LOOK_SIDE = 320
# Parts of the score. Sharp and rich in detail counts most; colour decides between pictures that are both.
_SHARP_PART, _DETAIL_PART, _COLOUR_PART = 0.45, 0.4, 0.15
# Sharpness at which two thirds of its part are given; 60 and more is as crisp as a copy gets.
_SHARP_SCALE = 30.0
# "Quite colourful" on the scale of Hasler and Süsstrunk begins at 45, "highly" at 82.
_COLOURFUL = 60.0
# Mean brightness from which on, and up to which distance from white, nothing is taken off.
_BRIGHT_ENOUGH, _DARK_ENOUGH = 40.0, 25.0
# Two thousandths of a picture at either end are noise, a logo, a dead pixel.
_OUTLIERS = 0.002
_BLACK_BELOW, _WHITE_ABOVE = 40, 225
_FLAT_RANGE, _FAINT_RANGE = 16, 40
# A ground is what lies within nine levels of brightness; few words leave more than this of it.
_GROUND_LEVELS, _GROUND_SHARE = 9, 0.86
_LEAST_CRISP, _LEAST_SHARP = 0.62, 4.0
_BLOCK = 16
_GREYS = 64


class Fault(StrEnum):
    """What speaks against a picture by itself; the value is the sentence that a person reads."""

    BLACK = "The picture is black."
    WHITE = "The picture is white."
    FLAT = "The picture is one plain colour."
    TITLE = "There is little on a plain ground, as on a title card."
    FAINT = "The picture is faint, as in a fade."
    BLURRED = "The picture is blurred."


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured; levels are those of a byte, 0 to 255."""

    mean: float
    contrast: int  # levels between the darkest and the lightest that are no outliers
    spread: int  # the same of the channel where it is widest
    lightest: int  # of any channel
    darkest: int
    detail: float  # 0 to 1
    sharpness: float  # levels
    crispness: float  # 2.8 for edges of one pixel, 0.5 for edges of five
    colour: float  # 0 for grey, about 100 for the most colourful there is
    ground: float  # share of the picture

    @property
    def score(self) -> float:
        """Return from 0 (one flat colour) to 1 how much there is to see."""
        sharp = 1 - float(np.exp(-self.sharpness / _SHARP_SCALE))
        colour = min(1.0, self.colour / _COLOURFUL)
        exposure = min(1.0, self.mean / _BRIGHT_ENOUGH, (255 - self.mean) / _DARK_ENOUGH)
        return exposure * (_SHARP_PART * sharp + _DETAIL_PART * self.detail + _COLOUR_PART * colour)

    @property
    def fault(self) -> Fault | None:
        """Return what speaks against the picture, or None."""
        faults = {
            Fault.BLACK: self.lightest < _BLACK_BELOW,
            Fault.WHITE: self.darkest > _WHITE_ABOVE,
            Fault.FLAT: self.spread < _FLAT_RANGE,
            Fault.TITLE: self.ground > _GROUND_SHARE,
            Fault.FAINT: self.contrast < _FAINT_RANGE,
            Fault.BLURRED: self.crispness < _LEAST_CRISP or self.sharpness < _LEAST_SHARP,
        }
        return next((fault for fault, is_so in faults.items() if is_so), None)


def measure(image: Image.Image) -> Measures:
    """Measure a small RGB picture."""
    bands = image.split()
    red, green, blue = (np.asarray(band, dtype=np.float32) for band in bands)
    grey = image.convert("L")
    shares = _shares(grey)
    low, high = _ends(shares)
    ends = [_ends(_shares(band)) for band in bands]
    sharpness, crispness = _sharpness(np.asarray(grey, dtype=np.float32))
    return Measures(
        mean=float(shares @ np.arange(256)),
        contrast=high - low,
        spread=max(most - least for least, most in ends),
        lightest=_ends(_shares(ImageChops.lighter(ImageChops.lighter(*bands[:2]), bands[2])))[1],
        darkest=_ends(_shares(ImageChops.darker(ImageChops.darker(*bands[:2]), bands[2])))[0],
        detail=_entropy(shares),
        sharpness=sharpness,
        crispness=crispness,
        colour=_colourfulness(red, green, blue),
        ground=float(np.convolve(shares, np.ones(_GROUND_LEVELS)).max()),
    )


def _shares(band: Image.Image) -> NDArray[np.float64]:
    """Return which share of the picture has each level."""
    return np.array(band.histogram()) / (band.width * band.height)


def _ends(shares: NDArray[np.float64]) -> tuple[int, int]:
    """Return the lowest and the highest level that are no outliers."""
    up_to = np.cumsum(shares)
    return int(np.searchsorted(up_to, _OUTLIERS, "right")), int(np.searchsorted(up_to, 1 - _OUTLIERS))


def _entropy(shares: NDArray[np.float64]) -> float:
    coarse = shares.reshape(_GREYS, -1).sum(axis=1)
    coarse = coarse[coarse > 0]
    return abs(float((coarse * np.log2(coarse)).sum())) / float(np.log2(_GREYS))


def _colourfulness(red: NDArray[np.float32], green: NDArray[np.float32], blue: NDArray[np.float32]) -> float:
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))


def _sharpness(grey: NDArray[np.float32]) -> tuple[float, float]:
    """Return sharpness and crispness of the quarter of the blocks with the most of it."""
    if min(grey.shape) < _BLOCK:
        # Too small to be blurred.
        return 2.0 * float(grey.std()), 1.0
    middle = grey[1:-1, 1:-1]
    left, right, above, below = grey[1:-1, :-2], grey[1:-1, 2:], grey[:-2, 1:-1], grey[2:, 1:-1]
    laplacian = _block_means((4 * middle - left - right - above - below) ** 2)
    gradient = _block_means(((right - left) ** 2 + (below - above) ** 2) / 4)
    sharpest = np.argsort(laplacian)[-max(1, laplacian.size // 4) :]
    strong = float(laplacian[sharpest].mean())
    return strong**0.5, (strong / (float(gradient[sharpest].mean()) + 1e-3)) ** 0.5


def _block_means(values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    rows, columns = (max(1, side // _BLOCK) for side in values.shape)
    height, width = values.shape[0] // rows, values.shape[1] // columns
    cut = values[: rows * height, : columns * width].reshape(rows, height, columns, width)
    means: NDArray[np.floating[Any]] = cut.mean(axis=(1, 3)).ravel()
    return means
