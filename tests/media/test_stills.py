"""Thumbnails of pictures: what each format does with transparency, backgrounds and small sources."""

import io

import pytest
from PIL import Image

from app.media.requests.base import Box, Fit, ImageFormat
from app.media.requests.thumbnail import TRANSPARENT_FORMATS, ThumbnailRequest
from tests.media.making import make_pictures
from tests.media.pictures import encoded, four_corners
from tests.media.transparency import RED, half_there, halves_of

ALL = tuple(ImageFormat)
SOURCE = encoded(Image.fromarray(half_there()), "PNG")
WHITE = (255, 255, 255)


def pictures_of(wanted: ThumbnailRequest, source: bytes = SOURCE) -> dict[str, Image.Image]:
    return {product.name: Image.open(io.BytesIO(data)) for product, data in make_pictures(source, wanted)}


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 12


@pytest.mark.parametrize("name", ["PNG", "WEBP", "AVIF", "GIF", "TIFF"])
@pytest.mark.parametrize("image_format", sorted(TRANSPARENT_FORMATS))
def test_transparency_is_kept_where_the_format_can(name: str, image_format: ImageFormat) -> None:
    source = encoded(Image.fromarray(half_there()), name)

    made = pictures_of(ThumbnailRequest(positions=("0",), formats=(image_format,)), source)

    left, right = halves_of(made[f"image.{image_format}"].convert("RGBA"))
    assert is_near(left, (*RED, 255))
    assert right[3] <= 3


def test_of_all_formats_only_those_that_cannot_show_white() -> None:
    made = pictures_of(ThumbnailRequest(positions=("0",), sizes=(Box(width=96),), formats=ALL))

    modes = {name: image.mode for name, image in made.items()}
    assert modes == {"image.jpg": "RGB", "image.png": "RGBA", "image.webp": "RGBA", "image.avif": "RGBA"}
    assert is_near(halves_of(made["image.jpg"])[1], WHITE)


def test_a_background_shows_in_every_format() -> None:
    made = pictures_of(ThumbnailRequest(positions=("0",), formats=ALL, background="#0a3cc8"))

    assert {image.mode for image in made.values()} == {"RGB"}
    assert all(is_near(halves_of(image)[1], (10, 60, 200)) for image in made.values())


@pytest.mark.parametrize("image_format", ImageFormat)
def test_an_opaque_picture_stays_opaque(image_format: ImageFormat) -> None:
    made = pictures_of(ThumbnailRequest(positions=("0",), formats=(image_format,)), encoded(four_corners(), "PNG"))

    assert made[f"image.{image_format}"].mode == "RGB"


@pytest.mark.parametrize(
    ("background", "bar"), [(None, (0, 0, 0, 0)), ("#0a3cc8", (10, 60, 200, 255))], ids=["none", "a colour"]
)
def test_bars_of_a_transparent_picture_are_like_what_shows_through(
    background: str | None, bar: tuple[int, ...]
) -> None:
    box = Box(width=100, height=100, fit=Fit.PAD)

    made = pictures_of(
        ThumbnailRequest(positions=("0",), sizes=(box,), formats=(ImageFormat.PNG,), background=background)
    )

    assert made["image.png"].convert("RGBA").getpixel((50, 2)) == bar


@pytest.mark.parametrize(("may_enlarge", "size"), [(False, (192, 96)), (True, (400, 200))])
def test_a_picture_is_enlarged_only_where_that_is_asked(may_enlarge: bool, size: tuple[int, int]) -> None:
    wanted = ThumbnailRequest(positions=("0",), sizes=(Box(width=400),), may_enlarge=may_enlarge)

    made = pictures_of(wanted)

    assert made["image.jpg"].size == size


@pytest.mark.parametrize("wanted", [ThumbnailRequest(positions=("0",)), ThumbnailRequest(positions=("0", "1"))])
def test_a_request_travels_as_json(wanted: ThumbnailRequest) -> None:
    assert ThumbnailRequest.from_json(wanted.to_json()) == wanted
