"""Still pictures as sources: opened by Pillow from an allow-list, turned upright, brought to sRGB."""

import os
import re
import struct
import warnings
from fractions import Fraction
from typing import BinaryIO

from PIL import AvifImagePlugin, Image, UnidentifiedImageError
from pillow_heif import register_heif_opener

from app.media.errors import DamagedSource, SourceTooLarge, UnsupportedSource
from app.media.facts import Probe
from app.media.limits import Limits
from app.media.pictures.colours import WHITE, Colour, eight_bit, to_srgb
from app.media.pictures.finish import Finish
from app.media.pictures.geometry import Orientation, Size, displayed_size, plan
from app.media.pictures.render import upright
from app.media.requests.base import Box, Fit
from app.media.sniff import Kind, Sniffed

# The pictures in a HEIC beside the one that is shown (small ones, depth) are not looked at.
register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
# A thread that cannot be started, because memory is short just then, would make a sound picture a damaged one.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
# WebP, AVIF and HEIC are read into memory whole before anything of them is decoded.
_READ_WHOLE = re.compile(rb"RIFF|.{4}ftyp", re.DOTALL)
_MAX_READ_WHOLE_BYTES = 256 * 1024 * 1024
# What Pillow's parsers raise on nonsense.
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, ArithmeticError, RuntimeError),
    struct.error,
)
_ORIENTATION_TAG = 0x0112
_PLAIN = Finish()


def open_image(file: BinaryIO, limits: Limits) -> Image.Image:
    """Open the first picture of a file, still undecoded.

    Raises UnsupportedSource, DamagedSource or SourceTooLarge.
    """
    _check_readable(file)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures before it refuses them; our own limit below says it better.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file, formats=_FORMATS)
    except Image.DecompressionBombError as err:
        raise SourceTooLarge(
            f"The picture has more than the {limits.pixels / 1e6:.0f} megapixels that are decoded."
        ) from err
    except UnidentifiedImageError as err:
        raise UnsupportedSource(
            "This picture is broken, or of a kind that is not decoded: "
            "use JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP or TIFF."
        ) from err
    except BROKEN as err:
        raise DamagedSource("This picture is damaged: its header makes no sense.") from err
    if image.width * image.height > limits.pixels:
        raise SourceTooLarge(
            f"The picture is {image.width} × {image.height}, "
            f"more than the {limits.pixels / 1e6:.0f} megapixels that are decoded."
        )
    return image


def _check_readable(file: BinaryIO) -> None:
    """Leave the file at its start. Raises SourceTooLarge for one that would fill the memory before it is decoded."""
    size_bytes = file.seek(0, os.SEEK_END)
    file.seek(0)
    is_read_whole = _READ_WHOLE.match(file.read(8)) is not None
    file.seek(0)
    if is_read_whole and size_bytes > _MAX_READ_WHOLE_BYTES:
        raise SourceTooLarge(f"A picture of this kind may have at most {_MAX_READ_WHOLE_BYTES >> 20} MiB.")


def probe_image(image: Image.Image, sniffed: Sniffed) -> Probe:
    """Return the facts of an opened picture."""
    orientation = image_orientation(image)
    shown = displayed_size(Size(*image.size), Fraction(1), orientation)
    name = (image.format or "image").lower()
    return Probe(
        kind=Kind.IMAGE.value,
        container=name,
        media_type=sniffed.media_type or f"image/{name}",
        codec=name,
        pixel_format=image.mode,
        width=shown.width,
        height=shown.height,
        coded_width=image.width,
        coded_height=image.height,
        orientation=orientation.value,
        bit_depth=16 if "16" in image.mode or image.mode in ("I", "F") else 8,
    )


def render_image(
    image: Image.Image,
    *,
    width: int | None = None,
    height: int | None = None,
    fit: Fit = Fit.FIT,
    background: Colour | None = None,
) -> Image.Image:
    """Return an opened picture upright, in sRGB (mode "RGB") and planned into the box; never enlarged.

    What is transparent shows `background`, or white, and bars are of that colour too.
    Raises DamagedSource when it does not decode, InvalidOption for a size out of bounds.
    """
    return draw_image(image, Box(width=width, height=height, fit=fit), Finish(background=background))


def draw_image(image: Image.Image, box: Box, finish: Finish = _PLAIN) -> Image.Image:
    """Return an opened picture upright, in sRGB, planned into the box and finished as `finish` says.

    The mode is "RGB", or "RGBA" where transparency is kept.
    Raises DamagedSource when it does not decode, InvalidOption for a size out of bounds.
    """
    orientation = image_orientation(image)
    shown = displayed_size(Size(*image.size), Fraction(1), orientation)
    how = plan(shown, width=box.width, height=box.height, fit=box.fit, may_enlarge=finish.may_enlarge)
    stored = how.scaled.swapped if orientation.swaps_sides else how.scaled
    # JPEG can be decoded at an eighth to a half of its size for a fraction of the time; twice what is needed
    # leaves enough for a good filter.
    image.draft(None, (2 * stored.width, 2 * stored.height))
    load(image)
    scaled = eight_bit(image).resize((stored.width, stored.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    seen = to_srgb(scaled, image.info.get("icc_profile"), is_grey=image.mode[0] in "L1IF")
    return finish.apply(upright(seen, orientation), how, bars=WHITE)


def load(image: Image.Image) -> None:
    """Decode an opened picture. Raises DamagedSource."""
    try:
        image.load()
    except BROKEN as err:
        raise DamagedSource("This picture is damaged: it breaks off or contradicts itself.") from err


def image_orientation(image: Image.Image) -> Orientation:
    """Read EXIF's orientation; a picture without one, or with nonsense there, is upright."""
    if image.format == "TIFF":
        # Pillow turns these itself while it loads them, and tells their size as turned before.
        return Orientation.UPRIGHT
    try:
        return Orientation(image.getexif().get(_ORIENTATION_TAG, 1))
    except BROKEN:
        return Orientation.UPRIGHT
