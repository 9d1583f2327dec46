"""Posters: the still that stands for a video, as chosen by a person or as several to choose from."""

from dataclasses import dataclass
from typing import ClassVar

from app.media.requests.base import ImageFormat, Request

MOST_CANDIDATES = 20
# Among the notes of what was made: the whole video is black, and so is its poster. No failure, but worth a word; for
# programs the poster's `code` says it.
ALL_BLACK = "Every frame that was looked at is black."
ALL_BLACK_CODE = "all_black"


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterRequest(Request):
    """The frame at a position, or the best `count` frames there are, or a picture of somebody's own.

    A position is as `timecode.parse_position` reads it. No picture is wider or higher than `width` pixels. Where it is
    known at which `moments` (seconds) there is something to see, as in a slideshow, only those are looked at.
    `is_own_picture` says that the file was sent as the poster itself, so that it must be a picture.
    """

    task: ClassVar[str] = "poster"

    position: str | None = None
    moments: tuple[float, ...] = ()
    count: int = 5
    # Large enough for a player's poster on most screens, small enough for a library page of fifty.
    width: int = 1280
    image_format: ImageFormat = ImageFormat.JPG
    is_own_picture: bool = False
