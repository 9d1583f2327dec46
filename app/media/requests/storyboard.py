"""Storyboards: many small tiles in sprite sheets, and indexes that tell players which tile shows which time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.media.requests.base import Accuracy, ImageFormat, Request

MOST_TILES = 1000


class TileIndex(StrEnum):
    """The forms in which players are told where the tile for a time is."""

    VTT = "vtt"  # WebVTT with #xywh: players on the web
    JSON = "json"  # the same for programs
    HLS = "hls"  # an HLS image media playlist: set-top boxes
    BIF = "bif"  # one file with all tiles in it: Roku


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryboardLook:
    """What a storyboard is like. `width` is pixels of one tile; its height follows from the video's shape.

    Tiles stand for equal parts of the video: `count` of them, or one each `interval_seconds`. Without either, one
    each 1, 2, 5, 10, 15, 30, 60 … seconds, so that there are at most a hundred. Rows that do not fit are left out.
    """

    columns: int = 10
    rows: int = 10
    width: int = 160
    interval_seconds: float | None = None
    count: int | None = None
    format: ImageFormat = ImageFormat.JPG
    indexes: tuple[TileIndex, ...] = (TileIndex.VTT, TileIndex.JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryboardRequest(Request):
    """One storyboard: its sprite sheets and its indexes."""

    task: ClassVar[str] = "storyboard"

    look: StoryboardLook = StoryboardLook()
    accuracy: Accuracy = Accuracy.AUTO
