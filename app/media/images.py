"""Still pictures as sources: opened by Pillow from an allow-list, turned upright, brought to sRGB."""

import io
import struct
import warnings
from fractions import Fraction
from typing import BinaryIO

from PIL import Image, ImageCms, UnidentifiedImageError

from app.media.errors import DamagedSource, SourceTooLarge, UnsupportedSource
from app.media.facts import Probe
from app.media.geometry import Fit, Orientation, Size, displayed_size, plan
from app.media.limits import Limits
from app.media.render import Colour, compose, upright
from app.media.sniff import Kind, Sniffed

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
# What Pillow's parsers raise on nonsense.
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, ArithmeticError, RuntimeError),
    struct.error,
)
_ORIENTATION_TAG = 0x0112
# What shows through a transparent picture: pages are light more often than not.
WHITE: Colour = (255, 255, 255)


def open_image(file: BinaryIO, limits: Limits) -> Image.Image:
    """Open the first picture of a file, still undecoded.

    Raises UnsupportedSource, DamagedSource or SourceTooLarge.
    """
    file.seek(0)
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
            "This picture is broken, or of a kind that is not decoded: use JPEG, PNG, GIF, WebP, AVIF, BMP or TIFF."
        ) from err
    except BROKEN as err:
        raise DamagedSource("This picture is damaged: its header makes no sense.") from err
    if image.width * image.height > limits.pixels:
        raise SourceTooLarge(
            f"The picture is {image.width} × {image.height}, "
            f"more than the {limits.pixels / 1e6:.0f} megapixels that are decoded."
        )
    return image


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
    background: Colour = WHITE,
) -> Image.Image:
    """Return an opened picture upright, in sRGB (mode "RGB") and planned into the box; never enlarged.

    What is transparent shows `background`.
    Raises DamagedSource when it does not decode, InvalidOption for a size out of bounds.
    """
    orientation = image_orientation(image)
    how = plan(displayed_size(Size(*image.size), Fraction(1), orientation), width=width, height=height, fit=fit)
    stored = how.scaled.swapped if orientation.swaps_sides else how.scaled
    # JPEG can be decoded at an eighth to a half of its size for a fraction of the time; twice what is needed
    # leaves enough for a good filter.
    image.draft(None, (2 * stored.width, 2 * stored.height))
    try:
        image.load()
    except BROKEN as err:
        raise DamagedSource("This picture is damaged: it breaks off or contradicts itself.") from err
    scaled = _eight_bit(image).resize((stored.width, stored.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return compose(upright(_flattened(_to_srgb(scaled, image), background), orientation), how, background)


def image_orientation(image: Image.Image) -> Orientation:
    """Read EXIF's orientation; a picture without one, or with nonsense there, is upright."""
    if image.format == "TIFF":
        # Pillow turns these itself while it loads them, and tells their size as turned before.
        return Orientation.UPRIGHT
    try:
        return Orientation(image.getexif().get(_ORIENTATION_TAG, 1))
    except BROKEN:
        return Orientation.UPRIGHT


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be scaled: no palette, eight bits a channel."""
    if image.mode.startswith("I;16"):
        return _from_sixteen_bit(image)
    if image.mode in ("I", "F"):
        low, high = image.getextrema()
        scale = 255 / (high - low) if high > low else 1  # type: ignore[operator]
        return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")  # type: ignore[operator]
    if image.has_transparency_data:
        # Before it is scaled: the one colour that stands for "nothing here" must not blend with its neighbours.
        return image.convert("RGBA")
    plain = {"P": "RGB", "1": "L"}.get(image.mode)
    return image.convert(plain) if plain else image


def _from_sixteen_bit(image: Image.Image) -> Image.Image:
    wide = image.convert("I")
    grey = wide.point([value / 256 for value in range(65536)], "L")
    transparent = image.info.get("transparency")
    if transparent is not None:
        grey.putalpha(wide.point([255 * (value != transparent) for value in range(65536)], "L"))
    return grey


def _to_srgb(image: Image.Image, source: Image.Image) -> Image.Image:
    """Bring colours from the source's ICC profile to sRGB; a broken profile is passed over."""
    profile = source.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            converted = ImageCms.profileToProfile(
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            return image
        return converted or image
    return image


def _flattened(image: Image.Image, background: Colour) -> Image.Image:
    """Lay a transparent picture on a colour."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (*background, 255))
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
