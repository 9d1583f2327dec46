"""The outputs that can be made: how the options of each are read, and what a decoder is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.errors import InvalidRequest
from app.jobs.names import TITLES
from app.jobs.options import contact_sheet, player_kit, poster, preview, rendition, storyboard, thumbnail
from app.jobs.options.wish import SourceFacts, Wish
from app.media.requests.base import Box, Request
from app.models import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputKind:
    """One kind of output. `read` raises InvalidOptions; `build` is given options that `read` returned.

    `is_of_pictures` tells that it is made of still pictures, too.
    """

    read: Callable[[Mapping[str, Any]], Wish]
    build: Callable[[Mapping[str, Any], SourceFacts, Box], Request]
    is_of_pictures: bool = False


OUTPUTS: Mapping[Output, OutputKind] = MappingProxyType(
    {
        Output.THUMBNAIL: OutputKind(
            read=thumbnail.read_options, build=thumbnail.thumbnail_request, is_of_pictures=True
        ),
        Output.POSTER: OutputKind(read=poster.read_options, build=poster.poster_request, is_of_pictures=True),
        Output.STORYBOARD: OutputKind(read=storyboard.read_options, build=storyboard.storyboard_request),
        Output.CONTACT_SHEET: OutputKind(read=contact_sheet.read_options, build=contact_sheet.contact_sheet_request),
        Output.PREVIEW: OutputKind(read=preview.read_options, build=preview.preview_request),
        Output.RENDITION: OutputKind(read=rendition.read_options, build=rendition.rendition_request),
        Output.PLAYER_KIT: OutputKind(read=player_kit.read_options, build=player_kit.player_kit_request),
    }
)


def check_source(output: Output, kind: str | None) -> None:
    """Refuse an output that is not made of such a source, as far as it is known by now. Raises InvalidRequest."""
    if kind == "image" and not OUTPUTS[output].is_of_pictures:
        possible = " or ".join(one for one, made in OUTPUTS.items() if made.is_of_pictures)
        raise InvalidRequest(
            f"output cannot be {output}: this is a picture, and a {TITLES[output].lower()} is made of a video. "
            f"Of a picture it can be {possible}.",
            field="output",
            code="not_of_a_picture",
        )
