"""What a contact sheet says of a video and its moments, in words."""

from dataclasses import dataclass
from fractions import Fraction

from app.media.facts import Probe

_CODECS = {
    "h264": "H.264",
    "hevc": "HEVC",
    "vvc": "VVC",
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
    "opus": "Opus",
    "vorbis": "Vorbis",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "amr_nb": "AMR",
    "amr_wb": "AMR-WB",
    "wmav1": "WMA",
    "wmav2": "WMA",
}
_UNITS = ("B", "KB", "MB", "GB", "TB")
# What is told as a rate beyond this is a clock's tick, not a number of pictures.
_FASTEST = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a sheet is headed with: the source as it is called and as it was probed."""

    filename: str
    size_bytes: int
    probe: Probe

    @property
    def facts(self) -> list[str]:
        """Return length, picture, frame rate, codecs and size of the file; what is not known is left out."""
        probe = self.probe
        facts = [
            write_length(probe.duration_seconds) if probe.duration_seconds else "",
            f"{probe.width} × {probe.height}" + (" HDR" if probe.is_hdr else ""),
            write_rate(probe.frame_rate or 0),
            write_codec(probe.codec) + (f" + {write_codec(probe.sound.codec)}" if probe.sound else ""),
            write_size(self.size_bytes),
        ]
        return [fact for fact in facts if fact]


def write_timecodes(positions: list[Fraction], duration: Fraction) -> list[str]:
    """Write positions (seconds) as a player's clock shows them: cut, not rounded, and all with as many digits.

    Parts of a second are told where without them neighbours would be the same.
    """
    end = max([duration, *positions])
    step = duration / max(1, len(positions))
    places = next((places for places in range(3) if step * 10**places >= 1), 3)
    return [_timecode(position, end, places) for position in positions]


def write_length(seconds: float) -> str:
    """Write how long a video is: 0.03 s, 0.4 s, and from a second on as players do."""
    if seconds < 0.095:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 0.95 else _timecode(Fraction(round(seconds)), Fraction(round(seconds)), 0)


def write_rate(frame_rate: float) -> str:
    """Write a frame rate without idle zeros: 25 fps, 29.97 fps; of one that makes no sense, nothing."""
    return f"{frame_rate:.3f}".rstrip("0").rstrip(".") + " fps" if 0 < frame_rate <= _FASTEST else ""


def write_size(size_bytes: int) -> str:
    """Write bytes: 840 B, 84 KB, 1.3 MB, 18.4 GB."""
    value, unit = float(size_bytes), _UNITS[0]
    for unit in _UNITS:
        digits = 0 if unit in ("B", "KB") or value >= 99.95 else 1
        if round(value, digits) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.{digits}f}".removesuffix(".0") + f" {unit}"


def write_codec(name: str) -> str:
    """Return a codec's name as people write it."""
    return "PCM" if name.startswith("pcm_") else _CODECS.get(name) or name.upper().replace("_", " ")


def _timecode(seconds: Fraction, end: Fraction, places: int) -> str:
    """Write seconds with as many digits before the point as `end` needs, and `places` behind it."""
    whole, rest = divmod(int(seconds * 10**places), 10**places)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    if end >= 3600:
        text = f"{hour:0{len(str(int(end // 3600)))}}:{minute:02}:{second:02}"
    else:
        text = f"{minute:0{len(str(int(end // 60)))}}:{second:02}"
    return f"{text}.{rest:0{places}}" if places else text
