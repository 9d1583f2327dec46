"""Colours of still pictures: eight bits a channel, sRGB, and what shows where a picture is transparent."""

import io

from PIL import Image, ImageCms

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
# What shows through a transparent picture: pages are light more often than not.
WHITE: Colour = (255, 255, 255)

# The mode that pixels must have for a profile of a colour space, as ICC.1 names it.
_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SIXTEEN_BIT = range(65536)


def parse_colour(text: str) -> Colour:
    """Read a colour written `#rrggbb`."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def flattened(image: Image.Image, background: Colour = WHITE) -> Image.Image:
    """Lay a transparent picture on a colour; the result has the mode "RGB"."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (*background, 255))
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def settled(image: Image.Image) -> Image.Image:
    """Return the picture in mode "RGBA" where anything in it is transparent, else in "RGB"."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return image if image.getchannel("A").getextrema() != (255, 255) else image.convert("RGB")


def eight_bit(image: Image.Image) -> Image.Image:
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
    plain = {"P": "RGB", "YCbCr": "RGB", "1": "L"}.get(image.mode)
    return image.convert(plain) if plain else image


def to_srgb(image: Image.Image, profile: bytes | None, *, is_grey: bool = False) -> Image.Image:
    """Bring colours from an ICC profile to sRGB; `is_grey` tells that the pixels were stored as grey.

    A broken profile, and one for other pixels than these, is passed over.
    """
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _MODES.get(own.profile.xcolor_space.strip())
        if mode is None or (mode == "CMYK") != (image.mode == "CMYK") or (mode == "L" and not is_grey):
            return image
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image.convert(mode), own, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    if converted is not None and image.mode == "RGBA":
        converted.putalpha(image.getchannel("A"))
    return converted or image


def _from_sixteen_bit(image: Image.Image) -> Image.Image:
    wide = image.convert("I")
    grey = wide.point([value / 256 for value in _SIXTEEN_BIT], "L")
    transparent = image.info.get("transparency")
    if transparent is not None:
        grey.putalpha(wide.point([255 * (value != transparent) for value in _SIXTEEN_BIT], "L"))
    return grey
