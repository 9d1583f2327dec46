"""Slides: one picture, or one card drawn from a post, at exactly the size of a slideshow."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from app.media.requests.base import Fit, Request


class Theme(StrEnum):
    """The colours of cards and grounds."""

    LIGHT = "light"
    DARK = "dark"


class Ground(StrEnum):
    """What surrounds a picture that does not cover its slide."""

    BLUR = "blur"  # the picture itself, enlarged, blurred and darkened
    PLAIN = "plain"  # the theme's plain colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a card shows of a post; `time` is shown as written.

    `avatar` and `pictures` are places among the files of the task: 0 the file itself, 1 the first that was lent.
    """

    author: str = ""
    handle: str = ""
    time: str = ""
    text: str = ""
    avatar: int | None = None
    pictures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlideRequest(Request):
    """One slide of `width` × `height` pixels: the file, opened as a picture, or a card where there is a `post`.

    The file of a card that speaks of no file is not looked at: an empty one will do.
    """

    task: ClassVar[str] = "slide"

    width: int = 1280
    height: int = 720
    theme: Theme = Theme.LIGHT
    fit: Fit = Fit.PAD
    ground: Ground = Ground.BLUR
    post: Post | None = None
