"""Ways of asking: keyframes only, a bound on how much is decoded, progress; and that little is decoded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from av.video.frame import VideoFrame

from app.media.decoding.frames import FrameFinder, Rung
from app.media.decoding.packets import Packet
from app.media.decoding.source import VideoSource, open_video
from app.media.errors import SourceTooLarge
from app.media.limits import Limits
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import LIMITS, find_all, number_of, open_finder
from tests.media.test_frames import AV1, H264, MPEG2, MPEG4, RATE, VP8, VP9, simple, x264, x265

FRAMES = 60
KEYFRAMES = (0, 24, 48)
# A fixed distance between keyframes, so that it is known where they are.
FIXED = {
    "h264 mp4": x264("scenecut=0"),
    "h264 mkv": x264("scenecut=0", "mkv"),
    "h264 ts": x264("scenecut=0", "ts"),
    "h264 flv": x264("scenecut=0", "flv"),
    "h264 avi": x264("scenecut=0", "avi"),
    "h264 without container": x264("scenecut=0", "h264"),
    "h264 fragmented mp4": replace(x264("scenecut=0"), container_options={"movflags": "frag_keyframe+empty_moov"}),
    "h264 live mkv": replace(x264("scenecut=0", "mkv"), container_options={"live": "1"}),
    "hevc mp4": x265("scenecut=0:bframes=3:keyint=24:min-keyint=24:open-gop=0"),
    "vp9 webm": replace(VP9, options={**VP9.options, "lag-in-frames": "0"}),
    "av1 mp4": AV1,
    "mpeg4 avi": replace(MPEG4, container="avi", options={}),
    "wmv2 asf": simple("wmv2", "asf"),
}
# Streams with frames that no other frame depends on.
SKIPPABLE = {
    "h264 mp4": x264("bframes=3:b-adapt=0:scenecut=0"),
    "h264 mkv": x264("bframes=3:b-adapt=0:scenecut=0", "mkv"),
    "h264 ts": x264("bframes=3:b-adapt=0:scenecut=0", "ts"),
    "hevc mp4": x265("bframes=3:scenecut=0:keyint=24:open-gop=0"),
    "mpeg2 ts": replace(MPEG2, container="ts"),
    "mpeg4 mp4": MPEG4,
}


class CountingFinder(FrameFinder):
    """A finder that counts what it decodes."""

    decoded = 0
    slow_ways = 0

    def __init__(self, source: VideoSource, limits: Limits, *, threads: int = 1) -> None:
        super().__init__(source, limits, threads=threads)
        self._decode = self._decoder.decode
        self._decoder.decode = self._count  # type: ignore[method-assign]

    def _count(self, packet: Packet) -> list[VideoFrame] | None:
        frames = self._decode(packet)
        self.decoded += len(frames or ())
        return frames

    def _frames(
        self, packets: Iterable[Packet], note_damage: Callable[[], None] = lambda: None
    ) -> Iterator[VideoFrame]:
        self.slow_ways += 1
        return super()._frames(packets, note_damage)


@pytest.mark.parametrize("recipe", FIXED.values(), ids=FIXED.keys())
def test_keyframe_mode_gives_the_last_keyframe_at_or_before_the_time(clip: Clip, recipe: Recipe) -> None:
    numbers = range(FRAMES)
    times = [(number + Fraction(1, 2)) / RATE for number in numbers]

    stills = find_all(clip(recipe), times, is_exact=False)

    assert [number_of(still) for still in stills] == [max(k for k in KEYFRAMES if k <= number) for number in numbers]
    assert {still.rung for still in stills} == {Rung.KEYFRAME}
    assert {round(still.position_seconds * RATE) for still in stills} == set(KEYFRAMES)


@pytest.mark.parametrize("recipe", FIXED.values(), ids=FIXED.keys())
def test_keyframe_mode_past_the_end_gives_the_last_keyframe(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    (still,) = find_all(path, [Fraction(1000)], is_exact=False)

    assert number_of(still) == 48


@pytest.mark.parametrize("recipe", FIXED.values(), ids=FIXED.keys())
def test_many_positions_give_each_keyframe_once(clip: Clip, recipe: Recipe) -> None:
    positions = [Fraction(number) / RATE for number in (0, 10, 30, 40, 50, 59, 5)]

    with open_finder(clip(recipe)) as finder:
        stills = list(finder.keyframes(positions))

    assert [number_of(still) for still in stills] == list(KEYFRAMES)


@pytest.mark.parametrize("recipe", SKIPPABLE.values(), ids=SKIPPABLE.keys())
def test_frames_that_no_other_depends_on_are_not_decoded_on_the_way(clip: Clip, recipe: Recipe) -> None:
    path = clip(replace(recipe, frames=100, gop=200, options={**recipe.options, "sc_threshold": "1000000000"}))

    with open_finder(path, kind=CountingFinder) as finder:
        still = finder.find((97 + Fraction(1, 2)) / RATE)

    assert isinstance(finder, CountingFinder)
    assert number_of(still) == 97
    assert finder.decoded < 60


@pytest.mark.parametrize("recipe", SKIPPABLE.values(), ids=SKIPPABLE.keys())
def test_in_a_sound_stream_the_slow_way_is_never_taken(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    with open_finder(path, kind=CountingFinder) as finder:
        stills = [finder.find((number + Fraction(1, 2)) / RATE) for number in range(FRAMES)]

    assert isinstance(finder, CountingFinder)
    assert [number_of(still) for still in stills] == list(range(FRAMES))
    assert finder.slow_ways == 0


@pytest.mark.parametrize("recipe", [H264, VP8, replace(H264, container="h264")], ids=["mp4", "webm", "h264"])
def test_more_frames_between_keyframes_than_allowed_are_too_large(clip: Clip, recipe: Recipe) -> None:
    path = clip(replace(recipe, gop=1000))

    with open_finder(path, limits=Limits(frames=30)) as finder, pytest.raises(SourceTooLarge, match="30"):
        finder.find(Fraction(50) / RATE)


def test_as_many_frames_as_allowed_are_decoded(clip: Clip) -> None:
    path = clip(replace(H264, gop=1000))

    with open_finder(path, limits=Limits(frames=40)) as finder:
        still = finder.find(Fraction(30) / RATE)

    assert number_of(still) == 30


def test_after_too_much_was_asked_the_finder_still_finds(clip: Clip) -> None:
    path = clip(replace(H264, gop=1000))

    with open_finder(path, limits=Limits(frames=30)) as finder:
        with pytest.raises(SourceTooLarge):
            finder.find(Fraction(50) / RATE)
        stills = [finder.find((number + Fraction(1, 2)) / RATE) for number in range(12)]

    assert [number_of(still) for still in stills] == list(range(12))


def test_progress_grows_from_nothing_to_nearly_all(clip: Clip) -> None:
    told: list[float] = []

    with clip(replace(H264, gop=1000)).open("rb") as file, open_video(file, LIMITS) as source:
        FrameFinder(source, LIMITS, told.append).find(Fraction(59) / RATE)

    assert told == sorted(told)
    assert told[0] < 0.2
    assert 0.8 < told[-1] <= 1
