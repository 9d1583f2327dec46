"""Player kits: everything a player's page shows of a video, from one reading of it."""

from dataclasses import dataclass
from typing import ClassVar

from app.media.requests.base import Request
from app.media.requests.contact_sheet import ContactSheetRequest
from app.media.requests.poster import PosterRequest
from app.media.requests.preview import PreviewRequest
from app.media.requests.storyboard import StoryboardRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerKitRequest(Request):
    """The outputs in a kit, None for one that is not wanted, and whether all of them come as one archive too."""

    task: ClassVar[str] = "player_kit"

    poster: PosterRequest | None
    storyboard: StoryboardRequest | None
    contact_sheet: ContactSheetRequest | None
    preview: PreviewRequest | None
    has_archive: bool = True
