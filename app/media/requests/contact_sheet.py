"""Contact sheets: a grid of tiles with their times, under a line or two on what the video is."""

from dataclasses import dataclass
from typing import ClassVar

from app.media.requests.base import Accuracy, ImageFormat, Request

# On a narrower tile nothing can be seen.
MIN_TILE_WIDTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLook:
    """How a sheet is laid out. `width`, `margin` and `gap` are pixels of the whole sheet, colours are `#rrggbb`.

    The height follows from the video's shape; a sheet that would get too high is made narrower.
    """

    columns: int = 4
    rows: int = 4
    width: int = 1280
    margin: int = 24
    gap: int = 8
    background: str = "#16181c"
    foreground: str = "#eceef1"
    has_header: bool = True
    has_timecodes: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSheetRequest(Request):
    """One sheet. `filename` and `size_bytes` are what its header tells of the source beside what is in it."""

    task: ClassVar[str] = "contact_sheet"

    filename: str
    size_bytes: int
    look: SheetLook = SheetLook()
    format: ImageFormat = ImageFormat.JPG
    accuracy: Accuracy = Accuracy.AUTO
