"""Pictures as they are written: they open again, they are what was promised, and they carry nothing along."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.errors import EncodingFailed, InvalidOption
from app.media.limits import MIB, Limits
from app.media.pictures.encode import encode_image, is_blank, verify_image
from app.media.pictures.images import open_image, render_image
from app.media.products import MEDIA_TYPES
from app.media.requests.base import ImageFormat
from app.media.requests.thumbnail import ThumbnailRequest
from tests.clips import numbered_picture, read_number
from tests.media.conftest import BuildDecoder
from tests.media.decoding import make
from tests.media.pictures import COLOURS, as_file, corners_of, four_corners

EVERY_FORMAT = pytest.mark.parametrize("image_format", ImageFormat)


@EVERY_FORMAT
def test_a_written_picture_opens_again_and_shows_the_same(image_format: ImageFormat) -> None:
    data = encode_image(Image.fromarray(numbered_picture(54_321)), image_format)

    with Image.open(io.BytesIO(data)) as image:
        assert image.get_format_mimetype() == MEDIA_TYPES[image_format]
        assert image.size == (192, 96)
        assert read_number(np.asarray(image.convert("RGB"))) == 54_321


@EVERY_FORMAT
def test_colours_hardly_change_in_writing(image_format: ImageFormat) -> None:
    image = four_corners()

    data = encode_image(image, image_format)

    with Image.open(io.BytesIO(data)) as again:
        difference = np.abs(np.asarray(again.convert("RGB"), dtype=np.int16) - np.asarray(image, dtype=np.int16))
        assert corners_of(again.convert("RGB")) == COLOURS
    assert difference.mean() < 4


@EVERY_FORMAT
def test_one_pixel_can_be_written(image_format: ImageFormat) -> None:
    data = encode_image(Image.new("RGB", (1, 1), (9, 9, 9)), image_format)

    verify_image(data, image_format, width=1, height=1)

    assert data


@EVERY_FORMAT
def test_a_picture_that_is_what_was_promised_passes(image_format: ImageFormat) -> None:
    data = encode_image(four_corners(), image_format)

    verify_image(data, image_format, width=96, height=64)

    assert data


@EVERY_FORMAT
@pytest.mark.parametrize(("width", "height"), [(64, 96), (95, 64), (96, 65)])
def test_a_picture_of_another_size_does_not_pass(image_format: ImageFormat, width: int, height: int) -> None:
    data = encode_image(four_corners(), image_format)

    with pytest.raises(EncodingFailed, match="96 × 64"):
        verify_image(data, image_format, width=width, height=height)


@EVERY_FORMAT
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_picture_that_breaks_off_does_not_pass(image_format: ImageFormat, share: float) -> None:
    data = encode_image(Image.fromarray(numbered_picture(7)), image_format)

    with pytest.raises(EncodingFailed):
        verify_image(data[: int(len(data) * share)], image_format, width=192, height=96)


@EVERY_FORMAT
def test_a_picture_of_another_format_does_not_pass(image_format: ImageFormat) -> None:
    buffer = io.BytesIO()
    four_corners().save(buffer, "BMP")

    with pytest.raises(EncodingFailed):
        verify_image(buffer.getvalue(), image_format, width=96, height=64)


@EVERY_FORMAT
@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
def test_what_the_source_says_about_its_owner_is_left_behind(image_format: ImageFormat, name: str) -> None:
    exif = Image.Exif()
    exif[0x013B] = "SECRET-ARTIST"
    # Pillow writes those that the format knows, and passes over the others.
    options = {"exif": exif, "comment": b"SECRET-COMMENT", "icc_profile": b"SECRET-PROFILE", "xmp": b"SECRET-XMP"}
    buffer = io.BytesIO()
    four_corners().save(buffer, name, **options)

    data = encode_image(render_image(open_image(as_file(buffer.getvalue()), Limits())), image_format)

    with Image.open(io.BytesIO(data)) as written:
        told = {key for key, value in written.info.items() if b"SECRET" in (value if isinstance(value, bytes) else b"")}
    assert b"SECRET" in buffer.getvalue()
    assert told == set()


@pytest.mark.processes
def test_a_picture_too_large_for_avif_is_refused_by_a_sentence(build_decoder: BuildDecoder, tmp_path: Path) -> None:
    Image.new("RGB", (4200, 4200), (200, 30, 30)).save(tmp_path / "large.png", compress_level=1)
    decoder = build_decoder(memory_bytes=640 * MIB)
    wanted = ThumbnailRequest(positions=("0",), formats=(ImageFormat.AVIF,))

    with pytest.raises(InvalidOption, match="4200 × 4200 is too large for AVIF") as refusal:
        make(decoder, tmp_path / "large.png", wanted)

    assert not refusal.value.is_retryable
    assert make(decoder, tmp_path / "large.png").width == 192


def test_an_encoder_that_gives_up_on_a_small_picture_is_no_question_of_size(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("Failed to encode image")

    monkeypatch.setattr(Image.Image, "save", give_up)

    with pytest.raises(EncodingFailed, match="AVIF"):
        encode_image(four_corners(), ImageFormat.AVIF)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (12, 200, 99)])
def test_one_flat_colour_is_blank(colour: tuple[int, int, int]) -> None:
    blank = is_blank(Image.new("RGB", (64, 64), colour))

    assert blank


def test_the_faint_noise_of_a_black_film_is_blank() -> None:
    noise = np.random.default_rng(1).integers(0, 5, (64, 64, 3), dtype=np.uint8)

    blank = is_blank(Image.fromarray(noise))

    assert blank


def test_a_picture_of_something_is_not_blank() -> None:
    words = Image.new("RGB", (64, 64))
    words.paste((255, 255, 255), (20, 30, 40, 34))

    blank = is_blank(words)

    assert not blank
