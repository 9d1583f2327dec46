"""What may be asked of a thumbnail; what may not names its field."""

from typing import Any

import pytest

from app.errors import InvalidRequest
from app.jobs.options.fields import POSTER
from app.jobs.options.thumbnail import read_thumbnail_options
from app.media.requests.base import Fit, ImageFormat

GOOD = {"width": "320", "height": "180"}
BAD_SIDES = ["0", "-1", "100000", "8193", "abc", "1e3", "1.5", "", " ", "0x10", "1,000", "∞", "9" * 5000, None]
BAD_POSITIONS = ["abc", "-5", "1e308", "101%", "100.1%", "nan", "inf", "1:2:3:4", "00:61", "1/2", "9" * 400, "10 s"]


def test_every_option_is_read() -> None:
    options = read_thumbnail_options({**GOOD, "t": "00:01:23.5", "fit": "pad", "format": "webp"})

    assert (options.width, options.height, options.options["t"]) == (320, 180, "83.5")
    assert (options.options["fit"], options.options["format"]) == (Fit.PAD, ImageFormat.WEBP)


def test_what_is_left_out_has_a_default() -> None:
    options = read_thumbnail_options(GOOD)

    assert options.options == {"t": POSTER, "fit": "fit", "format": "jpg"}


@pytest.mark.parametrize("side", ["1", "8192", 640])
def test_sides_from_one_pixel_to_the_largest_are_read(side: Any) -> None:
    options = read_thumbnail_options({"width": side, "height": side})

    assert options.width == options.height == int(side)


@pytest.mark.parametrize("field", ["width", "height"])
@pytest.mark.parametrize("side", BAD_SIDES)
def test_a_bad_side_names_its_field(field: str, side: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_thumbnail_options({**GOOD, field: side})

    assert refusal.value.field == field
    assert refusal.value.message.startswith(f"{field} ")


@pytest.mark.parametrize("field", ["width", "height"])
def test_a_missing_side_names_its_field(field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_thumbnail_options({name: value for name, value in GOOD.items() if name != field})

    assert refusal.value.field == field
    assert refusal.value.message.startswith(f"{field} is missing")


@pytest.mark.parametrize("position", BAD_POSITIONS)
def test_a_bad_position_names_its_field(position: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_thumbnail_options({**GOOD, "t": position})

    assert refusal.value.field == "t"
    assert refusal.value.message.startswith("t ")


@pytest.mark.parametrize(
    ("field", "value"),
    [("fit", "x"), ("fit", ""), ("fit", "FIT"), ("fit", None), ("format", "x"), ("format", "jpeg"), ("format", "")],
)
def test_a_bad_choice_names_its_field_and_what_there_is(field: str, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_thumbnail_options({**GOOD, field: value})

    assert refusal.value.field == field
    assert refusal.value.message.startswith(f"{field} is not one of ")


@pytest.mark.parametrize("position", ["0", "0%", "100%", "9999999", "99:59:59.999", "poster", " ", " 5 "])
def test_every_good_position_is_read(position: str) -> None:
    options = read_thumbnail_options({**GOOD, "t": position})

    assert read_thumbnail_options({**GOOD, "t": options.options["t"]}) == options


def test_the_fingerprint_is_of_the_wish_and_of_its_video() -> None:
    options = read_thumbnail_options(GOOD)

    fingerprints = {
        options.fingerprint(1),
        options.fingerprint(2),
        read_thumbnail_options({**GOOD, "t": "1"}).fingerprint(1),
        read_thumbnail_options({"width": "180", "height": "320"}).fingerprint(1),
    }

    assert len(fingerprints) == 4
    assert read_thumbnail_options(dict(GOOD)).fingerprint(1) == options.fingerprint(1)
