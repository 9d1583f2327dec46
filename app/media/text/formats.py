"""Codecs and containers by the names that people use."""

import re
from types import MappingProxyType

# FFmpeg's names; those that only want capitals are left out.
_CODECS = MappingProxyType(
    {
        "h264": "H.264",
        "mpeg1video": "MPEG-1",
        "mpeg2video": "MPEG-2",
        "mpeg4": "MPEG-4",
        "h263": "H.263",
        "prores": "ProRes",
        "dnxhd": "DNxHD",
        "dvvideo": "DV",
        "mjpeg": "Motion JPEG",
        "theora": "Theora",
        "wmv1": "Windows Media 7",
        "wmv2": "Windows Media 8",
        "wmv3": "Windows Media 9",
        "vc1": "VC-1",
        "flv1": "Sorenson Spark",
        "vp6f": "VP6",
        "rv30": "RealVideo 8",
        "rv40": "RealVideo 9",
        "webp": "WebP",
        "opus": "Opus",
        "vorbis": "Vorbis",
        "ac3": "AC-3",
        "eac3": "E-AC-3",
        "amr_nb": "AMR",
        "amr_wb": "AMR-WB",
        "wmav1": "WMA",
        "wmav2": "WMA",
    }
)
_CONTAINERS = MappingProxyType(
    {
        "video/quicktime": "QuickTime",
        "video/webm": "WebM",
        "video/x-matroska": "Matroska",
        "video/x-msvideo": "AVI",
        "video/mp2t": "MPEG-TS",
        "video/ogg": "Ogg",
        "video/x-ms-wmv": "Windows Media",
        "video/3gpp": "3GP",
        "application/vnd.rn-realmedia": "RealMedia",
        "video/x-yuv4mpeg": "YUV4MPEG",
    }
)
# What media types put before the names of those that nobody registered.
_UNREGISTERED = re.compile(r"^(?:x-|vnd\.)")


def codec_name(codec: str) -> str:
    """Return FFmpeg's name of a codec as people write it."""
    return "PCM" if codec.startswith("pcm_") else _CODECS.get(codec) or codec.upper().replace("_", " ")


def container_name(media_type: str) -> str:
    """Return a video's media type as people call the container."""
    subtype = media_type.partition("/")[2]
    return _CONTAINERS.get(media_type) or _UNREGISTERED.sub("", subtype).upper()
