"""Products that are written piece by piece, where they lie among the results."""

import hashlib
import os
import tempfile

import pytest

from app.media.limits import Limits
from app.media.parts import PartFile
from app.media.products import MEDIA_TYPES
from app.media.workshop import Label, Workshop


def test_a_part_lies_between_what_is_saved_before_and_after_it() -> None:
    with tempfile.TemporaryFile() as results:
        workshop = Workshop(results, Limits())
        before = workshop.save("before.json", b"{}", Label(role="json"))
        part = workshop.begin("preview.mp4")
        part.write(b"head....end")
        part.seek(4)
        part.write(b"body")
        product = workshop.finish(part, Label(role="preview"))
        after = workshop.save("after.json", b"{1}", Label(role="json"))
        data = os.pread(results.fileno(), 100, 0)

    assert data == b"{}headbodyend{1}"
    assert [product.offset_bytes, product.size_bytes, after.offset_bytes] == [before.size_bytes, 11, 13]
    assert (product.sha256, product.media_type) == (hashlib.sha256(b"headbodyend").hexdigest(), MEDIA_TYPES["mp4"])


def test_a_part_is_read_by_itself() -> None:
    with tempfile.TemporaryFile() as results:
        results.write(b"others")
        part = Workshop(results, Limits()).begin("rendition.webm")
        part.write(b"0123456789")
        reader = part.reader()

        assert (reader.read(4), reader.read(), reader.read(3)) == (b"0123", b"456789", b"")
        assert (reader.seek(-2, os.SEEK_END), reader.read(1), reader.seek(1, os.SEEK_CUR), reader.tell()) == (
            8,
            b"8",
            10,
            10,
        )
        assert part.tell() == 10


def test_two_readers_of_a_file_do_not_disturb_one_another() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"abcdef")
        file.flush()
        one, other = PartFile(file.fileno()), PartFile(file.fileno(), offset_bytes=2)

        assert (one.read(2), other.read(2), one.read(), other.read()) == (b"ab", b"cd", b"cdef", b"ef")
        assert file.tell() == 6


@pytest.mark.parametrize("ending", ["mp4", "webm", "ogv", "gif", "webp"])
def test_moving_pictures_have_media_types(ending: str) -> None:
    assert ending in MEDIA_TYPES
