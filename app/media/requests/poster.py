"""Posters: the still that stands for a video, as chosen by a person or as several to choose from."""

from dataclasses import dataclass
from typing import ClassVar

from app.media.requests.base import ImageFormat, Request

MOST_CANDIDATES = 20
# Among the notes of what was made: the whole video is black, and so is its poster. No failure, but worth a word.
ALL_BLACK = "all_black: every frame that was looked at is black."


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterRequest(Request):
    """The frame at a position, or the best `count` frames there are.

    A position is as `timecode.parse_position` reads it. No picture is wider or higher than `width` pixels.
    """

    task: ClassVar[str] = "poster"

    position: str | None = None
    count: int = 5
    # Large enough for a player's poster on most screens, small enough for a library page of fifty.
    width: int = 1280
    image_format: ImageFormat = ImageFormat.JPG
