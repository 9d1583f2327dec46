"""How large a picture becomes, which part of it is seen, and which way is up. Whole numbers only."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from app.media.errors import InvalidOption
from app.media.requests.base import Fit

# The longest side of anything made here; JPEG itself ends at 65,535.
MAX_SIDE = 8192
# What enlarging may lead to before anything is cropped: a thin strip that fills a square grows without end.
_MAX_ENLARGED_PIXELS = MAX_SIDE * MAX_SIDE


class Orientation(Enum):
    """The eight ways a picture can lie, numbered as EXIF numbers them.

    The value says what must be done to the stored picture to see it upright.
    """

    UPRIGHT = 1
    MIRRORED = 2
    ROTATE_180 = 3
    FLIPPED = 4
    TRANSPOSE = 5
    ROTATE_90_CW = 6
    TRANSVERSE = 7
    ROTATE_90_CCW = 8

    @property
    def swaps_sides(self) -> bool:
        return self.value >= 5


# Rows of the display matrix as signs (a b / c d): x' = a·x + c·y, y' = b·x + d·y, y downwards.
_BY_SIGNS = {
    (1, 0, 0, 1): Orientation.UPRIGHT,
    (-1, 0, 0, 1): Orientation.MIRRORED,
    (-1, 0, 0, -1): Orientation.ROTATE_180,
    (1, 0, 0, -1): Orientation.FLIPPED,
    (0, 1, 1, 0): Orientation.TRANSPOSE,
    (0, 1, -1, 0): Orientation.ROTATE_90_CW,
    (0, -1, -1, 0): Orientation.TRANSVERSE,
    (0, -1, 1, 0): Orientation.ROTATE_90_CCW,
}


def orientation_of(matrix: tuple[int, ...]) -> Orientation:
    """Read a 3 × 3 display matrix (nine integers, row by row; ISO/IEC 14496-12, 8.2.2).

    A turn that is not a multiple of 90° is taken to the nearest one, as browsers do.
    """
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    is_upright = abs(a) + abs(d) >= abs(b) + abs(c)
    signs = (_sign(a), 0, 0, _sign(d)) if is_upright else (0, _sign(b), _sign(c), 0)
    return _BY_SIGNS.get(signs, Orientation.UPRIGHT)


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def swapped(self) -> "Size":
        return Size(self.height, self.width)

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


def displayed_size(coded: Size, sar: Fraction, orientation: Orientation) -> Size:
    """Return the size a player shows: SAR widens (or narrows) the stored picture, then it is turned."""
    shown = Size(max(1, _round(coded.width * sar)), coded.height)
    return shown.swapped if orientation.swaps_sides else shown


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with an upright picture: scale it to `scaled`, keep `crop`, put that on `canvas`.

    `crop` is (left, top, right, bottom) within `scaled`; `canvas` is larger than the crop only when padding.
    """

    scaled: Size
    crop: tuple[int, int, int, int]
    canvas: Size


def plan(shown: Size, *, width: int | None, height: int | None, fit: Fit = Fit.FIT, may_enlarge: bool = False) -> Plan:
    """Plan a picture of `shown` size into a box; a missing side follows from the ratio, up to MAX_SIDE.

    Where the source is smaller than the box and may not be enlarged: `fit` keeps the source's size; `fill` and
    `stretch` give the largest picture of the box's shape that needs no enlarging; `pad` keeps the box and widens the
    bars. Raises InvalidOption for a side out of bounds, and where enlarging would take too many pixels.
    """
    by_width, by_height = _scales(shown, width, height)
    box = _scaled(shown, by_width, by_height)
    if fit is Fit.STRETCH:
        largest = Fraction(1) if may_enlarge else min(Fraction(1), 1 / by_width, 1 / by_height)
        return _whole(_shrunk(box, largest))
    if fit is Fit.FILL:
        return _fill(shown, box, scale=max(by_width, by_height), may_enlarge=may_enlarge)
    scale = min(by_width, by_height)
    inside = _shrunk(shown, scale if may_enlarge else min(Fraction(1), scale))
    if fit is Fit.PAD:
        return Plan(inside, (0, 0, inside.width, inside.height), box)
    return _whole(inside)


def _fill(shown: Size, box: Size, *, scale: Fraction, may_enlarge: bool) -> Plan:
    if scale > 1 and not may_enlarge:
        box, scale = _shrunk(box, 1 / scale), Fraction(1)
    scaled = _shrunk(shown, scale)
    if scale > 1 and scaled.pixels > _MAX_ENLARGED_PIXELS:
        raise InvalidOption(
            f"enlarge would make this picture {scaled} pixels before it is cropped; ask for a smaller size.",
            field="enlarge",
        )
    width, height = min(box.width, scaled.width), min(box.height, scaled.height)
    left, top = (scaled.width - width) // 2, (scaled.height - height) // 2
    return Plan(scaled, (left, top, left + width, top + height), Size(width, height))


def _whole(size: Size) -> Plan:
    return Plan(size, (0, 0, size.width, size.height), size)


def _scales(shown: Size, width: int | None, height: int | None) -> tuple[Fraction, Fraction]:
    """Return what the width and the height of `shown` are multiplied with to fill the box.

    Exact, because a missing side that was rounded would in turn narrow the one that was asked.
    """
    for field, side in (("width", width), ("height", height)):
        if side is not None and not 1 <= side <= MAX_SIDE:
            raise InvalidOption(f"{field} is {side}; it must be from 1 to {MAX_SIDE} pixels.", field=field)
    if width and height:
        return Fraction(width, shown.width), Fraction(height, shown.height)
    longest = max(shown.width, shown.height)
    if width:
        scale = Fraction(width, shown.width)
    elif height:
        scale = Fraction(height, shown.height)
    else:
        scale = Fraction(min(longest, MAX_SIDE), longest)
    return min(scale, Fraction(MAX_SIDE, shown.width)), min(scale, Fraction(MAX_SIDE, shown.height))


def _shrunk(size: Size, scale: Fraction) -> Size:
    return _scaled(size, scale, scale)


def _scaled(size: Size, by_width: Fraction, by_height: Fraction) -> Size:
    return Size(max(1, _round(size.width * by_width)), max(1, _round(size.height * by_height)))


def _round(value: Fraction | int) -> int:
    """Round half up, as players round a displayed size (Python's round goes to even)."""
    return int(value + Fraction(1, 2))


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
