"""Look at frames spread over a video: a small picture of each, and what was measured on it.

Keyframes come first, because each is decoded alone; where there are few, frames between them are looked at too.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

import av.error
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from PIL import Image

from app.media.decoding.frames import Rung, Still
from app.media.decoding.source import VideoSource
from app.media.decoding.walk import FrameWalk
from app.media.errors import DamagedSource, SourceTooLarge
from app.media.pictures.render import render_frame
from app.media.stills.likeness import Print, take_print
from app.media.stills.scoring import LOOK_SIDE, Measures, measure

# Places looked at, in the middles of as many equal parts: fewer where frames are larger than this shared among them.
_PLACES, _FEWEST_PLACES = 20, 8
_LOOKED_AT_PIXELS = 72_000_000
# Where they have fewer keyframes than this, as many pixels are decoded to look at frames in between: a fifth to half a
# second. Frames of 4K come from cameras that spend far more bits on each, so fewer of them are.
_ENOUGH = 8
_WALKED_PIXELS, _WALKED_PIXELS_OF_4K = 150_000_000, 60_000_000
_4K_PIXELS = 3840 * 2160
# With as many looks as this, less than what lies between is not worth that.
_A_FEW = 5
# Pixels of decoded frames that are kept for the full size: two of 4K, which is 24 MiB, or 48 of ten bits.
_KEPT_PIXELS = 17_000_000
# A frame larger than this is made smaller in the cheapest way first, then with care; the eye of a measure sees no
# difference, and at 4K it takes a third of the time.
_LARGE_PIXELS = 1_500_000
# As render.py takes it: what is this high and says nothing of its colours has those of high definition.
_HD_HEIGHT, _UNSPECIFIED = 720, 2
# Beginnings and ends are logos and goodbyes more often than not.
_EDGE, _EDGE_SCORE = Fraction(4, 100), 0.9


@dataclass(slots=True)
class Look:
    """A frame that was looked at. `score` is from 0 to 1; `frame` is there only as long as there is room for it."""

    position_seconds: Fraction
    rung: Rung
    image: Image.Image = field(repr=False)
    measures: Measures
    print: Print = field(repr=False)
    score: float
    frame: VideoFrame | None = field(default=None, repr=False)

    def full(self, walk: FrameWalk) -> VideoFrame:
        """Return the frame, decoding it once more where it was not kept."""
        return self.frame or walk.find(self.position_seconds, exact=self.rung is not Rung.KEYFRAME).frame


def look_around(
    walk: FrameWalk, source: VideoSource, duration_seconds: Fraction | None, moments: Sequence[Fraction] = ()
) -> list[Look]:
    """Look at frames spread over a video, and return them in the order in which they are shown.

    Where there are `moments` (ascending seconds) they are those that stand there. Raises DamagedSource when not one
    frame decodes.
    """
    duration = duration_seconds or Fraction(0)
    looks = _Looks(source, duration)
    for at in moments[:: ceil(len(moments) / _PLACES) or 1]:
        with suppress(DamagedSource, SourceTooLarge):
            looks.add(walk.find(at))
    if not looks.all:
        _look_anywhere(looks, walk, source, duration)
    return sorted(looks.all, key=lambda look: look.position_seconds)


def _look_anywhere(looks: "_Looks", walk: FrameWalk, source: VideoSource, duration: Fraction) -> None:
    """Look at keyframes in places spread evenly, and where these are few, between them. Raises DamagedSource."""
    # A stream without times is read from its start for each place.
    many = min(_PLACES, max(_FEWEST_PLACES, source.is_seekable * _LOOKED_AT_PIXELS // max(1, walk.pixels)))
    places = sorted({duration * (2 * number + 1) / (2 * many) for number in range(many)})
    for still in walk.keyframes(places):
        looks.add(still)
    if 0 < len(looks.all) < _ENOUGH:
        for still in _between(walk, places, tuple(looks.all), walk.pixels * walk.frames_a_second):
            looks.add(still)
    if not looks.all:
        looks.add(walk.find(Fraction(0)))
    if not looks.all:
        raise DamagedSource("Not one frame of this video can be made into a picture; the file is damaged.")


def look_at(still: Still, sar: Fraction, duration: Fraction) -> Look:
    """Make a small picture of a still and measure it. Raises DamagedSource where it cannot be made."""
    image = render_frame(_smaller(still.frame), sar=sar, width=LOOK_SIDE, height=LOOK_SIDE)
    look = look_of(image, still.position_seconds, still.rung, duration)
    look.frame = still.frame
    return look


def look_of(image: Image.Image, position_seconds: Fraction, rung: Rung, duration: Fraction) -> Look:
    """Measure a picture of a frame, RGB and at most `LOOK_SIDE` wide and high."""
    measures = measure(image)
    is_edge = not _EDGE * duration <= position_seconds <= (1 - _EDGE) * duration
    # Less than a hundredth is noise of the encoder: of frames that equal the earlier one is to win.
    score = round(measures.score * (_EDGE_SCORE if is_edge else 1), 2)
    return Look(position_seconds, rung, image, measures, take_print(image), score)


class _Looks:
    """Looks at what it is given, and keeps the frames of the best as far as there is room."""

    def __init__(self, source: VideoSource, duration: Fraction) -> None:
        self.all: list[Look] = []
        self._source, self._duration = source, duration

    def add(self, still: Still) -> None:
        """Look at a still, unless it was looked at or no picture can be made of it."""
        if any(look.position_seconds == still.position_seconds for look in self.all):
            return
        with suppress(DamagedSource):
            self.all.append(look_at(still, self._source.sar, self._duration))
        kept = sorted((look for look in self.all if look.frame), key=lambda look: -look.score)
        pixels = still.frame.width * still.frame.height
        for look in kept[max(1, _KEPT_PIXELS // pixels) :]:
            look.frame = None


def _between(walk: FrameWalk, places: Sequence[Fraction], looks: Sequence[Look], load: float) -> Iterator[Still]:
    """Yield stills for places whose keyframe stands for an earlier one already.

    `load` is pixels a second of video. Where all that lies between is too much to decode, and there are a few looks
    already, those must do; where there are not, only the beginning after each keyframe is walked through.
    """
    keyframes = sorted(look.position_seconds for look in looks)
    runs: dict[Fraction, list[Fraction]] = {}
    for place in places:
        runs.setdefault(keyframes[max(0, bisect_right(keyframes, place) - 1)], []).append(place)
    runs = {keyframe: run[1:] for keyframe, run in runs.items() if run[1:]}
    budget = _WALKED_PIXELS if walk.pixels < _4K_PIXELS else _WALKED_PIXELS_OF_4K
    cost = load * float(sum(run[-1] - keyframe for keyframe, run in runs.items()))
    part = Fraction(min(1.0, budget / max(1.0, cost)))
    if part == 1 or len(looks) < _A_FEW:
        # Twice of what the frame rate promises: it is an average, and a guess.
        most = 1 + 2 * budget // max(1, walk.pixels)
        for keyframe, run in runs.items():
            yield from walk.stills_from([keyframe + part * (place - keyframe) for place in run], most_frames=most)


def _smaller(frame: VideoFrame) -> VideoFrame:
    """Return a frame that is large or interlaced at a size that is still enough for a look."""
    if frame.width * frame.height <= _LARGE_PIXELS and not frame.interlaced_frame:
        return frame
    side = LOOK_SIDE if frame.interlaced_frame else 2 * LOOK_SIDE
    scale = min(Fraction(1), Fraction(side, max(frame.width, frame.height)))
    width, height = (max(2, round(length * scale)) for length in (frame.width, frame.height))
    try:
        smaller = VideoReformatter().reformat(frame, width, height, interpolation=Interpolation.AREA, threads=1)
    except av.error.MemoryError as err:
        raise MemoryError from err
    except av.error.FFmpegError as err:
        raise DamagedSource("A frame of this video cannot be made into a picture; the file is damaged.") from err
    if frame.height >= _HD_HEIGHT and smaller.colorspace == _UNSPECIFIED:
        # It would be taken for standard definition at its new size.
        smaller.colorspace = Colorspace.ITU709
    return smaller
