"""What a decoder leaves behind is handed on only where it is what was told: it may have been taken over."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.media.errors import DecoderCrashed
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import copied, make
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
        {"name": "other.jpg"},
        {"name": ".."},
        {"name": "../thumbnail.jpg"},
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


@pytest.mark.parametrize("left", ["link", "pipe", "page", "folder"])
def test_only_the_bytes_of_a_picture_are_handed_on(
    build_decoder: BuildDecoder, clip: Clip, tmp_path: Path, left: str
) -> None:
    decoder = build_decoder()
    picture = make(decoder, clip(H264))
    path = decoder.output / picture.name
    (tmp_path / "elsewhere.jpg").write_bytes(copied(decoder, picture))
    path.unlink()
    if left == "link":
        path.symlink_to(tmp_path / "elsewhere.jpg")
    elif left == "pipe":
        os.mkfifo(path)
    elif left == "folder":
        path.mkdir()
    else:
        page = b"<!doctype html><script>alert(1)</script>"
        path.write_bytes(page)
        picture = replace(picture, sha256=hashlib.sha256(page).hexdigest(), size_bytes=len(page))

    with pytest.raises(DecoderCrashed):
        copied(decoder, picture)
