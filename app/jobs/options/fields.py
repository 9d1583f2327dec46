"""Fields that outputs share, each with a sentence for every way in which it can be wrong."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.errors import InvalidRequest
from app.media.errors import InvalidOption
from app.media.pictures.geometry import MAX_SIDE
from app.media.timecode import parse_position

# Stands for the position of the video's poster, whatever that is when the job runs.
POSTER = "poster"
# Python reads `1_000`, `+320` and other scripts' digits as numbers too; equal wishes are written in one way.
_DIGITS = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")
# So much is told of a name that somebody made up.
_SHOWN = 40
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class InvalidOptions(InvalidRequest):
    """Raised for options that cannot be used: the first fault for programs, and `faults` with every field's own."""

    def __init__(self, faults: dict[str, str]) -> None:
        field, message = next(iter(faults.items()))
        super().__init__(message, field=field)
        self.faults = faults


class OptionSchema(Schema):
    """Base of the outputs' schemas: what is not an option is named, not passed over."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "{field} is not an option here.", "type": "The options are not an object."}  # noqa: RUF012  (marshmallow's form)


def load(schema: Schema, values: Mapping[str, Any]) -> Any:
    """Read options by a schema. Raises InvalidOptions with a sentence for each field at fault."""
    try:
        return schema.load(values)
    except ValidationError as err:
        found = err.normalized_messages()  # type: ignore[no-untyped-call]
        faults = {field: _first(messages).replace("{field}", str(field)[:_SHOWN]) for field, messages in found.items()}
        raise InvalidOptions(faults) from err


def _first(messages: Any) -> str:
    """Return the first sentence of what may be sentences by place in a list of values."""
    while not isinstance(messages, str):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return messages


class Whole(fields.Integer):
    """A whole number from `least` to `most`, as a number or in digits."""

    def __init__(self, name: str, least: int, most: int, *, of: str = "", **options: Any) -> None:
        said = f"{name} must be a whole number{of} from {least} to {most}."
        messages: dict[str, Any] = {"invalid": said, "null": said, "required": f"{name} is missing: {said}"}
        super().__init__(
            validate=validate.Range(least, most, error=said), error_messages=messages, strict=False, **options
        )

    def _validated(self, value: Any) -> int:
        text = str(value).strip()
        if isinstance(value, bool) or not _DIGITS.fullmatch(text):
            raise self.make_error("invalid")
        return super()._validated(text)


class Side(Whole):
    """A width or height in pixels."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, 1, MAX_SIDE, of=" of pixels", **options)


class Decimal(fields.Field[float]):
    """A number with at most six places from `least` to `most`, as a number or in digits."""

    def __init__(self, name: str, least: float, most: float, *, unit: str = "", **options: Any) -> None:
        said = f"{name} must be a number{f' of {unit}' if unit else ''} from {least:g} to {most:g}."
        super().__init__(
            error_messages={"invalid": said, "null": said, "required": f"{name} is missing: {said}"}, **options
        )
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        text = str(value).strip()
        if isinstance(value, bool) or not _DECIMAL.fullmatch(text) or not self._least <= float(text) <= self._most:
            raise self.make_error("invalid")
        return float(text)


class Word(fields.Enum[StrEnum]):
    """One word of a closed set."""

    def __init__(self, name: str, kind: type[StrEnum], **options: Any) -> None:
        said = f"{name} is not one of {', '.join(kind)}."
        super().__init__(kind, by_value=True, error_messages={"unknown": said, "null": said}, **options)


class Switch(fields.Boolean):
    """Yes or no, as JSON or as a form sends it."""

    def __init__(self, name: str, **options: Any) -> None:
        said = f"{name} must be true or false."
        super().__init__(error_messages={"invalid": said, "null": said}, **options)


class Text(fields.String):
    """Text of at most `most` characters, without control characters."""

    def __init__(self, name: str, most: int, **options: Any) -> None:
        said = f"{name} must be text of at most {most} characters."
        super().__init__(
            validate=[validate.Length(max=most, error=said), lambda text: _check_printable(text, name)],
            error_messages={"invalid": said, "null": said, "required": f"{name} is missing."},
            **options,
        )


class Colour(fields.String):
    """A colour written `#rrggbb`."""

    def __init__(self, name: str, **options: Any) -> None:
        said = f"{name} must be a colour such as #1a2b3c."
        super().__init__(error_messages={"invalid": said, "null": said}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value).strip().lower()
        if not _COLOUR.fullmatch(text):
            raise self.make_error("invalid")
        return text


class PositionField(fields.String):
    """A position as people write it, made canonical; nothing, and `poster`, mean the poster's where that is allowed."""

    def __init__(self, name: str = "t", *, may_be_poster: bool = False, **options: Any) -> None:
        said = f"{name} must be a position such as 12.5, 1:23.5 or 10%."
        super().__init__(error_messages={"invalid": said, "null": said}, **options)
        self._name, self._may_be_poster = name, may_be_poster

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(str(value) if isinstance(value, int | float) else value, attr, data, **kwargs) or ""
        if self._may_be_poster and text.strip() in ("", POSTER):
            return POSTER
        try:
            return str(parse_position(text, field=self._name))
        except InvalidOption as err:
            raise ValidationError(err.message) from err


class Several(fields.List[Any]):
    """One or several values; a form writes them with commas between."""

    def __init__(self, name: str, one: fields.Field[Any], most: int, **options: Any) -> None:
        said = f"{name} must be a list of 1 to {most} values."
        super().__init__(
            one,
            validate=validate.Length(1, most, error=said),
            error_messages={"invalid": said, "null": said},
            **options,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        elif isinstance(value, int | float | Mapping):
            value = [value]
        # No value twice: equal wishes are equal lists, and nothing is made twice.
        found: list[Any] = []
        for item in super()._deserialize(value, attr, data, **kwargs):
            if item not in found:
                found.append(item)
        return found


def _check_printable(text: str, name: str) -> bool:
    if not all(character.isprintable() or character == "\n" for character in text):
        raise ValidationError(f"{name} must not contain control characters.")
    return True
