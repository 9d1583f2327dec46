"""Every kind of pixel that a still picture can hold: modes, transparency and colour profiles."""

import io

import pytest
from PIL import Image, ImageCms

from tests.media.pictures import encoded, flat, pixel, render

WHITE = (255, 255, 255)


def swapped_profile() -> bytes:
    """Return an sRGB profile in which red and blue have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


@pytest.mark.parametrize(
    ("mode", "colour", "name", "seen"),
    [
        ("RGB", (10, 120, 230), "PNG", (10, 120, 230)),
        ("L", 77, "PNG", (77, 77, 77)),
        ("1", 1, "PNG", WHITE),
        ("CMYK", (0, 255, 255, 0), "JPEG", (255, 0, 0)),
        ("CMYK", (0, 0, 0, 255), "TIFF", (0, 0, 0)),
        ("I;16", 0x8000, "PNG", (128, 128, 128)),
        ("I;16", 0xFFFF, "PNG", WHITE),
        ("I;16", 0x4000, "TIFF", (64, 64, 64)),
        ("RGBA", (200, 0, 0, 255), "PNG", (200, 0, 0)),
        ("RGBA", (0, 0, 0, 0), "PNG", WHITE),
        ("RGBA", (0, 0, 0, 128), "PNG", (127, 127, 127)),
        ("RGBA", (255, 0, 0, 128), "WEBP", (255, 127, 127)),
        ("LA", (0, 128), "PNG", (127, 127, 127)),
        ("LA", (40, 255), "PNG", (40, 40, 40)),
        ("YCbCr", (128, 128, 128), "JPEG", (128, 128, 128)),
        ("LAB", (128, 128, 128), "TIFF", (119, 119, 119)),
        ("F", 0.5, "TIFF", None),
        ("I", 70_000, "TIFF", None),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_every_kind_of_pixel_becomes_rgb(
    mode: str, colour: object, name: str, seen: tuple[int, int, int] | None
) -> None:
    data = encoded(flat(mode, colour), name, lossless=True)

    image = render(data)

    assert image.mode == "RGB"
    assert seen is None or max(abs(a - b) for a, b in zip(pixel(image), seen, strict=True)) <= 3


@pytest.mark.parametrize("name", ["PNG", "GIF"])
def test_the_transparent_colour_of_a_palette_shows_the_background(name: str) -> None:
    image = Image.new("P", (16, 16), 0)
    image.putpalette([200, 0, 0, 0, 0, 200])
    image.paste(1, (0, 0, 8, 16))
    buffer = io.BytesIO()
    image.save(buffer, name, transparency=0)

    seen = render(buffer.getvalue(), background=(9, 9, 9))

    assert (seen.getpixel((2, 8)), seen.getpixel((13, 8))) == ((0, 0, 200), (9, 9, 9))


@pytest.mark.parametrize(
    ("mode", "colour", "transparent"), [("L", 90, 90), ("RGB", (1, 2, 3), (1, 2, 3)), ("1", 0, 0), ("I;16", 900, 900)]
)
def test_the_transparent_colour_of_a_png_shows_the_background(mode: str, colour: object, transparent: object) -> None:
    buffer = io.BytesIO()
    flat(mode, colour).save(buffer, "PNG", transparency=transparent)

    seen = render(buffer.getvalue(), background=(9, 9, 9))

    assert pixel(seen) == (9, 9, 9)


def test_the_transparent_colour_of_a_png_does_not_tint_its_neighbours() -> None:
    image = Image.new("RGB", (64, 64), (0, 255, 0))
    image.paste((200, 0, 0), (0, 0, 64, 30))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=(0, 255, 0))

    _red, green, blue = render(buffer.getvalue(), width=8, background=(200, 0, 0)).getextrema()

    assert (green, blue) == ((0, 0), (0, 0))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_an_icc_profile_is_obeyed(mode: str) -> None:
    buffer = io.BytesIO()
    flat(mode, (220, 0, 0, 255)[: len(mode)]).save(buffer, "PNG", icc_profile=swapped_profile())

    red, green, blue = pixel(render(buffer.getvalue()))

    assert blue > 200
    assert max(red, green) < 40


def test_a_broken_icc_profile_is_passed_over() -> None:
    buffer = io.BytesIO()
    flat("RGB", (220, 0, 0)).save(buffer, "PNG", icc_profile=b"not a profile" * 20)

    seen = pixel(render(buffer.getvalue()))

    assert seen == (220, 0, 0)
