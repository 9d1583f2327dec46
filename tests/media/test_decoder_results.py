"""What a decoder leaves behind is handed on only where it is what was told: it may have been taken over."""

import hashlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.media.errors import DecoderCrashed
from app.media.intake import take_in
from app.media.limits import Limits
from app.media.requests.base import Box, ImageFormat
from app.media.stills.thumbnails import make_thumbnails
from app.media.workshop import Workshop
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import TENTH, copied, make
from tests.media.test_decoder import prepared
from tests.media.test_frames import H264

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(
    "lie",
    [
        {"media_type": "text/html"},
        {"media_type": "image/png"},
        {"media_type": "image/svg+xml"},
        {"sha256": "0" * 64},
        {"size_bytes": 7},
        {"offset_bytes": 7},
        {"name": ".."},
        {"name": "../thumbnail.jpg"},
        {"name": "image.html"},
        {"name": ""},
    ],
    ids=str,
)
def test_a_picture_that_is_not_what_was_told_is_not_handed_on(
    build_decoder: BuildDecoder, clip: Clip, lie: dict[str, Any]
) -> None:
    decoder = build_decoder()
    picture = make(decoder, clip(H264))

    with pytest.raises(DecoderCrashed):
        copied(decoder, replace(picture, **lie))

    assert copied(decoder, picture)


def test_only_the_bytes_of_a_picture_are_handed_on(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()
    child = prepared(decoder)
    picture = make(decoder, clip(H264))
    page = b"<!doctype html><script>alert(1)</script>"

    lent_to(child).write_bytes(page)

    with pytest.raises(DecoderCrashed):
        copied(decoder, replace(picture, sha256=hashlib.sha256(page).hexdigest(), size_bytes=len(page)))


def test_a_picture_is_read_from_where_it_was_told_to_be_and_no_further(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()
    child = prepared(decoder)
    picture = make(decoder, clip(H264))
    data = copied(decoder, picture)

    lent_to(child).write_bytes(b"before it " + data + b" and behind it")

    assert copied(decoder, replace(picture, offset_bytes=len(b"before it "))) == data


def test_a_task_finds_nothing_of_the_one_before_it(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()
    child = prepared(decoder)
    make(decoder, clip(H264), replace(TENTH, formats=(ImageFormat.PNG,)))

    picture = make(decoder, clip(H264), replace(TENTH, sizes=(Box(width=32),)))

    assert (picture.offset_bytes, lent_to(child).stat().st_size) == (0, picture.size_bytes)


def test_nothing_lies_in_the_folder(build_decoder: BuildDecoder, clip: Clip) -> None:
    decoder = build_decoder()

    make(decoder, clip(H264))

    assert list(decoder.output.iterdir()) == []


def test_pictures_lie_one_behind_the_other(clip: Clip) -> None:
    with tempfile.TemporaryFile() as results, clip(H264).open("rb") as file:
        workshop = Workshop(results, Limits())
        pictures = [*take_in(workshop, file).products, *make_thumbnails(workshop, file, TENTH).products]
        data = [os.pread(results.fileno(), picture.size_bytes, picture.offset_bytes) for picture in pictures]

    assert [hashlib.sha256(part).hexdigest() for part in data] == [picture.sha256 for picture in pictures]
    assert [picture.offset_bytes for picture in pictures[1:]] == [
        picture.offset_bytes + picture.size_bytes for picture in pictures[:-1]
    ]


def test_more_results_than_allowed_end_the_task_and_the_next_one_works(
    build_decoder: BuildDecoder, clip: Clip, tmp_path: Path
) -> None:
    decoder = build_decoder(output_bytes=2000)
    noise = tmp_path / "noise.png"
    Image.effect_noise((192, 192), 90).save(noise)

    with pytest.raises(DecoderCrashed, match="OSError"):
        make(decoder, noise)

    assert make(decoder, clip(H264), replace(TENTH, sizes=(Box(width=16),))).size_bytes < 2000


def lent_to(child: int) -> Path:
    """Return the file that a decoder process was lent for its results, as the process itself has it."""
    return next(path for path in Path(f"/proc/{child}/fd").iterdir() if "deleted" in str(path.readlink()))
