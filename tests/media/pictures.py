"""Still pictures for tests: four corners that tell how a picture lies, in every format that is read."""

import io
from typing import BinaryIO

from PIL import Image

from app.media.limits import Limits
from app.media.pictures.images import open_image, render_image

LIMITS = Limits()
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")
COLOURS = ("red", "green", "blue", "white")
_VALUES = {"red": (230, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 230), "white": (250, 250, 250)}
# What must be done to an upright picture so that it lies as EXIF's number says.
_LAY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_ORIENTATION_TAG = 0x0112
_QUALITY = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True},
    "AVIF": {"quality": 95, "subsampling": "4:4:4", "speed": 10},
    "HEIF": {"quality": 95, "chroma": 444},
}


def four_corners(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """A picture whose quarters are red, green, blue and white, from top left to bottom right."""
    image = Image.new("RGB", size)
    width, height = size[0] // 2, size[1] // 2
    for index, name in enumerate(COLOURS):
        left, top = index % 2 * width, index // 2 * height
        image.paste(_VALUES[name], (left, top, left + width, top + height))
    return image


def lying(image: Image.Image, number: int) -> Image.Image:
    """Turn an upright picture so that EXIF's `number` describes it."""
    return image.transpose(_LAY[number]) if number in _LAY else image


def encoded(image: Image.Image, name: str, *, orientation: int = 1, lossless: bool = False) -> bytes:
    """Encode a picture, saying how it lies where it does not lie upright."""
    options = dict(_QUALITY.get(name, {}))
    if lossless and name == "JPEG":
        options["quality"] = 100
    if orientation != 1:
        exif = Image.Exif()
        exif[_ORIENTATION_TAG] = orientation
        options["exif"] = exif
        if name == "HEIF":
            # Of an EXIF that the picture brings along the encoder makes the boxes that decide there.
            image = image.copy()
            image.info["exif"] = options.pop("exif").tobytes()
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def corners_of(image: Image.Image) -> tuple[str, ...]:
    """Tell which colour is nearest in the middle of each quarter, from top left to bottom right."""
    return tuple(
        _nearest(image.getpixel((int(image.width * x), int(image.height * y))))  # type: ignore[arg-type]
        for y in (0.25, 0.75)
        for x in (0.25, 0.75)
    )


def render(data: bytes, **options: object) -> Image.Image:
    """Open, render and return a picture as a decoder process does."""
    return render_image(open_image(as_file(data), LIMITS), **options)  # type: ignore[arg-type]


def flat(mode: str, colour: object) -> Image.Image:
    """A small picture of one colour."""
    return Image.new(mode, (16, 16), colour)  # type: ignore[arg-type]


def pixel(image: Image.Image) -> tuple[int, ...]:
    """The colour in the middle of a picture."""
    value = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(value, tuple)
    return value


def as_file(data: bytes) -> BinaryIO:
    return io.BytesIO(data)


def _nearest(colour: tuple[int, ...]) -> str:
    return min(_VALUES, key=lambda name: sum(abs(a - b) for a, b in zip(_VALUES[name], colour, strict=True)))
