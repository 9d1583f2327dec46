"""Write a picture in the format asked, and check that what was written is the picture."""

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from PIL import Image, ImageStat

from app.media.errors import EncodingFailed
from app.media.images import BROKEN
from app.media.requests import ImageFormat

_PILLOW_NAME = {ImageFormat.JPG: "JPEG", ImageFormat.PNG: "PNG", ImageFormat.WEBP: "WEBP"}

# Quality where an eye sees no difference at thumbnail size; each costs single milliseconds at 320 pixels.
_OPTIONS: Mapping[ImageFormat, Mapping[str, Any]] = MappingProxyType(
    {
        ImageFormat.JPG: {"quality": 85, "optimize": True, "progressive": True},
        ImageFormat.PNG: {"compress_level": 6},
        ImageFormat.WEBP: {"quality": 82, "method": 4},
    }
)


def encode_image(image: Image.Image, image_format: ImageFormat) -> bytes:
    """Return the encoded picture, without any metadata of the source."""
    # Pillow writes what it read beside the pixels (comments, profiles) into the new file, unless it is gone.
    bare = image.copy()
    bare.info = {}
    buffer = io.BytesIO()
    bare.save(buffer, _PILLOW_NAME[image_format], **_OPTIONS[image_format])
    return buffer.getvalue()


def verify_image(data: bytes, image_format: ImageFormat, *, width: int, height: int) -> None:
    """Open the encoded picture again and hold it against what was promised.

    Raises EncodingFailed when it does not decode or has another size.
    """
    try:
        with Image.open(io.BytesIO(data), formats=(_PILLOW_NAME[image_format],)) as image:
            image.load()
    except BROKEN as err:
        raise EncodingFailed(
            f"The picture came out damaged: it is no {_PILLOW_NAME[image_format]} that opens."
        ) from err
    if image.size != (width, height):
        raise EncodingFailed(f"The picture came out as {image.width} × {image.height} instead of {width} × {height}.")


def is_blank(image: Image.Image) -> bool:
    """Tell whether the picture is one flat colour (no channel spreads by 2 of 255)."""
    return max(ImageStat.Stat(image).stddev) < 2.0
