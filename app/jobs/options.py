"""What may be asked of each output: one schema each, and the one canonical form that makes equal wishes equal."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from app.errors import InvalidRequest
from app.media.errors import InvalidOption
from app.media.geometry import MAX_SIDE, Fit
from app.media.requests import ImageFormat
from app.media.timecode import parse_position
from app.models import Output

# Stands for the position of the video's poster, whatever that is when the job runs.
POSTER = "poster"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailOptions:
    """One picture of one moment. `position` is canonical: equal places are equal strings."""

    width: int
    height: int
    position: str = POSTER
    fit: Fit = Fit.FIT
    image_format: ImageFormat = ImageFormat.JPG

    def to_json(self) -> dict[str, Any]:
        """Return the options as a job keeps and shows them; width and height have columns of their own."""
        return {"t": self.position, "fit": self.fit.value, "format": self.image_format.value}

    def fingerprint(self, video_id: int) -> str:
        """Return the hash that is the same for the same wish, and only for that."""
        wish = [video_id, Output.THUMBNAIL.value, self.width, self.height, self.to_json()]
        return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()


# Python reads `1_000`, `+320` and other scripts' digits as numbers too; equal wishes are written in one way.
_DIGITS = re.compile(r"[0-9]{1,9}")


class Side(fields.Integer):
    """A width or height in pixels."""

    def __init__(self, name: str, **options: Any) -> None:
        said = f"{name} must be a whole number of pixels from 1 to {MAX_SIDE}."
        messages: dict[str, Any] = {"invalid": said, "null": said, "required": f"{name} is missing: {said}"}
        super().__init__(
            validate=validate.Range(1, MAX_SIDE, error=said), error_messages=messages, strict=False, **options
        )

    def _validated(self, value: Any) -> int:
        text = str(value).strip()
        if not _DIGITS.fullmatch(text):
            raise self.make_error("invalid")
        return super()._validated(text)


class PositionField(fields.String):
    """A position as people write it, made canonical."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs) or ""
        if text.strip() in ("", POSTER):
            return POSTER
        try:
            return str(parse_position(text, field="t"))
        except InvalidOption as err:
            raise ValidationError(err.message) from err


def _one_of(name: str, kind: type[Fit] | type[ImageFormat]) -> dict[str, Any]:
    said = f"{name} is not one of {', '.join(kind)}."
    return {"unknown": said, "null": said}


class ThumbnailSchema(Schema):
    """Reads `width`, `height`, `t`, `fit` and `format`."""

    class Meta:
        unknown = EXCLUDE

    width = Side("width", required=True)
    height = Side("height", required=True)
    position = PositionField(data_key="t", load_default=POSTER, error_messages={"invalid": "t is not text."})
    fit = fields.Enum(Fit, by_value=True, load_default=Fit.FIT, error_messages=_one_of("fit", Fit))
    image_format = fields.Enum(
        ImageFormat,
        by_value=True,
        data_key="format",
        load_default=ImageFormat.JPG,
        error_messages=_one_of("format", ImageFormat),
    )

    @post_load
    def _build(self, data: dict[str, Any], **_kwargs: Any) -> ThumbnailOptions:
        return ThumbnailOptions(**data)


class PictureSchema(ThumbnailSchema):
    """Reads the same from the address of a picture, where the sides are `w` and `h`."""

    width = Side("w", data_key="w", required=True)
    height = Side("h", data_key="h", required=True)


class InvalidOptions(InvalidRequest):
    """Raised for options that cannot be used: the first fault for programs, and `faults` with every field's own."""

    def __init__(self, faults: dict[str, str]) -> None:
        field, message = next(iter(faults.items()))
        super().__init__(message, field=field)
        self.faults = faults


def read_thumbnail_options(values: dict[str, Any]) -> ThumbnailOptions:
    """Read the options of a thumbnail. Raises InvalidOptions."""
    return _read(ThumbnailSchema(), values)


def read_picture_options(values: dict[str, Any]) -> ThumbnailOptions:
    """Read the options in a picture's address. Raises InvalidOptions."""
    return _read(PictureSchema(), values)


def _read(schema: Schema, values: dict[str, Any]) -> ThumbnailOptions:
    try:
        options: ThumbnailOptions = schema.load(values)
    except ValidationError as err:
        found: dict[str, list[str]] = err.normalized_messages()  # type: ignore[no-untyped-call]
        raise InvalidOptions({field: messages[0] for field, messages in found.items()}) from err
    return options
