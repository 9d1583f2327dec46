"""Positions in a video as people write them: seconds, timecodes, percent."""

import re
from dataclasses import dataclass
from fractions import Fraction

from app.media.errors import InvalidOption

_SECONDS = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,9})?")
_TIMECODE = re.compile(r"(?:([0-9]{1,4}):(?=[0-9]{1,2}:))?([0-9]{1,4}):([0-9]{1,2}(?:\.[0-9]{1,9})?)")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s?%")

_HOW = "write seconds (12.5), a timecode (1:23.5 or 00:01:23.500) or percent (10%)"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a video: `value` seconds from its start, or `value` percent of its duration."""

    value: Fraction
    is_percent: bool = False

    def resolve(self, duration_seconds: Fraction | None) -> Fraction:
        """Return seconds from the start; percent of an unknown duration is the start."""
        if not self.is_percent:
            return self.value
        return self.value * (duration_seconds or 0) / 100

    def __str__(self) -> str:
        """Write the one canonical form: equal positions of one kind are equal strings."""
        return f"{_decimal(self.value)}%" if self.is_percent else _decimal(self.value)


def parse_position(text: str, *, field: str = "t") -> Position:
    """Read `12.5`, `83`, `01:23.5`, `00:01:23.500` or `10%`; without hours there may be more than 59 minutes.

    Raises InvalidOption, naming `field`, for anything else: signs, exponents, more than 100 %.
    """
    text = text.strip()
    if match := _PERCENT.fullmatch(text):
        percent = Fraction(match[1])
        if percent > 100:
            raise InvalidOption(f"{field} is {text}, which is past the end; the most is 100%.", field=field)
        return Position(percent, is_percent=True)
    if _SECONDS.fullmatch(text):
        return Position(Fraction(text))
    if match := _TIMECODE.fullmatch(text):
        hours, minutes, seconds = match[1], int(match[2]), Fraction(match[3])
        if (minutes < 60 or hours is None) and seconds < 60:
            return Position(int(hours or 0) * 3600 + minutes * 60 + seconds)
    raise InvalidOption(f"{field} cannot be read: {_HOW}.", field=field)


def format_timecode(seconds: Fraction | float) -> str:
    """Write seconds as `HH:MM:SS.mmm`, rounded to the millisecond."""
    total = round(seconds * 1000)
    rest, milliseconds = divmod(total, 1000)
    rest, second = divmod(rest, 60)
    hour, minute = divmod(rest, 60)
    return f"{hour:02}:{minute:02}:{second:02}.{milliseconds:03}"


def _decimal(value: Fraction) -> str:
    whole, rest = divmod(round(value * 10**9), 10**9)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".")
