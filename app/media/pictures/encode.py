"""Write a picture in the format asked, and check that what was written is the picture."""

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from PIL import Image, ImageStat

from app.media.errors import EncodingFailed, InvalidOption
from app.media.pictures.images import BROKEN
from app.media.requests.base import ImageFormat

_PILLOW_NAME = {ImageFormat.JPG: "JPEG", ImageFormat.PNG: "PNG", ImageFormat.WEBP: "WEBP", ImageFormat.AVIF: "AVIF"}

# Quality where an eye sees no difference at thumbnail size; each costs single milliseconds at 320 pixels.
_OPTIONS: Mapping[ImageFormat, Mapping[str, Any]] = MappingProxyType(
    {
        ImageFormat.JPG: {"quality": 85, "optimize": True, "progressive": True},
        ImageFormat.PNG: {"compress_level": 6},
        ImageFormat.WEBP: {"quality": 82, "method": 4},
        ImageFormat.AVIF: {"quality": 65, "speed": 8, "max_threads": 1},
    }
)
# The encoder of AVIF takes some 20 bytes for each pixel, whatever its settings: a decoder's memory is too little for
# 8192 × 8192. Below this it cannot be the size where it fails.
_LARGE_AVIF_PIXELS = 16_000_000


def encode_image(image: Image.Image, image_format: ImageFormat) -> bytes:
    """Return the encoded picture, without any metadata of the source.

    Raises InvalidOption for one that is too large for AVIF, EncodingFailed, and MemoryError.
    """
    # Pillow writes what it read beside the pixels (comments, profiles) into the new file, unless it is gone.
    bare = image.copy() if image.info else image
    bare.info = {}
    buffer = io.BytesIO()
    try:
        bare.save(buffer, _PILLOW_NAME[image_format], **_OPTIONS[image_format])
    except (RuntimeError, MemoryError) as err:
        if image_format is ImageFormat.AVIF and image.width * image.height > _LARGE_AVIF_PIXELS:
            raise InvalidOption(
                f"A picture of {image.width} × {image.height} is too large for AVIF. Ask for less, or for WebP.",
                field="width",
            ) from err
        if isinstance(err, MemoryError):
            raise
        raise EncodingFailed(f"The picture could not be made into {_PILLOW_NAME[image_format]}.") from err
    return buffer.getvalue()


def verify_image(
    data: bytes, image_format: ImageFormat, *, width: int, height: int, is_transparent: bool = False
) -> None:
    """Open the encoded picture again and hold it against what was promised.

    Raises EncodingFailed when it does not decode, has another size, or is transparent where it should not be or the
    other way round.
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
    if image.has_transparency_data != is_transparent:
        raise EncodingFailed(f"The picture came out {'opaque' if is_transparent else 'transparent'}.")


def is_blank(image: Image.Image) -> bool:
    """Tell whether the picture is one flat colour (no channel spreads by 2 of 255)."""
    return max(ImageStat.Stat(image).stddev) < 2.0
