"""What a contact sheet says of a video and its moments, in words."""

from dataclasses import dataclass
from fractions import Fraction

from app.media.facts import Probe
from app.media.text.figures import write_length, write_rate, write_size
from app.media.text.formats import codec_name


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
            codec_name(probe.codec) + (f" + {codec_name(probe.sound.codec)}" if probe.sound else ""),
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
