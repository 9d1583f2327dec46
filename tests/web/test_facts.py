"""What was found in a file, in words."""

from typing import Any

import pytest

from app.media.facts import Probe, Sound
from app.models import Source, VideoJob
from app.web.facts import video_facts

PLAIN: dict[str, Any] = {
    "kind": "video",
    "container": "mov,mp4,m4a,3gp,3g2,mj2",
    "media_type": "video/mp4",
    "codec": "h264",
    "pixel_format": "yuv420p",
    "width": 1280,
    "height": 720,
    "coded_width": 1280,
    "coded_height": 720,
    "frame_rate": 25.0,
    "duration_seconds": 10.0,
}
# A still picture has neither rate nor length.
STILL = {"kind": "image", "frame_rate": None, "duration_seconds": None, "pixel_format": "RGB"}


def facts_of(**found: Any) -> dict[str, str]:
    """Return the facts of a video in which this was found."""
    probe = Probe(**{**PLAIN, **found})
    source = Source(size_bytes=1_340_000, probe=probe.to_json())
    return dict(video_facts(VideoJob(source=source)))


def test_a_plain_video_has_these_facts_in_this_order() -> None:
    facts = facts_of()

    assert list(facts.items()) == [
        ("Shown as", "1280 × 720"),
        ("Length", "0:10 (10.000 s)"),
        ("Frame rate", "25 fps"),
        ("Codec", "H.264 in MP4"),
        ("Colour", "SDR, 8 bits, yuv420p"),
        ("Size", "1.3 MB"),
    ]


@pytest.mark.parametrize(
    ("found", "name", "text"),
    [
        ({"coded_width": 720, "coded_height": 576, "sar": "64/45"}, "Stored as", "720 × 576, pixels 64:45"),
        ({"width": 720, "height": 1280, "orientation": 6}, "Stored as", "1280 × 720"),
        ({"orientation": 6}, "Orientation", "turned by 90°"),
        ({"orientation": 3}, "Orientation", "turned by 180°"),
        ({"orientation": 8}, "Orientation", "turned by 270°"),
        ({"orientation": 2}, "Orientation", "mirrored"),
        ({"orientation": 7}, "Orientation", "mirrored and turned by 90°"),
        ({"is_interlaced": True}, "Scan", "interlaced"),
        ({"is_hdr": True, "bit_depth": 10, "pixel_format": "p010le"}, "Colour", "HDR, 10 bits, p010le"),
        ({"frame_rate": 29.97}, "Frame rate", "29.97 fps"),
        ({"duration_seconds": 6129.75}, "Length", "1:42:10 (6129.750 s)"),
        ({"codec": "hevc", "media_type": "video/quicktime"}, "Codec", "HEVC in QuickTime"),
        ({"codec": "vp9", "media_type": "video/webm"}, "Codec", "VP9 in WebM"),
        ({"codec": "av1", "media_type": "video/x-matroska"}, "Codec", "AV1 in Matroska"),
        ({"codec": "mpeg2video", "media_type": "video/mpeg"}, "Codec", "MPEG-2 in MPEG"),
        ({"codec": "theora", "media_type": "video/ogg"}, "Codec", "Theora in Ogg"),
    ],
)
def test_each_fact_is_told_in_words(found: dict[str, Any], name: str, text: str) -> None:
    assert facts_of(**found)[name] == text


@pytest.mark.parametrize(
    ("sound", "text"),
    [
        (Sound(codec="aac", channels=2, sample_rate=44_100), "AAC, stereo, 44.1 kHz"),
        (Sound(codec="opus", channels=1, sample_rate=48_000), "Opus, mono, 48 kHz"),
        (Sound(codec="ac3", channels=6, sample_rate=48_000), "AC-3, 6 channels, 48 kHz"),
    ],
)
def test_sound_is_told_in_words(sound: Sound, text: str) -> None:
    assert facts_of(sound=sound)["Sound"] == text


def test_nothing_is_said_of_a_sound_whose_rate_is_not_known() -> None:
    sound = facts_of(sound=Sound(codec="aac", channels=0, sample_rate=0))["Sound"]

    assert "0 kHz" not in sound and "0 channels" not in sound


def test_a_frame_rate_that_is_the_tick_of_a_clock_is_left_out() -> None:
    assert "Frame rate" not in facts_of(frame_rate=90_000.0)


def test_a_still_picture_has_neither_length_nor_container() -> None:
    facts = facts_of(**STILL, codec="png", media_type="image/png")

    assert not {"Length", "Frame rate", "Sound"} & set(facts)
    assert facts["Codec"] == "PNG"


def test_a_video_that_was_not_probed_has_its_size_only() -> None:
    video = VideoJob(source=Source(size_bytes=840, probe=None))

    assert video_facts(video) == [("Size", "840 B")]


def test_facts_of_another_version_of_the_program_are_left_out() -> None:
    video = VideoJob(source=Source(size_bytes=840, probe={"kind": "video", "unheard_of": 1}))

    assert video_facts(video) == [("Size", "840 B")]


def test_a_video_without_bytes_has_no_facts() -> None:
    assert video_facts(VideoJob(source=None)) == []
