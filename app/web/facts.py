"""What was found in a file, in words."""

import re

from app.media.facts import Probe, Sound, UntrustedAnswer
from app.models import VideoJob
from app.web.filters import clock, rate, size

_CODEC_NAMES = {
    "h264": "H.264",
    "hevc": "HEVC",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "mpeg1video": "MPEG-1",
    "mpeg2video": "MPEG-2",
    "mpeg4": "MPEG-4",
    "h263": "H.263",
    "prores": "ProRes",
    "dnxhd": "DNxHD",
    "dvvideo": "DV",
    "ffv1": "FFV1",
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
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "webp": "WebP",
    "bmp": "BMP",
    "tiff": "TIFF",
    "avif": "AVIF",
}
_CONTAINER_NAMES = {
    "video/mp4": "MP4",
    "video/quicktime": "QuickTime",
    "video/webm": "WebM",
    "video/x-matroska": "Matroska",
    "video/x-msvideo": "AVI",
    "video/mp2t": "MPEG-TS",
    "video/mpeg": "MPEG",
    "video/ogg": "Ogg",
    "video/x-flv": "FLV",
    "video/x-ms-wmv": "Windows Media",
    "video/3gpp": "3GP",
    "application/mxf": "MXF",
    "application/vnd.rn-realmedia": "RealMedia",
    "video/x-ivf": "IVF",
    "video/x-yuv4mpeg": "YUV4MPEG",
}
# What media types put before the names of those that nobody registered.
_UNREGISTERED = re.compile(r"^(?:x-|vnd\.)")
_TURNS = {
    2: "mirrored",
    3: "turned by 180°",
    4: "mirrored upside down",
    5: "mirrored and turned by 90°",
    6: "turned by 90°",
    7: "mirrored and turned by 90°",
    8: "turned by 270°",
}


def codec_name(name: str) -> str:
    """Return a codec's name as people write it."""
    return _CODEC_NAMES.get(name, name)


def video_facts(video: VideoJob) -> list[tuple[str, str]]:
    """List what was found in the file, in words."""
    facts: list[tuple[str, str]] = []
    probe = probe_of(video)
    if probe is not None:
        facts += _picture_facts(probe)
        if probe.sound is not None:
            facts.append(("Sound", _sound(probe.sound)))
    if video.source is not None:
        facts.append(("Size", size(video.source.size_bytes)))
    return facts


def _picture_facts(probe: Probe) -> list[tuple[str, str]]:
    container = _container_name(probe.media_type)
    codec = codec_name(probe.codec)
    facts = [("Shown as", f"{probe.width} × {probe.height}")]
    if (probe.coded_width, probe.coded_height) != (probe.width, probe.height):
        facts.append(("Stored as", f"{probe.coded_width} × {probe.coded_height}{_pixel_shape(probe)}"))
    if probe.duration_seconds:
        facts.append(("Length", f"{clock(probe.duration_seconds)} ({probe.duration_seconds:.3f} s)"))
    if probe.frame_rate:
        facts.append(("Frame rate", f"{rate(probe.frame_rate)} a second"))
    facts.append(("Codec", codec if probe.kind == "image" else f"{codec} in {container}"))
    if probe.orientation in _TURNS:
        facts.append(("Orientation", _TURNS[probe.orientation]))
    if probe.is_interlaced:
        facts.append(("Scan", "interlaced"))
    facts.append(("Colour", f"{'HDR' if probe.is_hdr else 'SDR'}, {probe.bit_depth} bits, {probe.pixel_format}"))
    return facts


def _container_name(media_type: str) -> str:
    subtype = media_type.partition("/")[2]
    return _CONTAINER_NAMES.get(media_type) or _UNREGISTERED.sub("", subtype).upper()


def _pixel_shape(probe: Probe) -> str:
    return "" if probe.sar == "1" else f", pixels {probe.sar.replace('/', ':')}"


def _sound(sound: Sound) -> str:
    words = [sound.codec.upper()]
    if sound.channels:
        words.append({1: "mono", 2: "stereo"}.get(sound.channels, f"{sound.channels} channels"))
    if sound.sample_rate:
        words.append(f"{sound.sample_rate / 1000:g} kHz")
    return ", ".join(words)


def probe_of(video: VideoJob) -> Probe | None:
    """Return what was found in a video's file, as far as this version can read it."""
    if video.source is None or video.source.probe is None:
        return None
    try:
        return Probe.from_json(video.source.probe)
    except UntrustedAnswer:
        return None  # written by another version of this program; the page shows what the row knows
