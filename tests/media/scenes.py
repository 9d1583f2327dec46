"""Pictures for clips whose best frame is known: scenes with much to see, and what is made of them."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from app.media.decoding.source import open_video
from app.media.decoding.walk import FrameWalk
from app.media.stills.looks import Look
from app.media.stills.pick import Picks, pick_posters
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import LIMITS

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 320, 176
RATE = 25


@cache
def scene(number: int) -> Picture:
    """Return a picture of coloured shapes with sharp edges; each number another one."""
    dice = np.random.default_rng(number)
    image = Image.new("RGB", (WIDTH, HEIGHT), tuple(dice.integers(60, 200, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = dice.integers(-20, WIDTH), dice.integers(-20, HEIGHT)
        width, height = dice.integers(10, 90, 2)
        draw.ellipse((x, y, x + width, y + height), fill=tuple(dice.integers(0, 256, 3).tolist()))
    return np.asarray(image)


def plain(shade: int) -> Picture:
    return np.full((HEIGHT, WIDTH, 3), shade, dtype=np.uint8)


def faded(picture: Picture, share: float, to: int = 0) -> Picture:
    """Return a share of the picture over black, or another shade."""
    return (picture * share + to * (1 - share)).astype(np.uint8)


def mixed(one: Picture, other: Picture) -> Picture:
    return ((one.astype(np.uint16) + other) // 2).astype(np.uint8)


def blurred(picture: Picture, radius: float = 6) -> Picture:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


def title(ground: int = 0, ink: int = 255) -> Picture:
    """Return a few words on a plain ground."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (ground,) * 3)
    ImageDraw.Draw(image).text((100, 70), "A film by\nsomebody or other", fill=(ink,) * 3)
    return np.asarray(image)


def film(parts: Mapping[range, Picture], *, gop: int = 5) -> Recipe:
    """Return a recipe in which each picture stands for a range of frames, and the first for all others."""
    first = next(iter(parts.values()))

    def paint(number: int, _width: int, _height: int) -> Picture:
        return next((picture for frames, picture in parts.items() if number in frames), first)

    return _recipe(paint, frames=max(frames.stop for frames in parts), gop=gop)


def _recipe(paint: Callable[[int, int, int], Picture], *, frames: int, gop: int) -> Recipe:
    options = {"preset": "veryfast", "x264-params": "scenecut=0"}
    return Recipe(frames=frames, gop=gop, options=options, picture=paint, width=WIDTH, height=HEIGHT)


def picked(clip: Clip, recipe: Recipe, *, count: int = 5) -> Picks:
    with clip(recipe).open("rb") as file, open_video(file, LIMITS) as source:
        return pick_posters(FrameWalk(source, LIMITS), source, source.duration, count=count)


def frame_of(look: Look) -> int:
    """Return the number of the frame that was looked at."""
    return round(look.position_seconds * RATE)
