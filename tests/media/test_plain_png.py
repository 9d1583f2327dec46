"""Plain PNGs: what is written is read back, every other program reads them too, and nothing else is read."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from app.media.errors import EncodingFailed
from app.media.pictures.plain_png import Pixels, read_plain_png, write_plain_png

NOISE = np.random.default_rng(1).integers(0, 256, (50, 70, 3), dtype=np.uint8)


def read(data: bytes) -> Pixels:
    return read_plain_png(io.BytesIO(data), width=70, height=50)


def test_what_is_written_is_read_back() -> None:
    assert (read(write_plain_png(NOISE)) == NOISE).all()


def test_other_programs_read_it() -> None:
    with Image.open(io.BytesIO(write_plain_png(NOISE))) as image:
        image.verify()
    with Image.open(io.BytesIO(write_plain_png(NOISE))) as image:
        assert (np.asarray(image) == NOISE).all()


def _by_pillow() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(NOISE).save(buffer, "PNG")
    return buffer.getvalue()


def _with_rows(rows: bytes) -> bytes:
    data = bytearray(write_plain_png(NOISE)[:41])
    packed = zlib.compress(rows)
    data[33:37] = len(packed).to_bytes(4, "big")
    return bytes(data) + packed


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        write_plain_png(NOISE)[:-200],
        write_plain_png(NOISE[:49]),
        write_plain_png(NOISE)[:41] + b"no zlib" * 3000,
        _by_pillow(),
        _with_rows(b"\x04" + bytes(210) + (b"\x01" + bytes(210)) * 49),
        _with_rows(bytes(10)),
    ],
    ids=["empty", "short", "cut", "other size", "not packed", "other filters", "one other filter", "few rows"],
)
def test_nothing_else_is_read(data: bytes) -> None:
    with pytest.raises(EncodingFailed):
        read(data)


def test_a_bomb_is_unpacked_no_further_than_the_picture() -> None:
    bomb = _with_rows((b"\x01" + bytes(210)) * 50 + bytes(50_000_000))

    assert read(bomb).sum() == 0
