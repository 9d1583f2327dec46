"""Slides of a slideshow: a picture on its ground, or a post as a card, each exactly as large as the video."""

from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFilter

from app.media.errors import InvalidOption
from app.media.facts import Made
from app.media.pictures.colours import Colour
from app.media.pictures.encode import is_blank, verify_image
from app.media.pictures.images import open_image, render_image
from app.media.pictures.plain_png import write_plain_png
from app.media.requests.base import Fit, ImageFormat
from app.media.requests.slide import Ground, SlideRequest
from app.media.slideshow.cards import PALETTES, Card
from app.media.workshop import Label, Workshop

# A stamp in the middle of a screen is worse than a soft picture, a wall of single pixels is worse than both.
_MOST_ENLARGED = 2.0
# The ground's blur, of the shorter side, made at an eighth of the size; how much black lies over it.
_BLUR, _BLUR_SCALE, _DIMMED = 0.05, 8, 0.42


def make_slide(workshop: Workshop, file: BinaryIO, wanted: SlideRequest) -> Made:
    """Make one slide, as a PNG of the plain kind that `plain_png` reads.

    Raises what opening a picture raises, InvalidOption for a post that speaks of a file that did not come, and
    EncodingFailed when what was written is not the slide.
    """
    files = (file, *workshop.lent)
    size = (wanted.width, wanted.height)
    if wanted.post is None:
        slide = _picture_slide(workshop, file, wanted)
    else:

        def open_picture(place: int, within: tuple[int, int]) -> Image.Image:
            if not 0 <= place < len(files):
                raise InvalidOption("A post speaks of a picture that did not come with it.", field="pictures")
            return _filling(workshop, files[place], within, PALETTES[wanted.theme].surface)

        slide = Card(wanted.post, size=size, theme=wanted.theme, open_picture=open_picture).draw()
    data = write_plain_png(np.asarray(slide, dtype=np.uint8))
    verify_image(data, ImageFormat.PNG, width=wanted.width, height=wanted.height)
    return Made(products=(workshop.save("slide.png", data, Label(role="image", size=size, is_blank=is_blank(slide))),))


def _picture_slide(workshop: Workshop, file: BinaryIO, wanted: SlideRequest) -> Image.Image:
    size, plain = (wanted.width, wanted.height), PALETTES[wanted.theme].ground[1]
    if wanted.fit in (Fit.FILL, Fit.STRETCH):
        return _filling(workshop, file, size, plain, wanted.fit)
    opened = open_image(file, workshop.limits)
    # What is see-through shows the plain colour; around it a blurred copy of that colour would be a stain.
    is_plain = wanted.ground is Ground.PLAIN or opened.has_transparency_data
    picture = _enlarged(render_image(opened, width=size[0], height=size[1], background=plain), size)
    if picture.size == size:
        return picture
    slide = Image.new("RGB", size, plain) if is_plain else _blurred(picture, size)
    slide.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return slide


def _filling(
    workshop: Workshop, file: BinaryIO, size: tuple[int, int], background: Colour, fit: Fit = Fit.FILL
) -> Image.Image:
    """Return a picture that covers `size` exactly, however small it is itself."""
    opened = open_image(file, workshop.limits)
    picture = render_image(opened, width=size[0], height=size[1], fit=fit, background=background)
    return picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)


def _enlarged(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a small picture larger, up to the size and no more than `_MOST_ENLARGED` times."""
    scale = min(size[0] / picture.width, size[1] / picture.height, _MOST_ENLARGED)
    if scale <= 1:
        return picture
    sides = (min(size[0], round(picture.width * scale)), min(size[1], round(picture.height * scale)))
    return picture.resize(sides, Image.Resampling.LANCZOS)


def _blurred(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture as a ground: covering the size, blurred and dimmed."""
    small = (max(1, size[0] // _BLUR_SCALE), max(1, size[1] // _BLUR_SCALE))
    scale = max(small[0] / picture.width, small[1] / picture.height)
    # The part of the picture that has the slide's shape, from its middle.
    width, height = small[0] / scale, small[1] / scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    ground = picture.resize(small, Image.Resampling.BOX, box=(left, top, left + width, top + height))
    ground = ground.filter(ImageFilter.GaussianBlur(max(1, min(small) * _BLUR)))
    ground = Image.blend(ground, Image.new("RGB", small), _DIMMED)
    return ground.resize(size, Image.Resampling.BICUBIC)
