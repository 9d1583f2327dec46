"""Stills: one or many moments, at one or many sizes, in one or many formats."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.media.requests.base import Accuracy, Box, ImageFormat, Request

# Formats that can be transparent; the others show the background, or white.
TRANSPARENT_FORMATS = frozenset((ImageFormat.PNG, ImageFormat.WEBP, ImageFormat.AVIF))
# Formats in which an animation is kept.
ANIMATED_FORMATS = frozenset((ImageFormat.WEBP,))


class Corner(StrEnum):
    """Where in a picture its watermark is."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"
    CENTER = "center"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """A mark on every picture; its own picture is the first file that is lent.

    `scale` is its width and `margin` its distance from the edges, both as shares of the picture's width; `opacity` is
    from 0 (not seen) to 1.
    """

    corner: Corner = Corner.BOTTOM_RIGHT
    opacity: float = 1.0
    scale: float = 0.2
    margin: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailRequest(Request):
    """One picture for each position, each size and each format.

    A position is as `timecode.parse_position` reads it. `background` (`#rrggbb`) shows where the source is
    transparent, and is the colour of bars; without one, transparency is kept where the format can. `is_animated` keeps
    the animation of a picture, instead of its first frame.
    """

    task: ClassVar[str] = "thumbnail"

    positions: tuple[str, ...]
    sizes: tuple[Box, ...] = (Box(),)
    formats: tuple[ImageFormat, ...] = (ImageFormat.JPG,)
    accuracy: Accuracy = Accuracy.EXACT
    background: str | None = None
    is_animated: bool = False
    may_enlarge: bool = False
    watermark: Watermark | None = None
