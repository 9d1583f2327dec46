"""Options of one post of a slideshow: who, when, what, and its pictures."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.jobs.options.fields import OptionSchema, Whole

# {"video": the number of a picture in the library} or {"upload": the number of a file that came along}.
Reference = Mapping[str, int]

MOST_PICTURES = 4
MOST_TEXT = 10_000
# Files that come along with one slideshow: each of a hundred slides may show five.
MOST_UPLOADS = 500
_MOST_NAME = 100
# Without braces: marshmallow would take them for places of its own.
_NOT_A_REFERENCE = "A picture has one of video (its number in the library) or upload (a file that came along)."
_DATE_CHARACTERS = len("2026-05-14")
# Whatever the machine's language is.
_MONTHS = "January February March April May June July August September October November December".split()


class ReferenceSchema(OptionSchema):
    """One picture: of the library, or among the files that came along."""

    error_messages = {"type": _NOT_A_REFERENCE}  # noqa: RUF012  (marshmallow's form)

    video = Whole("video", 1, 999_999_999)
    upload = Whole("upload", 0, MOST_UPLOADS - 1)

    @validates_schema
    def _is_one(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if len(data) != 1:
            raise ValidationError(_NOT_A_REFERENCE)


class ReferenceField(fields.Nested):
    """One picture among the options of a post."""

    def __init__(self) -> None:
        super().__init__(ReferenceSchema, error_messages={"null": _NOT_A_REFERENCE})


class Written(fields.String):
    """Text as people write posts: emoji and their joiners included, other control characters not."""

    def __init__(self, name: str, most: int, **options: Any) -> None:
        said = f"{name} must be text of at most {most} characters."
        super().__init__(error_messages={"invalid": said, "null": said}, **options)
        self._name, self._most = name, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs) or ""
        if len(text) > self._most:
            raise self.make_error("invalid")
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in text.replace("\n", "")):
            raise ValidationError(f"{self._name} must not contain control characters.")
        return text


class WrittenTime(fields.String):
    """A date, or a date and a time, as ISO 8601 writes them; kept as they were written, zone included."""

    def __init__(self, name: str, **options: Any) -> None:
        said = f"{name} must be a date and time such as 2026-05-14T09:30:00Z."
        super().__init__(error_messages={"invalid": said, "null": said}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = (super()._deserialize(value, attr, data, **kwargs) or "").strip()
        if not text:
            return ""
        try:
            when = datetime.fromisoformat(text)
        except ValueError as err:
            raise self.make_error("invalid") from err
        return when.date().isoformat() if len(text) <= _DATE_CHARACTERS else when.isoformat()


class PostSchema(OptionSchema):
    """One post."""

    error_messages = {"type": "post must be an object."}  # noqa: RUF012  (marshmallow's form)

    author = Written("author", _MOST_NAME, load_default="")
    handle = Written("handle", _MOST_NAME, load_default="")
    avatar = ReferenceField()
    time = WrittenTime("time", load_default="")
    text = Written("text", MOST_TEXT, load_default="")
    pictures = fields.List(
        ReferenceField(),
        validate=validate.Length(max=MOST_PICTURES, error=f"pictures must be a list of at most {MOST_PICTURES}."),
        error_messages=dict.fromkeys(("invalid", "null"), f"pictures must be a list of at most {MOST_PICTURES}."),
        load_default=list,
    )

    @validates_schema
    def _shows_something(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if not data["text"].strip() and not data["pictures"]:
            raise ValidationError("A post needs a text, pictures or both.", "text")


def shown_time(time: str) -> str:
    """Return a time of a post as its card shows it; nothing of nothing."""
    if not time:
        return ""
    when = datetime.fromisoformat(time)
    day = f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
    return day if "T" not in time else f"{day}, {when:%H:%M}"
