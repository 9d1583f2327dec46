"""Sizes of thumbnails, as objects or as people write them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app.jobs.options.fields import InvalidOptions, OptionSchema, Side, Word, load
from app.media.requests.base import Fit

_WRITTEN = re.compile(r"(?P<width>[0-9]{1,9})?\s?(?:[x×]\s?(?P<height>[0-9]{1,9})?)?")
_HOW = "sizes must be written 640x360, 640 (wide) or x360 (high), or be objects of width, height and fit."


class BoxSchema(OptionSchema):
    """One size; without a `fit` it has that of the whole wish."""

    width = Side("width")
    height = Side("height")
    fit = Word("fit", Fit)

    @validates_schema
    def _has_a_side(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if not data.keys() & {"width", "height"}:
            raise ValidationError("A size needs a width, a height or both.", "width")


class SizeField(fields.Field[Any]):
    """One size: an object, or `640x360`, `640` (its width) or `x360` (its height)."""

    def __init__(self) -> None:
        super().__init__(error_messages={"null": _HOW})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return load(BoxSchema(), value if isinstance(value, Mapping) else _sides(value))
        except InvalidOptions as err:
            raise ValidationError(f"sizes: {err.message}") from err


def canonical_sizes(sizes: Iterable[Mapping[str, Any]], fit: Fit) -> list[dict[str, Any]]:
    """Return sizes as JSON, each with a fit and none of them twice."""
    found: list[dict[str, Any]] = []
    for size in sizes:
        one = {**size, "fit": size.get("fit", fit).value}
        if one not in found:
            found.append(one)
    return found


def _sides(written: Any) -> dict[str, str]:
    match = None if isinstance(written, bool) else _WRITTEN.fullmatch(str(written).strip().lower())
    sides = {side: digits for side, digits in match.groupdict().items() if digits} if match else {}
    if not sides:
        raise ValidationError(_HOW)
    return sides
