"""Ask the frame finder for frames of a clip, and read which ones came."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from app.media.decoding.frames import FrameFinder, Still
from app.media.decoding.source import open_video
from app.media.limits import Limits
from tests.clips import read_number

LIMITS = Limits()
# Containers that count in milliseconds are off by half of one at most.
ROUNDING = Fraction(1, 1000)


@contextmanager
def open_finder(
    path: Path, *, limits: Limits = LIMITS, kind: type[FrameFinder] = FrameFinder, threads: int = 1
) -> Iterator[FrameFinder]:
    """Open a finder on a file, as a task of a decoder process does."""
    with path.open("rb") as file, open_video(file, limits) as source:
        yield kind(source, limits, threads=threads)


def find_all(path: Path, times: Iterable[Fraction], *, is_exact: bool = True, threads: int = 1) -> list[Still]:
    """Find the stills at several times, one after another with one finder."""
    with open_finder(path, threads=threads) as finder:
        return [finder.find(at, exact=is_exact) for at in times]


def number_of(still: Still) -> int:
    """Return the number that the picture of a still says."""
    return read_number(still.frame.to_ndarray(format="gray"))


def index_of(still: Still, rate: Fraction) -> int:
    """Return the number of the frame that stands where the still says it stands, in a clip of constant rate."""
    return int((still.position_seconds + ROUNDING) * rate)
