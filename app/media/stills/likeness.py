"""Whether two pictures are nearly the same, one is a fainter form of the other, or one is a blend of two others.

Told from prints: a difference hash of 64 bits (as by Krawetz, "Kind of like that", 2013: whether each ninth of a row
is lighter than the one before it), and the picture at 16 × 16 pixels.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_BITS_A_ROW = 8
_TINY_SIDE = 16
# Of 64 bits: a cut gives about 30, the same scene a moment later up to 6, another pose before it 8 and more.
_ALIKE_BITS = 6
# Levels of a byte by which pictures differ on average that no one tells apart; a plain scene's bits are only noise.
_ALIKE_LEVELS = 6.0
# A fainter form has the same shapes with at most this much of the contrast.
_SAME_SHAPES, _FAINTER = 0.97, 0.75
# What is blended was unlike, and the blend has some of both, and hardly anything else.
_UNLIKE_SHAPES, _UNLIKE_LEVELS = 0.8, 20.0
_LEAST_OF_EACH = 0.12
_BLEND_REST, _BLEND_REST_LEVELS = 0.2, 8.0


@dataclass(frozen=True, slots=True)
class Print:
    """What a picture is recognised by."""

    bits: int
    tiny: NDArray[np.float32] = field(repr=False)


def take_print(image: Image.Image) -> Print:
    """Return the print of an RGB picture."""
    grey = image.convert("L").resize((_BITS_A_ROW + 1, _BITS_A_ROW), Image.Resampling.BOX)
    rows = np.asarray(grey, dtype=np.int16)
    is_lighter = rows[:, 1:] > rows[:, :-1]
    tiny = np.asarray(image.resize((_TINY_SIDE, _TINY_SIDE), Image.Resampling.BOX), dtype=np.float32)
    return Print(int.from_bytes(np.packbits(is_lighter).tobytes(), "big"), tiny.ravel())


def hamming(one: Print, other: Print) -> int:
    """Return in how many of 64 bits two prints differ."""
    return (one.bits ^ other.bits).bit_count()


def is_alike(one: Print, other: Print) -> bool:
    """Tell whether two pictures are nearly the same."""
    return hamming(one, other) <= _ALIKE_BITS or _level(one.tiny - other.tiny) < _ALIKE_LEVELS


def is_fainter(one: Print, other: Print) -> bool:
    """Tell whether one picture is a fainter form of the other, as on the way to black or to white."""
    faint, full = float(one.tiny.std()), float(other.tiny.std())
    return faint < _FAINTER * full and _same_shapes(one, other) > _SAME_SHAPES


def is_blend(one: Print, before: Print, after: Print) -> bool:
    """Tell whether a picture is a mixture of two, as in the middle of a cross-fade."""
    difference = after.tiny - before.tiny
    if _level(difference) < _UNLIKE_LEVELS or _same_shapes(before, after) > _UNLIKE_SHAPES:
        return False
    of_after = float((one.tiny - before.tiny) @ difference / (difference @ difference))
    rest = _level(one.tiny - before.tiny - of_after * difference)
    has_both = _LEAST_OF_EACH < of_after < 1 - _LEAST_OF_EACH
    return has_both and rest < min(_BLEND_REST_LEVELS, _BLEND_REST * _level(difference))


def _level(values: NDArray[np.float32]) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def _same_shapes(one: Print, other: Print) -> float:
    """Return the correlation: 1 where they differ only in brightness and contrast."""
    first, second = one.tiny - one.tiny.mean(), other.tiny - other.tiny.mean()
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second) + 1e-3))
