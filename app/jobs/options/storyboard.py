"""Options of storyboards: how many tiles, how large, in what grid, and for which players."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.jobs.options.fields import Decimal, OptionSchema, Several, Whole, Word, load
from app.jobs.options.wish import SourceFacts, Wish
from app.media.pictures.geometry import MAX_SIDE
from app.media.requests.base import Accuracy, Box, ImageFormat
from app.media.requests.storyboard import MOST_TILES, StoryboardLook, StoryboardRequest, TileIndex
from app.models import Output

MOST_COLUMNS = MOST_ROWS = 20
LEAST_WIDTH, MOST_WIDTH = 16, 640
LEAST_SECONDS, MOST_SECONDS = 0.1, 3600
_DEFAULT = StoryboardLook()


class StoryboardSchema(OptionSchema):
    """Reads the options; without an interval and a count, the duration decides."""

    columns = Whole("columns", 1, MOST_COLUMNS, load_default=_DEFAULT.columns)
    rows = Whole("rows", 1, MOST_ROWS, load_default=_DEFAULT.rows)
    width = Whole("width", LEAST_WIDTH, MOST_WIDTH, of=" of pixels", load_default=_DEFAULT.width)
    interval_seconds = Decimal("interval_seconds", LEAST_SECONDS, MOST_SECONDS, unit="seconds")
    count = Whole("count", 1, MOST_TILES)
    format = Word("format", ImageFormat, load_default=_DEFAULT.format)
    accuracy = Word("accuracy", Accuracy, load_default=Accuracy.AUTO)
    indexes = Several("indexes", Word("indexes", TileIndex), len(TileIndex), load_default=list(_DEFAULT.indexes))

    @validates_schema
    def _is_one_way(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if "interval_seconds" in data and "count" in data:
            raise ValidationError("Either interval_seconds or count says how many tiles, not both.", "count")
        if data["columns"] * data["width"] > MAX_SIDE:
            raise ValidationError(
                f"columns × width is {data['columns'] * data['width']}; a sheet is at most {MAX_SIDE} pixels wide.",
                "columns",
            )


def read_options(values: Mapping[str, Any]) -> Wish:
    """Read the options of a storyboard. Raises InvalidOptions."""
    data = load(StoryboardSchema(), values)
    words = {name: data[name].value for name in ("format", "accuracy")}
    # In one order, so that equal wishes are equal.
    indexes = [index.value for index in TileIndex if index in data["indexes"]]
    return Wish(output=Output.STORYBOARD, options={**data, **words, "indexes": indexes})


def storyboard_request(options: Mapping[str, Any], facts: SourceFacts, _box: Box) -> StoryboardRequest:
    """Return what a decoder is asked for."""
    return StoryboardRequest(
        duration_seconds=facts.duration_seconds,
        look=storyboard_look(options),
        accuracy=Accuracy(options["accuracy"]),
    )


def storyboard_look(options: Mapping[str, Any]) -> StoryboardLook:
    """Return what a storyboard with these canonical options is like."""
    return StoryboardLook(
        **{name: options[name] for name in ("columns", "rows", "width")},
        interval_seconds=options.get("interval_seconds"),
        count=options.get("count"),
        format=ImageFormat(options["format"]),
        indexes=tuple(TileIndex(index) for index in options["indexes"]),
    )
