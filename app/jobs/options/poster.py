"""Options of posters: one position, or how many candidates to pick anew."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from app.jobs.options.fields import OptionSchema, PositionField, Whole, Word, load
from app.jobs.options.wish import SourceFacts, Wish
from app.media.requests.base import Box, ImageFormat
from app.media.requests.poster import MOST_CANDIDATES, PosterRequest
from app.models import Output

LEAST_WIDTH, MOST_WIDTH = 16, 3840
_DEFAULT = PosterRequest()


class PosterSchema(OptionSchema):
    """Reads the options; `width` bounds the height as well, so that a tall video gives no taller poster."""

    t = PositionField("t")
    count = Whole("count", 1, MOST_CANDIDATES)
    width = Whole("width", LEAST_WIDTH, MOST_WIDTH, of=" of pixels", load_default=_DEFAULT.width)
    format = Word("format", ImageFormat, load_default=_DEFAULT.image_format)

    @validates_schema
    def _is_one_way(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if {"t", "count"} <= data.keys():
            raise ValidationError("Either t says which frame, or count how many to choose from, not both.", "count")


def read_options(values: Mapping[str, Any]) -> Wish:
    """Read the options of a poster. Raises InvalidOptions."""
    data = load(PosterSchema(), values)
    what = {"t": data["t"]} if "t" in data else {"count": data.get("count", _DEFAULT.count)}
    return Wish(output=Output.POSTER, options={**what, "width": data["width"], "format": data["format"].value})


def poster_request(options: Mapping[str, Any], facts: SourceFacts, _box: Box) -> PosterRequest:
    """Return what a decoder is asked for."""
    return PosterRequest(
        position=options.get("t"),
        count=options.get("count", _DEFAULT.count),
        width=options["width"],
        image_format=ImageFormat(options["format"]),
        is_own_picture="upload" in options,
        duration_seconds=facts.duration_seconds,
    )
