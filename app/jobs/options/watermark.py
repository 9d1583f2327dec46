"""Options of a watermark: which picture of the library it is, and how it is laid on others."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from app.jobs.options.fields import Decimal, OptionSchema, Whole, Word
from app.media.requests.thumbnail import Corner, Watermark

# What an integer of every database holds.
_LARGEST_ID = 2**31 - 1
_NO_OBJECT = "watermark must be an object that names a picture as its video."


class WatermarkSchema(OptionSchema):
    """A mark on every picture; `video` is the id of the picture in the library that is the mark."""

    error_messages = {"unknown": "A watermark has no such option.", "type": _NO_OBJECT}  # noqa: RUF012  (marshmallow's form)

    video = Whole("watermark's video", 1, _LARGEST_ID, required=True)
    corner = Word("watermark's corner", Corner, load_default=Corner.BOTTOM_RIGHT)
    opacity = Decimal("watermark's opacity", 0, 1, load_default=1.0)
    scale = Decimal("watermark's scale", 0.01, 1, load_default=0.2)
    margin = Decimal("watermark's margin", 0, 0.25, load_default=0.02)


class WatermarkField(fields.Nested):
    """A watermark among the options of an output."""

    def __init__(self) -> None:
        super().__init__(WatermarkSchema, error_messages={"null": _NO_OBJECT, "type": _NO_OBJECT})


def read_watermark(options: Mapping[str, Any] | None) -> Watermark | None:
    """Return what a decoder is told of canonical options; which picture it is, the file that it is lent tells."""
    if options is None:
        return None
    told = {name: value for name, value in options.items() if name not in ("video", "sha256")}
    return Watermark(**{**told, "corner": Corner(told["corner"])})


def watermark_video(options: Mapping[str, Any]) -> int | None:
    """Return the id of the picture that an output's canonical options name as the watermark, or None."""
    return options["watermark"]["video"] if "watermark" in options else None
