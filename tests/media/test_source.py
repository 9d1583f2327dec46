"""What is opened and what is not: the right stream, from the file at hand only, within bounds, or a plain sentence."""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from app.media.decoding.source import DEMUXERS, open_video
from app.media.errors import DamagedSource, MediaError, NoVideoStream, SourceTooLarge, UnsupportedSource
from app.media.limits import Limits
from tests.clips import Recipe, make_bomb, make_sound
from tests.media.conftest import Clip
from tests.media.finding import LIMITS, find_all, number_of
from tests.media.test_frames import H264, VP9

_IN_NONBLOCK, _IN_OPEN = 0x800, 0x20
ROOT = Path(__file__).resolve().parents[2]
BAIT = "bait.mp4"
# Each names another file or address in a language that some demuxer speaks; {bait} is what it names.
BAITS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{bait}\n#EXT-X-ENDLIST\n",
    "hls after a mark": "\ufeff#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{bait}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{bait}'\n",
    "concat without its name": "file '{bait}'\n",
    "dash": '<?xml version="1.0"?><MPD type="static"><Period><BaseURL>{bait}</BaseURL></Period></MPD>',
    "html": '<!DOCTYPE html><html><video src="{bait}"></html>',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{bait}"/></svg>',
    "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n",
    "smil": '<smil><body><video src="{bait}"/></body></smil>',
    "asx": '<asx version="3.0"><entry><ref href="{bait}"/></entry></asx>',
    "rtsp text": "rtsptextrtsp://{bait}\r\n",
    "webvtt": "WEBVTT\n\n00:00.000 --> 00:01.000\n{bait}\n",
    "subtitles": "1\n00:00:00,000 --> 00:00:01,000\n{bait}\n",
    "metadata": ";FFMETADATA1\ntitle={bait}\n",
    "null byte": "\0\0\0{bait}",
}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A folder with a bait in it, and an inotify descriptor that tells when anything in it is opened."""
    folder = tmp_path / "other"
    folder.mkdir()
    libc = ctypes.CDLL(None)
    watch = libc.inotify_init1(_IN_NONBLOCK)
    (folder / BAIT).write_bytes(b"what nobody may read")
    libc.inotify_add_watch(watch, str(folder).encode(), _IN_OPEN)
    yield folder / BAIT, watch
    os.close(watch)


def was_opened(watch: int) -> bool:
    try:
        return bool(os.read(watch, 4096))
    except BlockingIOError:
        return False


def opened_codec(path: Path, *, limits: Limits = LIMITS) -> str:
    with path.open("rb") as file, open_video(file, limits) as source:
        return str(source.stream.codec_context.name)


def test_the_watch_on_the_bait_sees_it_opened(watched: tuple[Path, int]) -> None:
    bait, watch = watched

    bait.read_bytes()

    assert was_opened(watch)


@pytest.mark.parametrize("text", BAITS.values(), ids=BAITS.keys())
def test_a_bait_that_names_another_file_is_refused_without_opening_it(
    tmp_path: Path, watched: tuple[Path, int], text: str
) -> None:
    bait, watch = watched
    path = tmp_path / "video.mp4"
    path.write_text(text.format(bait=bait))

    with pytest.raises((UnsupportedSource, DamagedSource)):
        opened_codec(path)

    assert not was_opened(watch)


@pytest.mark.parametrize("text", BAITS.values(), ids=BAITS.keys())
def test_a_bait_that_names_an_address_is_refused_without_calling_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "video.mp4"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        path.write_text(text.format(bait=f"http://127.0.0.1:{server.getsockname()[1]}/x.ts"))

        with pytest.raises((UnsupportedSource, DamagedSource)):
            opened_codec(path)

        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("name", ["%03d.mp4", "a:b.mp4", "http:", "-.mp4", "concat:x", "pipe:0", "x\n.mp4"])
def test_the_name_of_a_file_is_never_read_as_anything_else(clip: Clip, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(clip(H264).read_bytes())

    codec = opened_codec(path)

    assert codec == "h264"


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_cover_is_not_taken_for_the_video_though_it_is_larger(clip: Clip, container: str) -> None:
    path = clip(replace(H264, container=container, has_cover=True, sound="aac"))

    codec, (still,) = opened_codec(path), find_all(path, [Fraction(21, 50)])

    assert codec == "h264"
    assert number_of(still) == 10


@pytest.mark.parametrize(("container", "codec"), [("mp4", "aac"), ("mkv", "aac"), ("ogg", "libopus"), ("mp4", "flac")])
def test_sound_alone_is_refused_in_a_sentence(tmp_path: Path, container: str, codec: str) -> None:
    path = make_sound(tmp_path / "sound", container=container, codec=codec)

    with pytest.raises(NoVideoStream, match="only sound"):
        opened_codec(path)


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_sound_with_a_cover_is_refused_in_a_sentence(tmp_path: Path, container: str) -> None:
    path = make_sound(tmp_path / "sound", container=container, has_cover=True)

    with pytest.raises(NoVideoStream, match="cover picture"):
        opened_codec(path)


@pytest.mark.parametrize("recipe", [H264, VP9, replace(H264, container="h264")], ids=["mp4", "webm", "h264"])
def test_more_pixels_than_allowed_are_refused(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    with pytest.raises(SourceTooLarge, match="192 × 96"):
        opened_codec(path, limits=Limits(pixels=192 * 96 - 1))


@pytest.mark.processes
@pytest.mark.parametrize("container", ["mov", "avi"])
def test_a_frame_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path, container: str) -> None:
    path = tmp_path / "bomb"
    make_bomb(path, container=container, side=12_000)
    # The most memory that a process has ever had that does nothing else: a decoded frame would add 137 MiB.
    opening = """
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from app.media.errors import SourceTooLarge
from app.media.limits import Limits
from app.media.decoding.source import open_video
with open(sys.argv[2], "rb") as file:
    try:
        open_video(file, Limits()).__enter__()
    except SourceTooLarge:
        print(int(re.search("VmHWM: *([0-9]+)", Path("/proc/self/status").read_text().expandtabs())[1]) >> 10)
"""

    done = subprocess.run(
        [sys.executable, "-I", "-c", opening, str(ROOT), str(path)], capture_output=True, text=True, check=True
    )

    assert 0 < int(done.stdout) < 120


def test_as_many_pixels_as_allowed_are_opened(clip: Clip) -> None:
    path = clip(H264)

    codec = opened_codec(path, limits=Limits(pixels=192 * 96))

    assert codec == "h264"


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_more_streams_than_allowed_are_refused(clip: Clip, container: str) -> None:
    path = clip(replace(H264, container=container, sound="aac"))

    with pytest.raises(SourceTooLarge, match="2 streams"):
        opened_codec(path, limits=Limits(streams=1))


def test_the_other_streams_of_a_file_do_not_disturb(clip: Clip) -> None:
    path = clip(replace(H264, container="ts", sound="aac"))

    stills = find_all(path, [Fraction(2 * number + 2, 50) for number in range(0, 60, 7)])

    assert [abs(number_of(still) - number) <= 1 for still, number in zip(stills, range(0, 60, 7), strict=True)]


@pytest.mark.parametrize("codec", ["cljr", "snow", "asv1", "zmbv"])
def test_an_obscure_codec_is_refused_by_name(clip: Clip, codec: str) -> None:
    pix_fmt = {"cljr": "yuv411p", "zmbv": "bgr0"}.get(codec, "yuv420p")
    options = {"strict": "experimental"}
    path = clip(Recipe(codec=codec, container="avi", frames=3, pix_fmt=pix_fmt, options=options))

    with pytest.raises(UnsupportedSource, match=codec):
        opened_codec(path)


def test_nothing_that_names_other_files_is_on_the_lists() -> None:
    forbidden = {"hls", "dash", "concat", "image2", "image2pipe", "sdp", "rtsp", "rtp", "lavfi", "imf", "mpl", "tty"}

    found = forbidden & DEMUXERS

    assert found == set()


@pytest.mark.parametrize("size", [1, 7, 64, 500, 5000])
@pytest.mark.parametrize(
    "head", [b"\x00\x00\x00\x18ftypmp42", b"\x1aE\xdf\xa3", b"RIFF....AVI ", b"FLV\x01", b"OggS", b""]
)
def test_a_head_without_a_body_raises_a_media_error(tmp_path: Path, head: bytes, size: int) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes((head + b"\xfe\x00" * size)[: len(head) + size])

    with pytest.raises(MediaError):
        opened_codec(path)


def test_an_mp4_whose_index_breaks_off_is_called_damaged(clip: Clip, tmp_path: Path) -> None:
    data = clip(H264).read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(data[: data.rindex(b"moov") + 150])

    with pytest.raises(DamagedSource):
        opened_codec(path)
