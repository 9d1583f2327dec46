"""Previews: short moving pictures without sound."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.media.requests.base import Box, Request

# What one preview shows at most; more is no preview, and animated pictures of more are larger than the video.
MOST_SECONDS, MOST_FRAMES = 60, 600
# The longer side; a player's hover picture has a few hundred pixels.
MOST_SIDE = 1280


class PreviewFormat(StrEnum):
    """The formats of previews; the value is the file's ending."""

    WEBP = "webp"
    GIF = "gif"
    MP4 = "mp4"
    WEBM = "webm"

    @property
    def is_film(self) -> bool:
        return self in (PreviewFormat.MP4, PreviewFormat.WEBM)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest(Request):
    """`segments` stretches of `seconds` each, spread over the video, or one from `start` on.

    `start` is a position as `timecode.parse_position` reads it. `loops` is how often a GIF or WebP is
    shown, 0 for ever.
    """

    task: ClassVar[str] = "preview"

    box: Box
    format: PreviewFormat = PreviewFormat.WEBP
    segments: int = 5
    seconds: float = 1.0
    start: str | None = None
    fps: float = 10.0
    loops: int = 0
