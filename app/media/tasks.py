"""The tasks of a decoder process, by name. Runs inside the jail."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, BinaryIO, TypeVar

from app.media import intake
from app.media.facts import Facts, Made
from app.media.film.preview import make_preview
from app.media.film.rendition import make_rendition
from app.media.kit import make_player_kit
from app.media.requests.base import Request
from app.media.requests.contact_sheet import ContactSheetRequest
from app.media.requests.player_kit import PlayerKitRequest
from app.media.requests.poster import PosterRequest
from app.media.requests.preview import PreviewRequest
from app.media.requests.rendition import RenditionRequest
from app.media.requests.slide import SlideRequest
from app.media.requests.storyboard import StoryboardRequest
from app.media.requests.thumbnail import ThumbnailRequest
from app.media.slideshow.slides import make_slide
from app.media.stills.posters import make_posters
from app.media.stills.sheet import make_contact_sheet
from app.media.stills.storyboard import make_storyboard
from app.media.stills.thumbnails import make_thumbnails
from app.media.workshop import Workshop

R = TypeVar("R", bound=Request)
Task = Callable[[Workshop, BinaryIO, Mapping[str, Any]], Facts]


def run(workshop: Workshop, task: str, file: BinaryIO, options: Mapping[str, Any]) -> Facts:
    """Do the task of this name. Raises MediaError where it cannot be done."""
    return _TASKS[task](workshop, file, options)


def _make(
    kind: type[R], make: Callable[[Workshop, BinaryIO, R], Made], workshop: Workshop, file: BinaryIO, options: Any
) -> Made:
    return make(workshop, file, kind.from_json(options))


_TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "take_in": lambda workshop, file, options: intake.take_in(workshop, file, moments=options["moments"]),
        "probe": lambda workshop, file, _options: intake.probe(workshop, file),
        SlideRequest.task: partial(_make, SlideRequest, make_slide),
        PosterRequest.task: partial(_make, PosterRequest, make_posters),
        PreviewRequest.task: partial(_make, PreviewRequest, make_preview),
        RenditionRequest.task: partial(_make, RenditionRequest, make_rendition),
        ThumbnailRequest.task: partial(_make, ThumbnailRequest, make_thumbnails),
        PlayerKitRequest.task: partial(_make, PlayerKitRequest, make_player_kit),
        StoryboardRequest.task: partial(_make, StoryboardRequest, make_storyboard),
        ContactSheetRequest.task: partial(_make, ContactSheetRequest, make_contact_sheet),
    }
)
