"""What the first bytes say: by signature, never by name, and in a sentence where it is no video."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.media.errors import NoVideoStream, UnsupportedSource
from app.media.sniff import HEAD_BYTES, Kind, sniff, sniff_head
from tests.clips import Recipe, make_sound
from tests.media.conftest import Clip
from tests.media.test_frames import CLIPS, VP9

# Bare streams have no signature: their start codes mean too little.
UNTOLD = ("h264 h264", "hevc hevc", "av1 obu", "mpeg4 m4v", "h264 nut")
MEDIA_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "3gp": "video/3gpp",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "avi": "video/x-msvideo",
    "flv": "video/x-flv",
    "asf": "video/x-ms-wmv",
    "ts": "video/mp2t",
    "mpg": "video/mpeg",
    "mpeg2video": "video/mpeg",
    "mxf": "application/mxf",
    "ivf": "video/x-ivf",
}
TOLD = [name for name in CLIPS if name not in UNTOLD]
REFUSED = {
    b"#EXTM3U\n#EXT-X-VERSION:3\n": "playlist",
    b"\n  #EXTM3U\n": "playlist",
    b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">': "playlist",
    b"ffconcat version 1.0\nfile other.mp4\n": "script",
    b"<!DOCTYPE html><html></html>": "web page",
    b"  <HTML><body>404</body></HTML>": "web page",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>": "SVG",
    b'<?xml version="1.0"?><!-- drawn --><svg></svg>': "SVG",
    b"%PDF-1.7\n": "PDF",
    b"PK\x03\x04\x14\x00": "archive",
    b"Dear reader,\n": "text",
    "\ufeff#EXTM3U\n".encode(): "text",
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n": "text",
    "Größe ".encode() * 2000: "text",
}


@pytest.mark.parametrize("name", TOLD)
def test_containers_are_told_by_their_first_bytes(clip: Clip, name: str) -> None:
    recipe = CLIPS[name]

    with clip(recipe).open("rb") as file:
        sniffed = sniff(file)

    assert sniffed.kind is Kind.VIDEO
    assert sniffed.media_type == MEDIA_TYPES[recipe.container]


@pytest.mark.parametrize("name", UNTOLD)
def test_what_has_no_signature_is_left_to_the_demuxers(clip: Clip, name: str) -> None:
    with clip(CLIPS[name]).open("rb") as file:
        sniffed = sniff(file)

    assert sniffed.kind is Kind.UNKNOWN


def test_a_transport_stream_of_blu_ray_is_told(clip: Clip) -> None:
    # Each packet has four bytes of time before it.
    path = clip(Recipe(container="ts", container_options={"mpegts_m2ts_mode": "1"}))

    with path.open("rb") as file:
        sniffed = sniff(file)

    assert sniffed.media_type == "video/mp2t"


@pytest.mark.parametrize("name", "jpeg png gif webp bmp tiff avif".split())
def test_pictures_are_told_by_their_first_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / "picture"
    Image.new("RGB", (8, 8)).save(path, name.upper())

    with path.open("rb") as file:
        sniffed = sniff(file)

    assert (sniffed.kind, sniffed.media_type) == (Kind.IMAGE, f"image/{name}")


@pytest.mark.parametrize(
    ("container", "codec"), [("mp3", "libmp3lame"), ("wav", "pcm_s16le"), ("flac", "flac"), ("adts", "aac")]
)
def test_sound_is_refused_in_a_sentence(tmp_path: Path, container: str, codec: str) -> None:
    path = make_sound(tmp_path / "sound", container=container, codec=codec)

    with path.open("rb") as file, pytest.raises(NoVideoStream) as caught:
        sniff(file)

    assert "sound file" in caught.value.message


@pytest.mark.parametrize(("data", "word"), REFUSED.items())
def test_what_is_no_media_is_refused_in_a_sentence(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(data)

    with path.open("rb") as file, pytest.raises(UnsupportedSource) as caught:
        sniff(file)

    assert word in caught.value.message


def test_an_empty_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.touch()

    with path.open("rb") as file, pytest.raises(UnsupportedSource) as caught:
        sniff(file)

    assert "empty" in caught.value.message


def test_the_name_of_a_file_says_nothing(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(clip(VP9).read_bytes())

    with path.open("rb") as file:
        sniffed = sniff(file)

    assert sniffed.media_type == "video/webm"


def test_the_place_in_the_file_stays_where_it_was(clip: Clip) -> None:
    with clip(VP9).open("rb") as file:
        file.seek(77)
        sniff(file)
        place = file.tell()

    assert place == 77


@pytest.mark.parametrize("length", [HEAD_BYTES, 1024, 1023, 1022, 7])
def test_a_character_cut_in_two_is_still_text(length: int) -> None:
    head = "€".encode() * HEAD_BYTES

    sniffed = sniff_head(head[:length])

    assert sniffed.kind is Kind.TEXT


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange_to_be_sniffed(head: bytes) -> None:
    sniffed = sniff_head(head)

    assert sniffed.kind in Kind


@given(st.binary(min_size=1, max_size=60).map(lambda noise: b"\x00\xff\xfe" + noise))
def test_noise_is_neither_text_nor_script(head: bytes) -> None:
    sniffed = sniff_head(head)

    assert sniffed.kind not in (Kind.TEXT, Kind.SCRIPT)


@pytest.mark.parametrize(
    ("brands", "media_type"),
    [
        (b"avif\0\0\0\0avifmif1", "image/avif"),
        (b"mif1\0\0\0\0mif1avifmiaf", "image/avif"),
        (b"msf1\0\0\0\0avismsf1miaf", "image/avif"),
        (b"mif1\0\0\0\0mif1heic", "image/heic"),
        (b"heic\0\0\0\0mif1heic", "image/heic"),
        (b"hevc\0\0\0\0msf1hevc", "image/heic"),
    ],
)
def test_of_pictures_in_boxes_the_brands_tell_which(brands: bytes, media_type: str) -> None:
    head = (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands + b"\0\0\0\x20meta" + bytes(40)

    assert sniff_head(head).media_type == media_type
