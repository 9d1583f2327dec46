"""What may be asked of a contact sheet; what may not names its field."""

from typing import Any

import pytest

from app.errors import InvalidRequest
from app.jobs.options.contact_sheet import contact_sheet_request, read_options
from app.jobs.options.wish import SourceFacts
from app.jobs.outputs import OUTPUTS
from app.media.requests.base import Accuracy, Box, ImageFormat
from app.media.requests.contact_sheet import ContactSheetRequest, SheetLook
from app.models import Output

FACTS = SourceFacts(filename="film.mp4", size_bytes=1234, duration_seconds=60.0)
EVERYTHING = {
    "columns": "3",
    "rows": 2,
    "width": 640,
    "margin": 10,
    "gap": 5,
    "background": "#FFFFFF",
    "foreground": "#000000",
    "header": "false",
    "timecodes": False,
    "title": " A  title ",
    "format": "webp",
    "accuracy": "exact",
}


def test_every_option_is_read() -> None:
    request = contact_sheet_request(read_options(EVERYTHING).options, FACTS, Box())

    assert request == ContactSheetRequest(
        filename="film.mp4",
        size_bytes=1234,
        duration_seconds=60.0,
        look=SheetLook(
            columns=3,
            rows=2,
            width=640,
            margin=10,
            gap=5,
            background="#ffffff",
            foreground="#000000",
            has_header=False,
            has_timecodes=False,
            title="A title",
        ),
        format=ImageFormat.WEBP,
        accuracy=Accuracy.EXACT,
    )


def test_without_options_it_is_sixteen_tiles_at_1280_pixels() -> None:
    request = contact_sheet_request(read_options({}).options, FACTS, Box())

    assert request.look == SheetLook()
    assert (request.format, request.accuracy) == (ImageFormat.JPG, Accuracy.AUTO)


def test_margin_and_gap_grow_with_the_width() -> None:
    small, large = (read_options({"width": width}).options for width in (160, 8000))

    assert [(sheet["margin"], sheet["gap"]) for sheet in (small, large)] == [(4, 2), (150, 50)]


def test_what_was_read_is_read_again_as_the_same() -> None:
    wish = read_options(EVERYTHING)

    assert read_options(wish.options) == wish
    assert read_options(read_options({}).options) == read_options({})


def test_a_request_travels_as_json() -> None:
    request = contact_sheet_request(read_options(EVERYTHING).options, FACTS, Box())

    assert ContactSheetRequest.from_json(request.to_json()) == request


def test_it_is_one_of_the_outputs() -> None:
    assert OUTPUTS[Output.CONTACT_SHEET].read({}) == read_options({})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("columns", value) for value in (0, 21, -1, "x", 1.5, None, True, "9" * 5000)),
        *(("rows", value) for value in (0, 51, 10_000)),
        *(("width", value) for value in (159, 8193, "")),
        *(("margin", value) for value in (-1, 401)),
        *(("gap", value) for value in (-1, 101)),
        *(("background", value) for value in ("red", "#fff", "#12345g", None, "x" * 100_000)),
        *(("foreground", value) for value in ("rgb(0,0,0)", 0)),
        *(("header", value) for value in ("perhaps", None)),
        *(("timecodes", value) for value in ("perhaps", 7)),
        *(("title", value) for value in ("x" * 201, "a\0b", "x" * 100_000, None, 7)),
        *(("format", value) for value in ("avif", "gif", "JPG", "")),
        *(("accuracy", value) for value in ("best", "")),
    ],
)
def test_a_bad_option_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options({field: value})

    assert refusal.value.field == field
    assert refusal.value.message.startswith(f"{field} ")
    assert len(refusal.value.message) < 200


def test_four_hundred_tiles_are_the_most() -> None:
    assert read_options({"columns": 20, "rows": 20}).options["rows"] == 20

    with pytest.raises(InvalidRequest, match="rows × columns is 420; a sheet has at most 400 tiles"):
        read_options({"columns": 20, "rows": 21})


@pytest.mark.parametrize(
    "values", [{"width": 160, "columns": 20}, {"width": 160, "margin": 80}, {"columns": 20, "gap": 100}]
)
def test_tiles_without_room_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="too narrow for so many") as refusal:
        read_options(values)

    assert refusal.value.field == "columns"


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_options({"colums": 3})

    assert refusal.value.field == "colums"
