"""The facts of a source, as its page shows them."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from app.media.decoding.frames import FrameFinder
from app.media.decoding.probe import probe_video
from app.media.decoding.source import open_video
from app.media.errors import DamagedSource, MediaError
from app.media.facts import Probe, Sound
from app.media.limits import Limits
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import LIMITS
from tests.media.test_frames import AV1, CLIPS, H264, MPEG2, NTSC, VP8, VP9, simple
from tests.media.test_render_colour import HLG, PQ, hdr

CODECS = {
    "h264 mp4": ("h264", "video/mp4"),
    "h264 mkv": ("h264", "video/x-matroska"),
    "h264 h264": ("h264", "video/h264"),
    "hevc mov": ("hevc", "video/quicktime"),
    "vp8": ("vp8", "video/webm"),
    "vp9": ("vp9", "video/webm"),
    "av1 webm": ("av1", "video/webm"),
    "mpeg2 ts": ("mpeg2video", "video/mp2t"),
    "mpeg4 avi": ("mpeg4", "video/x-msvideo"),
    "prores mov": ("prores", "video/quicktime"),
    "wmv2 asf": ("wmv2", "video/x-ms-wmv"),
    "flv1 flv": ("flv1", "video/x-flv"),
    "ffv1 mkv": ("ffv1", "video/x-matroska"),
}
# Their headers do not tell a duration, or cannot be trusted to.
SCANNED = {
    "h264": replace(H264, container="h264"),
    "hevc": CLIPS["hevc hevc"],
    "live webm": replace(VP8, container_options={"live": "1"}),
    "live mkv": replace(H264, container="mkv", container_options={"live": "1"}),
    "fragmented mp4": replace(H264, container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "flv": replace(H264, container="flv", container_options={"flvflags": "no_duration_filesize+no_metadata"}),
    "obu": CLIPS["av1 obu"],
    "mpeg2 video": replace(MPEG2, container="mpeg2video"),
}
SECONDS = 60 / 25


def probe(path: Path, *, limits: Limits = LIMITS) -> Probe:
    with path.open("rb") as file, open_video(file, limits) as source:
        return probe_video(source, FrameFinder(source, limits), limits)


@pytest.mark.parametrize(("name", "facts"), CODECS.items())
def test_codec_and_container_are_named(clip: Clip, name: str, facts: tuple[str, str]) -> None:
    found = probe(clip(CLIPS[name]))

    assert (found.codec, found.media_type) == facts
    assert found.kind == "video"


# What ffmpeg estimates for a program stream leaves out the last frames.
@pytest.mark.parametrize("name", [name for name in CLIPS if name not in SCANNED and "mpg" not in name])
def test_size_rate_and_duration_are_told(clip: Clip, name: str) -> None:
    found = probe(clip(CLIPS[name]))

    assert (found.width, found.height, found.sar, found.orientation) == (192, 96, "1", 1)
    assert found.frame_rate == 25
    assert abs((found.duration_seconds or 0) - SECONDS) <= 0.1


@pytest.mark.parametrize("recipe", SCANNED.values(), ids=SCANNED.keys())
def test_where_the_header_is_silent_the_packets_tell_the_duration(clip: Clip, recipe: Recipe) -> None:
    found = probe(clip(recipe))

    assert abs((found.duration_seconds or 0) - SECONDS) <= 0.1


def test_no_more_packets_are_read_for_the_duration_than_allowed(clip: Clip) -> None:
    found = probe(clip(SCANNED["live webm"]), limits=Limits(scanned_packets=59))

    assert found.duration_seconds is None


@pytest.mark.parametrize(
    ("turn", "orientation", "size"),
    [
        (None, 1, (256, 96)),
        ((-1, 0, 0, 1), 2, (256, 96)),
        ((-1, 0, 0, -1), 3, (256, 96)),
        ((1, 0, 0, -1), 4, (256, 96)),
        ((0, 1, 1, 0), 5, (96, 256)),
        ((0, 1, -1, 0), 6, (96, 256)),
        ((0, -1, -1, 0), 7, (96, 256)),
        ((0, -1, 1, 0), 8, (96, 256)),
    ],
)
def test_the_size_told_is_the_one_that_is_seen(
    clip: Clip, turn: tuple[int, int, int, int] | None, orientation: int, size: tuple[int, int]
) -> None:
    found = probe(clip(replace(H264, turn=turn, sar=Fraction(4, 3))))

    assert (found.width, found.height) == size
    assert (found.coded_width, found.coded_height) == (192, 96)
    assert (found.orientation, found.sar) == (orientation, "4/3")


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "flv", "avi"])
def test_a_rate_of_television_is_told_to_the_thousandth(clip: Clip, container: str) -> None:
    found = probe(clip(replace(H264, container=container, rate=NTSC)))

    assert found.frame_rate == pytest.approx(29.97, abs=0.002)


@pytest.mark.parametrize(
    ("recipe", "sound"),
    [
        (replace(H264, sound="aac"), Sound(codec="aac", channels=2, sample_rate=48_000)),
        (replace(H264, container="ts", sound="mp2"), Sound(codec="mp2", channels=2, sample_rate=48_000)),
        (replace(VP9, sound="libopus"), Sound(codec="opus", channels=2, sample_rate=48_000)),
        (replace(H264, container="mov", sound="pcm_s16le"), Sound(codec="pcm_s16le", channels=2, sample_rate=48_000)),
        (H264, None),
    ],
    ids=["aac", "mp2", "opus", "pcm", "none"],
)
def test_the_sound_beside_the_picture_is_told(clip: Clip, recipe: Recipe, sound: Sound | None) -> None:
    found = probe(clip(recipe))

    assert found.sound == sound


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_sound_that_is_longer_than_the_picture_makes_no_other_start(clip: Clip, container: str) -> None:
    found = probe(clip(replace(H264, container=container, sound="aac")))

    assert found.duration_seconds == pytest.approx(SECONDS, abs=0.1)
    assert found.start_seconds == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("container", "start"), [("mkv", 10), ("ts", 10), ("mp4", 10)])
def test_a_late_start_is_told(clip: Clip, container: str, start: int) -> None:
    found = probe(clip(replace(H264, container=container, times=range(250, 310))))

    assert found.start_seconds == pytest.approx(start, abs=0.01)
    assert found.duration_seconds == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_hdr_is_told(clip: Clip, transfer: int) -> None:
    found = probe(clip(hdr(0.5, transfer)))

    assert found.is_hdr
    assert (found.bit_depth, found.pixel_format) == (10, "yuv420p10le")


def test_ordinary_video_is_not_called_hdr(clip: Clip) -> None:
    found = probe(clip(AV1))

    assert not found.is_hdr
    assert (found.bit_depth, found.pixel_format) == (8, "yuv420p")


@pytest.mark.parametrize(
    ("name", "is_interlaced"), [("h264 interlaced", True), ("mpeg2 interlaced", True), ("vp9", False)]
)
def test_interlaced_video_is_told(clip: Clip, name: str, is_interlaced: bool) -> None:
    found = probe(clip(CLIPS[name]))

    assert found.is_interlaced == is_interlaced


@pytest.mark.parametrize("recipe", [H264, VP9, simple("mjpeg", "avi", "yuvj420p")], ids=["h264", "vp9", "mjpeg"])
def test_facts_travel_as_they_are(clip: Clip, recipe: Recipe) -> None:
    found = probe(clip(recipe))

    assert Probe.from_json(found.to_json()) == found


@pytest.mark.parametrize("name", ["h264 mp4", "h264 mkv", "h264 ts", "vp9", "mpeg2 mpg", "mpeg4 avi"])
def test_a_source_that_is_cut_short_has_facts_or_is_called_damaged(clip: Clip, tmp_path: Path, name: str) -> None:
    data = clip(CLIPS[name]).read_bytes()
    path = tmp_path / "cut"

    for share in range(1, 10):
        path.write_bytes(data[: len(data) * share // 10])
        try:
            found = probe(path)
        except MediaError as err:
            assert isinstance(err, DamagedSource)
        else:
            assert (found.width, found.height) == (192, 96)
