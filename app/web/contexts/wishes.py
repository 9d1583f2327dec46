"""What was asked for, in the words of the form that asks for it."""

from collections.abc import Mapping
from typing import Any

from app.jobs.loading import Job
from app.jobs.names import format_name, preset_name, size_words
from app.jobs.options.fields import POSTER
from app.models import ThumbnailJob
from app.web.filters import position
from app.web.forms.fields import Field, Kind
from app.web.forms.filling import words_of
from app.web.forms.outputs import FORMS

# Beyond this many moments they are counted.
_MOST_MOMENTS = 6


def wishes(job: Job) -> list[tuple[str, str]]:
    """Return what was asked for beside the size, as (name, value)."""
    if not isinstance(job, ThumbnailJob):
        return []
    form = next((form for form in FORMS if form.output is job.output), None)
    known = {field.name: field for field in form.all_fields} if form else {}
    asked = [_wish(known.get(name), name, value) for name, value in job.options.items()]
    preset = [("Preset", preset_name(job.preset))] if job.preset else []
    return [*preset, *((name, value) for name, value in asked if value)]


def _wish(field: Field | None, name: str, value: Any) -> tuple[str, str]:
    label = field.label if field else _LABELS.get(name, name.replace("_", " ").capitalize())
    if name in _WORDS:
        return label, _WORDS[name](value)
    if field is not None and field.kind is Kind.SWITCH:
        return label, words_of(field, value)
    if value is None or value == "" or isinstance(value, Mapping):
        return label, ""
    return label, words_of(field or Field(name=name, label=label), value)


def _moment(value: str) -> str:
    if value == POSTER:
        return "Where the poster is"
    return value if value.endswith("%") else position(float(value))


def _moments(values: list[str]) -> str:
    return ", ".join(map(_moment, values)) if len(values) <= _MOST_MOMENTS else f"{len(values)} moments"


def _sizes(values: list[Mapping[str, Any]]) -> str:
    return "; ".join(f"{size_words(size)}, {size.get('fit', 'fit')}" for size in values)


def _formats(values: list[str]) -> str:
    return ", ".join(map(format_name, values))


_LABELS = {"sizes": "Sizes", "upload": "Picture"}
_WORDS: Mapping[str, Any] = {
    "t": _moment,
    "start": _moment,
    "positions": _moments,
    "sizes": _sizes,
    "formats": _formats,
    "format": format_name,
    "upload": lambda _hash: "Uploaded",
}
