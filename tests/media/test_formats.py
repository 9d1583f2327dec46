"""Codecs and containers by the names that people use."""

import pytest

from app.media.text.formats import codec_name, container_name


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("h264", "H.264"),
        ("hevc", "HEVC"),
        ("av1", "AV1"),
        ("mpeg2video", "MPEG-2"),
        ("theora", "Theora"),
        ("aac", "AAC"),
        ("eac3", "E-AC-3"),
        ("pcm_s16le", "PCM"),
        ("unheard_of", "UNHEARD OF"),
    ],
)
def test_codecs_have_the_names_that_people_use(codec: str, name: str) -> None:
    assert codec_name(codec) == name


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("video/mp4", "MP4"),
        ("video/quicktime", "QuickTime"),
        ("video/webm", "WebM"),
        ("video/x-matroska", "Matroska"),
        ("video/x-msvideo", "AVI"),
        ("video/mp2t", "MPEG-TS"),
        ("video/mpeg", "MPEG"),
        ("video/ogg", "Ogg"),
        ("video/x-flv", "FLV"),
        ("video/x-ms-wmv", "Windows Media"),
        ("video/3gpp", "3GP"),
        ("application/mxf", "MXF"),
        ("application/vnd.rn-realmedia", "RealMedia"),
        ("video/x-ivf", "IVF"),
        ("video/x-yuv4mpeg", "YUV4MPEG"),
        ("video/x-unheard-of", "UNHEARD-OF"),
    ],
)
def test_a_container_is_never_told_by_its_media_type(media_type: str, name: str) -> None:
    assert container_name(media_type) == name
