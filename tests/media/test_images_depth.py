"""Sixteen bits a channel and colour profiles: what a picture shows does not depend on how it is stored."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from app.media.pictures.colours import to_srgb
from tests.media.pictures import encoded, flat, pixel, render

WHITE = (255, 255, 255)


def png_of_sixteen_bits(colour_type: int, samples: tuple[int, ...], side: int = 8) -> bytes:
    """Return a PNG of one colour with 16 bits a channel, which Pillow reads and does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    row = b"\0" + struct.pack(f"!{len(samples)}H", *samples) * side
    header = struct.pack("!IIBBBBB", side, side, 16, colour_type, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def tiff_of_sixteen_bits(samples: tuple[int, ...], order: str, side: int = 8) -> bytes:
    """Return a TIFF of one colour with 16 bits a channel; the fourth channel is transparency."""
    count, pixels = len(samples), struct.pack(f"{order}{len(samples)}H", *samples) * side * side
    entries = [
        (256, 3, 1, side),
        (257, 3, 1, side),
        (258, 3, count, 8 + len(pixels)),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 8),
        (277, 3, 1, count),
        (278, 3, 1, side),
        (279, 4, 1, len(pixels)),
        *([(338, 3, 1, 2)] if count == 4 else []),
    ]
    bits = struct.pack(f"{order}{count}H", *[16] * count)
    packed = b"".join(
        struct.pack(f"{order}HHI", tag, kind, number)
        + (struct.pack(f"{order}HH", value, 0) if kind == 3 and number == 1 else struct.pack(f"{order}I", value))
        for tag, kind, number, value in entries
    )
    start = 8 + len(pixels) + len(bits)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", start)
    return head + pixels + bits + struct.pack(f"{order}H", len(entries)) + packed + bytes(4)


def grey_profile(gamma: float) -> bytes:
    """Return an ICC profile for grey of a gamma (ICC.1:2001, a monochrome input profile)."""

    def tag(kind: bytes, data: bytes) -> bytes:
        return (kind + bytes(4) + data).ljust(-(-(8 + len(data)) // 4) * 4, b"\0")

    curve = tag(b"curv", struct.pack("!IH", 1, round(gamma * 256)))
    white = tag(b"XYZ ", struct.pack("!iii", 63190, 65536, 54061))
    tags, data, offset = b"", b"", 132 + 2 * 12
    for name, body in ((b"kTRC", curve), (b"wtpt", white)):
        tags += name + struct.pack("!II", offset + len(data), len(body))
        data += body
    head = struct.pack("!I4sI4s4s4s12x4s", offset + len(data), bytes(4), 0x02400000, b"mntr", b"GRAY", b"XYZ ", b"acsp")
    head = head.ljust(68, b"\0") + struct.pack("!iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack("!I", 2) + tags + data


@pytest.mark.parametrize(
    ("colour_type", "samples", "seen"),
    [
        (0, (0x8000,), (128, 128, 128)),
        (2, (0xFFFF, 0x8000, 0x1000), (255, 128, 16)),
        (4, (0x4000, 0xFFFF), (64, 64, 64)),
        (4, (0x0000, 0x8000), (127, 127, 127)),
        (6, (0xFFFF, 0x8000, 0x1000, 0xFFFF), (255, 128, 16)),
        (6, (0xFFFF, 0x0000, 0x0000, 0x8000), (255, 127, 127)),
    ],
    ids=["grey", "colour", "grey and alpha", "half-seen grey", "colour and alpha", "half-seen colour"],
)
def test_a_png_of_sixteen_bits_shows_its_colours(
    colour_type: int, samples: tuple[int, ...], seen: tuple[int, int, int]
) -> None:
    image = render(png_of_sixteen_bits(colour_type, samples))

    assert max(abs(a - b) for a, b in zip(pixel(image), seen, strict=True)) <= 2


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
@pytest.mark.parametrize(
    ("samples", "seen"),
    [((0xFFFF, 0x8000, 0x1000), (255, 128, 16)), ((0xFFFF, 0x8000, 0x1000, 0xFFFF), (255, 128, 16))],
)
def test_a_tiff_of_sixteen_bits_shows_its_colours(
    samples: tuple[int, ...], seen: tuple[int, int, int], order: str
) -> None:
    image = render(tiff_of_sixteen_bits(samples, order))

    assert max(abs(a - b) for a, b in zip(pixel(image), seen, strict=True)) <= 2


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_profile_for_grey_is_obeyed(mode: str) -> None:
    grey: object = {"L": 128, "LA": (128, 255), "I;16": 128 * 256}[mode]
    buffer = io.BytesIO()
    flat(mode, grey).save(buffer, "PNG", icc_profile=grey_profile(1.0))

    seen = pixel(render(buffer.getvalue()))

    # Half the light is a signal of 188 in sRGB.
    assert seen[0] == seen[1] == seen[2]
    assert abs(seen[0] - 188) <= 3


@pytest.mark.parametrize(("mode", "colour"), [("RGB", (200, 30, 60)), ("CMYK", (10, 200, 120, 30))])
def test_a_profile_for_other_pixels_is_passed_over(mode: str, colour: tuple[int, ...]) -> None:
    image = flat(mode, colour)

    converted = to_srgb(image, grey_profile(1.0))

    assert converted is image


def test_a_profile_keeps_transparency_as_it_is() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    converted = to_srgb(Image.new("RGBA", (8, 8), (200, 30, 60, 77)), srgb)

    assert converted.mode == "RGBA"
    assert pixel(converted)[3] == 77


def test_a_picture_without_a_profile_is_left_alone() -> None:
    image = render(encoded(flat("RGB", WHITE), "PNG"))

    assert pixel(image) == WHITE
