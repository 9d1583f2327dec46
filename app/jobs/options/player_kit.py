"""Options of player kits: each output's own under its name, or `false` for one that is not wanted."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from marshmallow import ValidationError, fields

from app.jobs.options import contact_sheet, poster, preview, storyboard
from app.jobs.options.fields import InvalidOptions, OptionSchema, Switch, load
from app.jobs.options.wish import SourceFacts, Wish
from app.media.requests.base import Box, Request
from app.media.requests.player_kit import PlayerKitRequest
from app.models import Output

R = TypeVar("R", bound=Request)

_PARTS: Mapping[str, Callable[[Mapping[str, Any]], Wish]] = {
    "poster": poster.read_options,
    "storyboard": storyboard.read_options,
    "contact_sheet": contact_sheet.read_options,
    "preview": preview.read_options,
}


class Part(fields.Field[Any]):
    """An output in a kit: its options as an object, `true` for all its defaults, `false` for none of it."""

    def __init__(self, name: str, **options: Any) -> None:
        said = f"{name} must be an object of options, true or false."
        super().__init__(error_messages={"invalid": said, "null": said}, **options)
        self._name = name

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value in (False, "false"):
            return None
        options = {} if value in (True, "true") else value
        if not isinstance(options, Mapping):
            raise self.make_error("invalid")
        try:
            wish = _PARTS[self._name](options)
        except InvalidOptions as err:
            raise ValidationError(f"{self._name}: {err.message}") from err
        # A job of one output keeps its size in columns of their own; a kit has several.
        size = {"width": wish.width, "height": wish.height}
        return {**{side: length for side, length in size.items() if length}, **wish.options}


class PlayerKitSchema(OptionSchema):
    """Reads the options; a kit has everything unless it is told otherwise."""

    poster = Part("poster")
    storyboard = Part("storyboard")
    contact_sheet = Part("contact_sheet")
    preview = Part("preview")
    archive = Switch("archive", load_default=True)


def read_options(values: Mapping[str, Any]) -> Wish:
    """Read the options of a player kit. Raises InvalidOptions."""
    data = load(PlayerKitSchema(), {**dict.fromkeys(_PARTS, True), **values})
    if all(data[name] is None for name in _PARTS):
        raise InvalidOptions({"poster": "poster, storyboard, contact_sheet and preview are all left out of this kit."})
    return Wish(output=Output.PLAYER_KIT, options=data)


def player_kit_request(options: Mapping[str, Any], facts: SourceFacts, _box: Box) -> PlayerKitRequest:
    """Return what a decoder is asked for."""
    return PlayerKitRequest(
        duration_seconds=facts.duration_seconds,
        poster=_request(poster.poster_request, options["poster"], facts),
        storyboard=_request(storyboard.storyboard_request, options["storyboard"], facts),
        contact_sheet=_request(contact_sheet.contact_sheet_request, options["contact_sheet"], facts),
        preview=_request(preview.preview_request, options["preview"], facts),
        has_archive=options["archive"],
    )


def _request(
    build: Callable[[Mapping[str, Any], SourceFacts, Box], R], options: Mapping[str, Any] | None, facts: SourceFacts
) -> R | None:
    if options is None:
        return None
    return build(options, facts, Box(width=options.get("width"), height=options.get("height")))
