"""Filling in the forms of a video: defaults, what was asked before, and what was wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from app.errors import InvalidRequest
from app.jobs.names import preset_name
from app.jobs.options.fields import InvalidOptions
from app.jobs.outputs import OUTPUTS
from app.jobs.presets import Preset
from app.models import Output, VideoJob
from app.web.forms.fields import Field, FilledField, FilledForm, Form, Kind
from app.web.forms.outputs import FORMS

_SUGGESTED_SIDE = 640
# What is kept of a field in an address.
_LONGEST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wrote into a form, and what is wrong with it, by field."""

    output: str = Output.THUMBNAIL.value
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    is_chosen: bool = False


def read_asked(values: Mapping[str, str], error: InvalidRequest | None = None) -> Asked:
    """Read what an address or a form says of one output's form, and an error that it met with."""
    output = values.get("output", Output.THUMBNAIL.value)
    return Asked(
        output,
        {name: values[name] for name in values if name != "output"},
        {} if error is None else faults_of(error),
        "output" in values,
    )


def faults_of(error: InvalidRequest) -> Mapping[str, str]:
    """Return what is wrong, by field."""
    return error.faults if isinstance(error, InvalidOptions) else {error.field: error.message}


def kept(values: Mapping[str, str]) -> str:
    """Return what a form said as the query of an address: the next wish often differs in one field."""
    form = next((form for form in FORMS if form.output == values.get("output")), None)
    names = ["output", *(field.name for field in form.all_fields)] if form else []
    return urlencode({name: values[name] for name in names if values.get(name) and len(values[name]) <= _LONGEST_KEPT})


def fill_forms(video: VideoJob, asked: Asked, presets: Iterable[Preset]) -> list[FilledForm]:
    """Prepare the forms of what can be made from a video, with what was asked filled in."""
    known = list(presets)
    return [
        _fill(form, video, asked if form.output == asked.output else Asked(""), known)
        for form in FORMS
        if form.output in OUTPUTS and (form.is_for_images or video.kind != "image")
    ]


def _fill(form: Form, video: VideoJob, asked: Asked, presets: list[Preset]) -> FilledForm:
    begun = {**_defaults(form.output), **_suggestion(form.output, video)}

    def fill(fields: Iterable[Field]) -> list[FilledField]:
        return [_fill_field(form, field, begun, asked) for field in fields if field.only in ("", video.kind)]

    more = fill(form.more)
    names = {field.name for field in form.all_fields}
    return FilledForm(
        form=form,
        fields=fill(form.fields),
        more=more,
        error=" ".join(fault for name, fault in asked.faults.items() if name not in names),
        is_open=asked.output == form.output,
        is_more_open=any(one.error or one.value != _begun(one.field, begun) for one in more),
        presets=[(preset_name(one.name), _address(video, one)) for one in presets if one.output is form.output],
    )


def _address(video: VideoJob, preset: Preset) -> str:
    """Return where the form is filled in with a preset."""
    query = kept({"output": preset.output.value, **_written(preset.options)})
    return f"/videos/{video.id}?{query}#make-{preset.output}"


def _fill_field(form: Form, field: Field, begun: Mapping[str, str], asked: Asked) -> FilledField:
    said = _in_labels(form, field, asked.faults.get(field.name, ""))
    return FilledField(f"{form.output}-{field.name}", field, asked.values.get(field.name, _begun(field, begun)), said)


def _in_labels(form: Form, field: Field, fault: str) -> str:
    """Return a sentence that calls fields as programs do with the labels that they have on a page."""
    if fault.startswith(field.name):
        return field.label + fault.removeprefix(field.name)
    if fault.startswith("Either "):
        labels = {one.name: one.label for one in form.all_fields}
        names, verb, rest = fault.partition(" say")
        return " ".join(labels.get(word, word) for word in names.split(" ")) + verb + rest
    return fault


def _begun(field: Field, begun: Mapping[str, str]) -> str:
    return begun.get(field.name, "") if field.default is None else field.default


def _defaults(output: Output) -> Mapping[str, str]:
    """Return the options that an output has when none is given."""
    try:
        wish = OUTPUTS[output].read({})
        return _written({"width": wish.width, "height": wish.height, **wish.options})
    except InvalidOptions:
        return {}


def _written(options: Mapping[str, Any]) -> dict[str, str]:
    """Return options as a form has them."""
    return {name: write_value(value) for name, value in options.items() if value is not None}


def write_value(value: Any) -> str:
    """Write one option as a form has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(write_value(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _suggestion(output: Output, video: VideoJob) -> dict[str, str]:
    """Return what the form of a thumbnail begins with: the video's own shape, and no larger than it is."""
    if output is not Output.THUMBNAIL:
        return {}
    width, height = video.width or 16, video.height or 9
    scale = _SUGGESTED_SIDE / max(width, height)
    if video.width:
        scale = min(scale, 1.0)
    return {"width": str(max(1, round(width * scale))), "height": str(max(1, round(height * scale)))}


def words_of(field: Field, value: Any) -> str:
    """Write an option for people."""
    if field.kind is Kind.SWITCH:
        return "Yes" if value else "No"
    written = write_value(value)
    return dict(field.choices).get(written, f"{written} {field.unit}".strip())
