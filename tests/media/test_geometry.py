"""Sizes, crops and turns: examples of each fit, and what holds for all of them."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.media.errors import InvalidOption
from app.media.pictures.geometry import MAX_SIDE, Orientation, Plan, Size, displayed_size, orientation_of, plan
from app.media.requests.base import Fit

HD = Size(1920, 1080)
SIZES = st.builds(Size, st.integers(1, 20_000), st.integers(1, 20_000))
BOX_SIDES = st.integers(1, MAX_SIDE)
HALF_SIDES = st.integers(1, MAX_SIDE // 2)
SIDES = st.none() | BOX_SIDES
FITS = st.sampled_from(Fit)
ONE = 1 << 16
# Rows of the matrix (a b / c d) as ISO/IEC 14496-12 has them, and EXIF's number for the same stored picture.
MATRICES = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}


def whole(size: Size) -> Plan:
    return Plan(size, (0, 0, size.width, size.height), size)


def cropped(how: Plan) -> Size:
    left, top, right, bottom = how.crop
    return Size(right - left, bottom - top)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (320, 180, Size(320, 180)),
        (320, 320, Size(320, 180)),
        (1000, 180, Size(320, 180)),
        (320, None, Size(320, 180)),
        (None, 180, Size(320, 180)),
        (None, None, HD),
        (4000, 4000, HD),
        (1, 1, Size(1, 1)),
        (333, None, Size(333, 187)),
    ],
)
def test_fit_shows_the_whole_picture_inside_the_box(width: int | None, height: int | None, size: Size) -> None:
    how = plan(HD, width=width, height=height, fit=Fit.FIT)

    assert how == whole(size)


@pytest.mark.parametrize(
    ("shown", "width", "height", "how"),
    [
        (HD, 320, 320, Plan(Size(569, 320), (124, 0, 444, 320), Size(320, 320))),
        (HD, 320, 90, Plan(Size(320, 180), (0, 45, 320, 135), Size(320, 90))),
        (HD, 320, None, whole(Size(320, 180))),
        # Too small: the largest square that needs no enlarging.
        (Size(200, 100), 400, 400, Plan(Size(200, 100), (50, 0, 150, 100), Size(100, 100))),
        (Size(100, 200), 400, 200, Plan(Size(100, 200), (0, 75, 100, 125), Size(100, 50))),
    ],
)
def test_fill_covers_the_box_and_crops_from_the_middle(shown: Size, width: int, height: int | None, how: Plan) -> None:
    planned = plan(shown, width=width, height=height, fit=Fit.FILL)

    assert planned == how


@pytest.mark.parametrize(
    ("shown", "width", "height", "scaled", "canvas"),
    [
        (HD, 320, 320, Size(320, 180), Size(320, 320)),
        (HD, 1000, 180, Size(320, 180), Size(1000, 180)),
        (Size(64, 36), 320, 320, Size(64, 36), Size(320, 320)),
        (HD, 320, None, Size(320, 180), Size(320, 180)),
    ],
)
def test_pad_puts_the_whole_picture_on_a_canvas_of_the_box(
    shown: Size, width: int, height: int | None, scaled: Size, canvas: Size
) -> None:
    how = plan(shown, width=width, height=height, fit=Fit.PAD)

    assert how == Plan(scaled, (0, 0, scaled.width, scaled.height), canvas)


@pytest.mark.parametrize(
    ("shown", "width", "height", "size"),
    [
        (HD, 320, 320, Size(320, 320)),
        (HD, 100, 1000, Size(100, 1000)),
        (Size(200, 100), 400, 400, Size(100, 100)),
        (HD, 320, None, Size(320, 180)),
    ],
)
def test_stretch_ignores_the_ratio_but_enlarges_nothing(
    shown: Size, width: int, height: int | None, size: Size
) -> None:
    how = plan(shown, width=width, height=height, fit=Fit.STRETCH)

    assert how == whole(size)


@given(SIZES, BOX_SIDES, BOX_SIDES)
def test_fit_is_always_inside_the_box_and_touches_it_or_the_source(shown: Size, width: int, height: int) -> None:
    size = plan(shown, width=width, height=height, fit=Fit.FIT).canvas

    assert size.width <= width
    assert size.height <= height
    assert size.width in (width, shown.width) or size.height in (height, shown.height)


@given(SIZES, BOX_SIDES, BOX_SIDES)
def test_fit_keeps_the_ratio_within_a_pixel(shown: Size, width: int, height: int) -> None:
    size = plan(shown, width=width, height=height, fit=Fit.FIT).scaled

    exact = min(Fraction(1), Fraction(width, shown.width), Fraction(height, shown.height))
    assert abs(size.width - shown.width * exact) < 1
    assert abs(size.height - shown.height * exact) < 1


@given(SIZES, BOX_SIDES, BOX_SIDES)
def test_pad_is_always_exactly_the_box(shown: Size, width: int, height: int) -> None:
    how = plan(shown, width=width, height=height, fit=Fit.PAD)

    assert how.canvas == Size(width, height)
    assert how.scaled == plan(shown, width=width, height=height, fit=Fit.FIT).canvas


@given(SIZES, BOX_SIDES, BOX_SIDES)
def test_fill_has_the_box_s_ratio_within_a_pixel(shown: Size, width: int, height: int) -> None:
    size = plan(shown, width=width, height=height, fit=Fit.FILL).canvas

    scale = min(Fraction(1), Fraction(shown.width, width), Fraction(shown.height, height))
    assert abs(size.width - max(1, width * scale)) < 1
    assert abs(size.height - max(1, height * scale)) < 1


@given(SIZES, BOX_SIDES, BOX_SIDES)
def test_fill_of_a_source_that_covers_the_box_is_exactly_the_box(shown: Size, width: int, height: int) -> None:
    larger = Size(shown.width + width, shown.height + height)

    size = plan(larger, width=width, height=height, fit=Fit.FILL).canvas

    assert size == Size(width, height)


@given(SIZES, SIDES, SIDES, FITS)
def test_nothing_is_ever_enlarged(shown: Size, width: int | None, height: int | None, fit: Fit) -> None:
    how = plan(shown, width=width, height=height, fit=fit)

    assert how.scaled.width <= shown.width
    assert how.scaled.height <= shown.height


@given(SIZES, SIDES, SIDES, FITS)
def test_the_crop_lies_in_the_middle_of_the_picture_and_fits_the_canvas(
    shown: Size, width: int | None, height: int | None, fit: Fit
) -> None:
    how = plan(shown, width=width, height=height, fit=fit)

    left, top, right, bottom = how.crop
    assert 0 <= how.scaled.width - right - left <= 1
    assert 0 <= how.scaled.height - bottom - top <= 1
    assert cropped(how) == (how.scaled if fit is Fit.PAD else how.canvas)


@given(st.builds(Size, HALF_SIDES, HALF_SIDES), HALF_SIDES, FITS)
@example(Size(1920 - 333, 1080 - 333), 333, Fit.FIT)
def test_the_one_side_that_was_asked_is_the_side_that_comes(shown: Size, side: int, fit: Fit) -> None:
    # Large enough for the side, and small enough for the other side that follows.
    larger = Size(shown.width + side, shown.height + side)

    by_width = plan(larger, width=side, height=None, fit=fit)
    by_height = plan(larger, width=None, height=side, fit=fit)

    assert by_width.canvas.width == side
    assert by_height.canvas.height == side


@given(SIZES, SIDES, SIDES, FITS)
@example(Size(100, 8000), 8000, None, Fit.PAD)
@example(Size(20_000, 100), None, None, Fit.FIT)
def test_nothing_made_is_longer_than_the_longest_side(
    shown: Size, width: int | None, height: int | None, fit: Fit
) -> None:
    canvas = plan(shown, width=width, height=height, fit=fit).canvas

    assert min(canvas.width, canvas.height) >= 1
    assert max(canvas.width, canvas.height) <= MAX_SIDE


@pytest.mark.parametrize(("field", "side"), [*product(["width", "height"], [0, -1, MAX_SIDE + 1, 10**9])])
def test_a_side_out_of_bounds_is_refused_and_named(field: str, side: int) -> None:
    box: dict[str, int | None] = {"width": None, "height": None, field: side}

    with pytest.raises(InvalidOption, match=field) as caught:
        plan(HD, width=box["width"], height=box["height"])

    assert caught.value.field == field


@pytest.mark.parametrize(("signs", "number"), MATRICES.items())
def test_each_of_the_eight_matrices_has_its_orientation(signs: tuple[int, int, int, int], number: int) -> None:
    a, b, c, d = (ONE * sign for sign in signs)

    # The place on the screen (tx, ty) says nothing about which way is up.
    orientation = orientation_of((a, b, 0, c, d, 0, 1080 * ONE, 7, 1 << 30))

    assert orientation is Orientation(number)


@pytest.mark.parametrize(
    ("matrix", "orientation"),
    [
        ((65526, 1144, -1144, 65526), Orientation.UPRIGHT),  # 1°
        ((1144, 65526, -65526, 1144), Orientation.ROTATE_90_CW),  # 89°
        ((-65526, 1144, -1144, -65526), Orientation.ROTATE_180),  # 179°
        ((0, 0, 0, 0), Orientation.UPRIGHT),
        ((2 * ONE, 0, 0, -3 * ONE), Orientation.FLIPPED),  # scaled as well
        ((0, 1, -1, 0), Orientation.ROTATE_90_CW),  # written as whole numbers
    ],
)
def test_a_turn_that_is_not_a_right_angle_is_taken_to_the_nearest(
    matrix: tuple[int, int, int, int], orientation: Orientation
) -> None:
    a, b, c, d = matrix

    read = orientation_of((a, b, 0, c, d, 0, 0, 0, 1 << 30))

    assert read is orientation


@pytest.mark.parametrize(
    ("coded", "sar", "orientation", "shown"),
    [
        (Size(720, 576), Fraction(16, 15), 1, Size(768, 576)),
        (Size(720, 480), Fraction(8, 9), 1, Size(640, 480)),
        (Size(1440, 1080), Fraction(4, 3), 6, Size(1080, 1920)),
        (Size(720, 576), Fraction(64, 45), 3, Size(1024, 576)),
        # Half a pixel is rounded up, also where Python's round would go down to the even number.
        (Size(5, 9), Fraction(1, 2), 1, Size(3, 9)),
        (Size(5, 9), Fraction(1, 2), 5, Size(9, 3)),
        (Size(3, 9), Fraction(1, 2), 1, Size(2, 9)),
        (Size(1, 9), Fraction(1, 64), 1, Size(1, 9)),
    ],
)
def test_pixels_are_shaped_first_and_turned_then(coded: Size, sar: Fraction, orientation: int, shown: Size) -> None:
    size = displayed_size(coded, sar, Orientation(orientation))

    assert size == shown


@pytest.mark.parametrize(
    ("fit", "scaled", "canvas"),
    [
        (Fit.FIT, Size(400, 225), Size(400, 225)),
        (Fit.FILL, Size(533, 300), Size(400, 300)),
        (Fit.PAD, Size(400, 225), Size(400, 300)),
        (Fit.STRETCH, Size(400, 300), Size(400, 300)),
    ],
)
def test_a_small_picture_is_enlarged_where_it_may_be(fit: Fit, scaled: Size, canvas: Size) -> None:
    how = plan(Size(160, 90), width=400, height=300, fit=fit, may_enlarge=True)

    assert (how.scaled, how.canvas) == (scaled, canvas)


@given(SIZES, SIDES, SIDES, FITS)
def test_what_is_enlarged_stays_within_bounds(shown: Size, width: int | None, height: int | None, fit: Fit) -> None:
    try:
        how = plan(shown, width=width, height=height, fit=fit, may_enlarge=True)
    except InvalidOption as err:
        assert (err.field, fit) == ("enlarge", Fit.FILL)
        return

    assert how.scaled.pixels <= max(shown.pixels, MAX_SIDE * MAX_SIDE)
    assert max(how.canvas.width, how.canvas.height) <= MAX_SIDE
    assert how.crop[2] <= how.scaled.width and how.crop[3] <= how.scaled.height


def test_a_strip_that_would_be_enlarged_without_end_is_refused() -> None:
    with pytest.raises(InvalidOption, match="smaller") as refusal:
        plan(Size(10_000, 1), width=8192, height=8192, fit=Fit.FILL, may_enlarge=True)

    assert refusal.value.field == "enlarge"
