"""Still pictures as sources: every way they can lie, and everything that can be broken."""

import io
import os
import random
import struct
import zlib
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.decoder import Decoder
from app.media.errors import DamagedSource, MediaError, SourceTooLarge, UnsupportedSource
from app.media.limits import Limits
from app.media.pictures.images import open_image, probe_image, render_image
from app.media.requests.base import Fit, ImageFormat
from app.media.requests.thumbnail import ThumbnailRequest
from app.media.sniff import sniff_head
from tests.clips import numbered_picture, read_number
from tests.media.conftest import BuildDecoder
from tests.media.decoding import copied, make
from tests.media.pictures import (
    COLOURS,
    FORMATS,
    LIMITS,
    as_file,
    corners_of,
    encoded,
    flat,
    four_corners,
    lying,
    pixel,
    render,
)

WHITE = (255, 255, 255)
NUMBERS = range(1, 9)


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that promises a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_orientation_is_turned_upright(name: str, number: int) -> None:
    data = encoded(lying(four_corners(), number), name, orientation=number)

    image = render(data)

    assert image.size == (96, 64)
    assert corners_of(image) == COLOURS


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", FORMATS)
def test_the_facts_of_a_picture_are_those_of_what_is_seen(name: str, number: int) -> None:
    data = encoded(lying(four_corners(), number), name, orientation=number)

    probe = probe_image(open_image(as_file(data), LIMITS), sniff_head(data))

    assert (probe.width, probe.height) == (96, 64)
    media_type = "image/heic" if name == "HEIF" else f"image/{name.lower()}"
    assert (probe.kind, probe.codec, probe.media_type) == ("image", name.lower(), media_type)
    assert probe.duration_seconds is None


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", FORMATS)
def test_a_turned_picture_is_cropped_as_it_is_seen(name: str, number: int) -> None:
    data = encoded(lying(four_corners(), number), name, orientation=number)

    image = render(data, width=40, height=40, fit=Fit.FILL)

    assert image.size == (40, 40)
    assert corners_of(image) == COLOURS


@pytest.mark.parametrize("number", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(number: int) -> None:
    data = encoded(four_corners(), "JPEG", orientation=number)

    image = render(data)

    assert (image.size, corners_of(image)) == ((96, 64), COLOURS)


@pytest.mark.filterwarnings("ignore")
def test_exif_that_is_nonsense_is_passed_over() -> None:
    buffer = io.BytesIO()
    four_corners().save(buffer, "JPEG", quality=95, subsampling=0, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff nonsense")

    image = render(buffer.getvalue())

    assert (image.size, corners_of(image)) == ((96, 64), COLOURS)


@pytest.mark.parametrize("size", [(320, 180), (3000, 2000), (96, 64), (1, 1)])
def test_a_picture_is_scaled_into_the_box_but_never_enlarged(size: tuple[int, int]) -> None:
    data = encoded(four_corners((1200, 800)), "JPEG")

    image = render(data, width=size[0], height=size[1])

    scale = min(Fraction(1), Fraction(size[0], 1200), Fraction(size[1], 800))
    assert abs(image.width - 1200 * scale) < 1
    assert abs(image.height - 800 * scale) < 1


def test_padding_is_white_where_nothing_else_is_asked() -> None:
    data = encoded(four_corners(), "PNG")

    image = render(data, width=100, height=100, fit=Fit.PAD)

    assert image.size == (100, 100)
    assert image.getpixel((50, 0)) == image.getpixel((50, 99)) == WHITE


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_of_several_pictures_the_first_is_shown(name: str) -> None:
    first, second = flat("RGB", (200, 30, 30)), flat("RGB", (30, 30, 200))
    buffer = io.BytesIO()
    first.save(buffer, name, save_all=True, append_images=[second], **({} if name == "TIFF" else {"duration": 100}))

    red, _green, blue = pixel(render(buffer.getvalue()))

    assert red > 180
    assert blue < 50


def test_fine_detail_survives_a_strong_reduction() -> None:
    data = encoded(Image.fromarray(numbered_picture(12_345, 2000, 1000)), "JPEG")

    image = render(data, width=80, height=40)

    assert read_number(np.asarray(image)) == 12_345


@pytest.mark.parametrize(
    ("width", "height"), [(50_000, 50_000), (10_001, 10_001), (1_000_000, 200), (2**31 - 1, 2**31 - 1)]
)
def test_a_bomb_is_refused_before_it_is_unpacked(width: int, height: int) -> None:
    with pytest.raises(SourceTooLarge, match="megapixels"):
        open_image(as_file(png_of(width, height)), LIMITS)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"])
def test_the_limit_of_pixels_is_the_one_that_was_set(name: str) -> None:
    data = encoded(four_corners(), name)

    with pytest.raises(SourceTooLarge, match="96 × 64"):
        open_image(as_file(data), Limits(pixels=96 * 64 - 1))


@pytest.mark.processes
def test_a_limit_of_pixels_above_pillow_s_own_counts_too(tmp_path: Path) -> None:
    decoder = Decoder(tmp_path / "out", Limits(pixels=200_000_000))
    path = tmp_path / "large.png"
    path.write_bytes(png_of(20_000, 10_000))

    with closing(decoder), path.open("rb") as file:
        probe = decoder.probe(file)

    assert (probe.width, probe.height) == (20_000, 10_000)


def test_the_frame_of_a_gif_is_not_larger_than_its_screen_promised() -> None:
    data = bytearray(encoded(flat("P", 0), "GIF"))
    # The image descriptor: its width and height say 60,000.
    place = data.index(b",\0\0\0\0")
    data[place + 5 : place + 9] = struct.pack("<HH", 60_000, 60_000)

    with pytest.raises(MediaError):
        render_image(open_image(as_file(bytes(data)), LIMITS))


def test_what_is_read_whole_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.heic"
    path.write_bytes(encoded(four_corners(), "HEIF"))
    os.truncate(path, 300 * 1024 * 1024)

    with path.open("rb") as file, pytest.raises(SourceTooLarge, match="256 MiB"):
        open_image(file, LIMITS)


@pytest.mark.processes
def test_a_heic_is_decoded_in_the_jail(build_decoder: BuildDecoder, tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(encoded(lying(four_corners(), 6), "HEIF", orientation=6))
    decoder = build_decoder()

    picture = make(decoder, path, ThumbnailRequest(positions=("0",), formats=(ImageFormat.PNG,)))

    assert corners_of(Image.open(io.BytesIO(copied(decoder, picture)))) == COLOURS


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"GIF89a", b"nonsense" * 99, b"\x89PNG\r\n\x1a\n" + b"\0" * 99])
def test_what_is_no_picture_raises_a_media_error(data: bytes) -> None:
    with pytest.raises((UnsupportedSource, DamagedSource)):
        render(data)


@pytest.mark.parametrize("name", ["PPM", "ICO", "PCX", "TGA", "SGI", "DDS", "EPS", "PDF"])
def test_formats_that_are_not_on_the_list_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "picture"
    four_corners().save(path, name)

    with path.open("rb") as file, pytest.raises(UnsupportedSource):
        open_image(file, LIMITS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"])
def test_broken_pictures_raise_nothing_but_media_errors(name: str) -> None:
    whole = encoded(four_corners(), name, orientation=6)
    dice = random.Random(7)
    broken = [whole[: dice.randrange(len(whole))] for _ in range(60)]
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 9)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        broken.append(bytes(data))

    for data in broken:
        try:
            image = render(data, width=64, height=64)
        except MediaError:
            continue
        assert image.mode == "RGB"
