"""Thumbnails: pictures of moments, all positions, sizes and formats from one opened source."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import BinaryIO

from PIL import Image

from app.media.errors import InvalidOption
from app.media.facts import Made, Product
from app.media.pictures.animated_images import (
    Animation,
    encode_animation,
    is_animated,
    read_animation,
    verify_animation,
)
from app.media.pictures.colours import flattened, parse_colour
from app.media.pictures.encode import is_blank
from app.media.pictures.finish import Finish
from app.media.pictures.images import draw_image, open_image
from app.media.pictures.render import draw_frame
from app.media.requests.base import Accuracy, Box, ImageFormat
from app.media.requests.thumbnail import ANIMATED_FORMATS, TRANSPARENT_FORMATS, ThumbnailRequest
from app.media.sniff import Kind, Sniffed, sniff
from app.media.stills.watermark import find_mark
from app.media.timecode import parse_position
from app.media.workshop import Label, Workshop, fraction_of


@dataclass(frozen=True, slots=True)
class _Picture:
    """A source's picture at one position in every size, where it stands and how it was found."""

    position: Fraction
    rung: str
    images: list[Image.Image]


def make_thumbnails(workshop: Workshop, file: BinaryIO, wanted: ThumbnailRequest) -> Made:
    """Make one picture for each position, size and format; of a still picture one for each size and format.

    Raises what opening and decoding raise, and InvalidOption for a position or size that makes no sense.
    """
    sniffed = sniff(file)
    if wanted.is_animated and _moves(workshop, file, sniffed, wanted):
        return Made(products=tuple(_animations(workshop, file, wanted)))
    mark = find_mark(workshop, wanted.watermark)
    products: list[Product] = []
    many = len(wanted.positions) * len(wanted.sizes) > 1
    for number, picture in enumerate(_pictures(workshop, file, sniffed, wanted), start=1):
        label = Label(role="image", position_seconds=picture.position, rung=picture.rung)
        for box, image in zip(wanted.sizes, picture.images, strict=True):
            name = f"image-{number:03}-{_size_of(box)}" if many else "image"
            marked = mark.onto(image) if mark else image
            products += [_save(workshop, name, marked, image_format, label) for image_format in wanted.formats]
    return Made(products=tuple(products))


def _save(workshop: Workshop, name: str, image: Image.Image, image_format: ImageFormat, label: Label) -> Product:
    shown = image if image_format in TRANSPARENT_FORMATS else flattened(image)
    return workshop.save_image(name, shown, image_format, label)


def _finish(wanted: ThumbnailRequest) -> Finish:
    return Finish(
        background=parse_colour(wanted.background) if wanted.background else None,
        may_enlarge=wanted.may_enlarge,
        keeps_transparency=bool(TRANSPARENT_FORMATS & set(wanted.formats)),
    )


def _pictures(workshop: Workshop, file: BinaryIO, sniffed: Sniffed, wanted: ThumbnailRequest) -> Iterator[_Picture]:
    finish = _finish(wanted)
    if sniffed.kind is Kind.IMAGE:
        images = [draw_image(open_image(file, workshop.limits), box, finish) for box in wanted.sizes]
        yield _Picture(Fraction(0), "exact", images)
        return
    is_exact = wanted.accuracy is not Accuracy.KEYFRAME
    with workshop.opened(file, sniffed, threads=workshop.threads if is_exact else 1) as (source, finder):
        duration = fraction_of(wanted.duration_seconds) or source.duration
        for done, position in enumerate(wanted.positions):
            still = finder.find(parse_position(position).resolve(duration), exact=is_exact)
            images = [draw_frame(still.frame, box, finish, sar=source.sar) for box in wanted.sizes]
            yield _Picture(still.position_seconds, still.rung, images)
            workshop.report((done + 1) / len(wanted.positions))


def _moves(workshop: Workshop, file: BinaryIO, sniffed: Sniffed, wanted: ThumbnailRequest) -> bool:
    """Tell whether a source is an animation that can be kept. Raises InvalidOption where it cannot."""
    if sniffed.kind is not Kind.IMAGE:
        raise InvalidOption(
            "animated keeps the animation of a picture, and this is a video; ask for a preview.", field="animated"
        )
    if not ANIMATED_FORMATS.issuperset(wanted.formats):
        raise InvalidOption(f"animated needs the format {', '.join(ANIMATED_FORMATS)}.", field="animated")
    return is_animated(open_image(file, workshop.limits))


def _animations(workshop: Workshop, file: BinaryIO, wanted: ThumbnailRequest) -> Iterator[Product]:
    finish, mark = _finish(wanted), find_mark(workshop, wanted.watermark)

    def draw(box: Box, frame: Image.Image) -> Image.Image:
        image = draw_image(frame, box, finish)
        return mark.onto(image) if mark else image

    for number, box in enumerate(wanted.sizes):

        def report(fraction: float, done: int = number) -> None:
            workshop.report((done + fraction) / len(wanted.sizes))

        image = open_image(file, workshop.limits)
        animation = read_animation(image, workshop.limits, partial(draw, box), report)
        name = f"image-001-{_size_of(box)}" if len(wanted.sizes) > 1 else "image"
        yield _save_animation(workshop, name, animation)


def _save_animation(workshop: Workshop, name: str, animation: Animation) -> Product:
    data = encode_animation(animation)
    verify_animation(data, animation)
    label = Label(
        role="image",
        size=animation.frames[0].size,
        position_seconds=Fraction(0),
        duration_seconds=animation.seconds,
        rung="exact",
        is_blank=all(is_blank(frame) for frame in animation.frames),
    )
    return workshop.save(f"{name}.webp", data, label)


def _size_of(box: Box) -> str:
    return f"{box.width or 'auto'}x{box.height or 'auto'}-{box.fit}"
