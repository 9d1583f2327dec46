"""Options of contact sheets: how many tiles, how they are laid out, what stands above and on them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.jobs.options.fields import Colour, OptionSchema, Switch, Text, Whole, Word, load
from app.jobs.options.wish import SourceFacts, Wish
from app.media.pictures.geometry import MAX_SIDE
from app.media.requests.base import Accuracy, Box, ImageFormat
from app.media.requests.contact_sheet import MIN_TILE_WIDTH, ContactSheetRequest, SheetLook
from app.models import Output

MOST_COLUMNS, MOST_ROWS, MOST_TILES = 20, 50, 400
LEAST_WIDTH, MOST_MARGIN, MOST_GAP = 160, 400, 100
MOST_TITLE = 200
_DEFAULT = SheetLook()


class SheetFormat(StrEnum):
    """The formats that a sheet is made in."""

    JPG = ImageFormat.JPG.value
    PNG = ImageFormat.PNG.value
    WEBP = ImageFormat.WEBP.value


class ContactSheetSchema(OptionSchema):
    """Reads the options; without a margin and a gap, both grow with the width."""

    columns = Whole("columns", 1, MOST_COLUMNS, load_default=_DEFAULT.columns)
    rows = Whole("rows", 1, MOST_ROWS, load_default=_DEFAULT.rows)
    width = Whole("width", LEAST_WIDTH, MAX_SIDE, of=" of pixels", load_default=_DEFAULT.width)
    margin = Whole("margin", 0, MOST_MARGIN, of=" of pixels")
    gap = Whole("gap", 0, MOST_GAP, of=" of pixels")
    background = Colour("background", load_default=_DEFAULT.background)
    foreground = Colour("foreground", load_default=_DEFAULT.foreground)
    header = Switch("header", load_default=_DEFAULT.has_header)
    timecodes = Switch("timecodes", load_default=_DEFAULT.has_timecodes)
    title = Text("title", MOST_TITLE, load_default=_DEFAULT.title)
    format = Word("format", SheetFormat, load_default=SheetFormat.JPG)
    accuracy = Word("accuracy", Accuracy, load_default=Accuracy.AUTO)

    @validates_schema
    def _has_room(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        columns, count = data["columns"], data["columns"] * data["rows"]
        if count > MOST_TILES:
            raise ValidationError(f"rows × columns is {count}; a sheet has at most {MOST_TILES} tiles.", "rows")
        margin, gap = _spaces(data)
        if data["width"] - 2 * margin - (columns - 1) * gap < columns * MIN_TILE_WIDTH:
            raise ValidationError(
                f"columns is {columns}: {data['width']} pixels are too narrow for so many with these margins and gaps.",
                "columns",
            )


def read_options(values: Mapping[str, Any]) -> Wish:
    """Read the options of a contact sheet. Raises InvalidOptions."""
    data = load(ContactSheetSchema(), values)
    margin, gap = _spaces(data)
    words = {name: data[name].value for name in ("format", "accuracy")}
    return Wish(
        output=Output.CONTACT_SHEET,
        options={**data, **words, "margin": margin, "gap": gap, "title": " ".join(data["title"].split())},
    )


def contact_sheet_request(options: Mapping[str, Any], facts: SourceFacts, _box: Box) -> ContactSheetRequest:
    """Return what a decoder is asked for."""
    return ContactSheetRequest(
        filename=facts.filename,
        size_bytes=facts.size_bytes,
        duration_seconds=facts.duration_seconds,
        look=sheet_look(options),
        format=ImageFormat(options["format"]),
        accuracy=Accuracy(options["accuracy"]),
    )


def sheet_look(options: Mapping[str, Any]) -> SheetLook:
    """Return how a sheet with these canonical options looks."""
    same = ("columns", "rows", "width", "margin", "gap", "background", "foreground", "title")
    return SheetLook(
        **{name: options[name] for name in same}, has_header=options["header"], has_timecodes=options["timecodes"]
    )


def _spaces(data: Mapping[str, Any]) -> tuple[int, int]:
    """Return margin and gap; by default they are in proportion to the width, down to what still parts two tiles."""
    margin = max(4, round(data["width"] * _DEFAULT.margin / _DEFAULT.width))
    gap = max(2, round(data["width"] * _DEFAULT.gap / _DEFAULT.width))
    return data.get("margin", margin), data.get("gap", gap)
