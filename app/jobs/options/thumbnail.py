"""Options of thumbnails: which moments, which sizes, which formats."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, validates_schema

from app.jobs.options.fields import (
    POSTER,
    Colour,
    OptionSchema,
    PositionField,
    Several,
    Side,
    Switch,
    Whole,
    Word,
    load,
)
from app.jobs.options.sizes import SizeField, canonical_sizes
from app.jobs.options.watermark import WatermarkField, read_watermark
from app.jobs.options.wish import SourceFacts, Wish
from app.media.requests.base import Accuracy, Box, Fit, ImageFormat
from app.media.requests.thumbnail import ANIMATED_FORMATS, ThumbnailRequest
from app.models import Output

MOST_POSITIONS = 100
MOST_SIZES = 8


class PictureSchema(Schema):
    """Reads what is in the address of a picture: `w`, `h`, `t`, `fit` and `format`."""

    class Meta:
        unknown = EXCLUDE

    width = Side("w", data_key="w", required=True)
    height = Side("h", data_key="h", required=True)
    t = PositionField(may_be_poster=True, load_default=POSTER)
    fit = Word("fit", Fit, load_default=Fit.FIT)
    format = Word("format", ImageFormat, load_default=ImageFormat.JPG)


class OneSchema(PictureSchema):
    """Reads the same where the sides are called `width` and `height`."""

    width = Side("width", required=True)
    height = Side("height", required=True)


class ThumbnailSchema(OptionSchema):
    """Reads one picture's options, or lists of them.

    `count` is that many positions, evenly spread; `fit` goes for each of the `sizes` that has none of its own.
    """

    width = Side("width")
    height = Side("height")
    fit = Word("fit", Fit, load_default=Fit.FIT)
    sizes = Several("sizes", SizeField(), MOST_SIZES)
    t = PositionField(may_be_poster=True)
    positions = Several("positions", PositionField("positions"), MOST_POSITIONS)
    count = Whole("count", 1, MOST_POSITIONS)
    format = Word("format", ImageFormat)
    formats = Several("formats", Word("formats", ImageFormat), len(ImageFormat))
    accuracy = Word("accuracy", Accuracy, load_default=Accuracy.EXACT)
    background = Colour("background")
    animated = Switch("animated", load_default=False)
    enlarge = Switch("enlarge", load_default=False)
    watermark = WatermarkField()

    @validates_schema
    def _is_one_way(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        _check_either(data, ("count", "positions"), "which moments")
        _check_either(data, ("t", "positions", "count"), "which moments")
        _check_either(data, ("format", "formats"), "which formats")
        if "sizes" not in data and not data.keys() & {"width", "height"}:
            raise ValidationError("width is missing: a thumbnail needs a width, a height or sizes.", "width")
        if "sizes" in data and data.keys() & {"width", "height"}:
            raise ValidationError("Either sizes or width and height say how large, not both.", "sizes")
        if data["animated"] and not ANIMATED_FORMATS.issuperset(_formats(data)):
            raise ValidationError(
                f"animated needs the format {', '.join(ANIMATED_FORMATS)}; others show one frame.", "animated"
            )


def read_thumbnail_options(values: Mapping[str, Any]) -> Wish:
    """Read the options of a single thumbnail of a given width and height. Raises InvalidOptions."""
    return _single(load(OneSchema(), values))


def read_picture_options(values: Mapping[str, Any]) -> Wish:
    """Read the options in a picture's address. Raises InvalidOptions."""
    return _single(load(PictureSchema(), values))


def read_options(values: Mapping[str, Any]) -> Wish:
    """Read options of one or many thumbnails. Raises InvalidOptions."""
    data = load(ThumbnailSchema(), values)
    lists = {"positions", "count", "sizes", "formats"}
    is_plain = data["accuracy"] is Accuracy.EXACT and not _extras(data)
    if data.keys() & lists or {"width", "height"} - data.keys() or not is_plain:
        return Wish(output=Output.THUMBNAIL, options=_canonical(data))
    return _single({"t": POSTER, "format": ImageFormat.JPG, **data})


def thumbnail_request(options: Mapping[str, Any], facts: SourceFacts, box: Box) -> ThumbnailRequest:
    """Return what a decoder is asked for; `box` is the size of a single one."""
    if "sizes" not in options:
        return ThumbnailRequest(
            positions=(_placed(options["t"], facts),),
            sizes=(Box(width=box.width, height=box.height, fit=Fit(options["fit"])),),
            formats=(ImageFormat(options["format"]),),
            duration_seconds=facts.duration_seconds,
        )
    return ThumbnailRequest(
        positions=tuple(_placed(position, facts) for position in _positions(options)),
        sizes=tuple(Box(**{**size, "fit": Fit(size["fit"])}) for size in options["sizes"]),
        formats=tuple(ImageFormat(word) for word in options["formats"]),
        accuracy=Accuracy(options["accuracy"]),
        background=options.get("background"),
        is_animated=options.get("animated", False),
        may_enlarge=options.get("enlarge", False),
        watermark=read_watermark(options.get("watermark")),
        duration_seconds=facts.duration_seconds,
    )


def _single(data: Mapping[str, Any]) -> Wish:
    options = {"t": data["t"], "fit": data["fit"].value, "format": data["format"].value}
    return Wish(output=Output.THUMBNAIL, options=options, width=data["width"], height=data["height"])


def _canonical(data: Mapping[str, Any]) -> dict[str, Any]:
    one = {side: data[side] for side in ("width", "height") if side in data}
    positions = data.get("positions", [data.get("t", POSTER)])
    return {
        **({"count": data["count"]} if "count" in data else {"positions": positions}),
        "sizes": canonical_sizes(data.get("sizes", [one]), data["fit"]),
        "formats": [image_format.value for image_format in _formats(data)],
        "accuracy": data["accuracy"].value,
        **_extras(data),
    }


def _formats(data: Mapping[str, Any]) -> list[ImageFormat]:
    usual = ImageFormat.WEBP if data["animated"] else ImageFormat.JPG
    return list(data.get("formats", [data.get("format", usual)]))


def _extras(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is wanted beside the usual; left out where it is not, so that older wishes are still the same."""
    extras: dict[str, Any] = {name: True for name in ("animated", "enlarge") if data[name]}
    if "background" in data:
        extras["background"] = data["background"]
    if "watermark" in data:
        extras["watermark"] = {**data["watermark"], "corner": data["watermark"]["corner"].value}
    return extras


def _positions(options: Mapping[str, Any]) -> list[str]:
    """Return the positions; a count of them lies in the middles of as many equal parts."""
    if "count" in options:
        count = options["count"]
        return [f"{100 * (2 * number + 1) / (2 * count):.6f}%" for number in range(count)]
    return list(options["positions"])


def _placed(position: str, facts: SourceFacts) -> str:
    return f"{facts.poster_seconds or 0:.6f}" if position == POSTER else position


def _check_either(data: Mapping[str, Any], names: tuple[str, ...], what: str) -> None:
    """Refuse the first of these options beside any other of them: it would be passed over."""
    other = next((name for name in names[1:] if name in data), None)
    if names[0] in data and other is not None:
        raise ValidationError(f"Either {names[0]} or {other} says {what}, not both.", names[0])
