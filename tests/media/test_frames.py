"""Which frame is shown at a time: for every codec in every container it may come in, at every frame of a clip."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.media.decoding.frames import Rung
from tests.clips import Recipe, read_numbers
from tests.media.conftest import Clip
from tests.media.finding import ROUNDING, find_all, number_of

FRAMES = 60
RATE = Fraction(25)
NTSC = Fraction(30_000, 1001)

H264 = Recipe(codec="libx264", frames=FRAMES, options={"preset": "veryfast"})
HEVC = Recipe(codec="libx265", frames=FRAMES, options={"preset": "ultrafast"})
VP8 = Recipe(codec="libvpx", container="webm", frames=FRAMES, options={"deadline": "realtime", "cpu-used": "8"})
VP9 = replace(VP8, codec="libvpx-vp9")
# Coarser than this, the encoder blurs the numbers away; one thread, because it would start dozens.
AV1 = Recipe(
    codec="libsvtav1", frames=FRAMES, options={"preset": "8", "crf": "20", "svtav1-params": "lp=1:enable-tf=0"}
)
MPEG2 = Recipe(codec="mpeg2video", frames=FRAMES, options={"bf": "2", "qscale": "3"})
MPEG4 = Recipe(codec="mpeg4", frames=FRAMES, options={"bf": "2"})


def x264(params: str, container: str = "mp4") -> Recipe:
    return replace(H264, container=container, options={"x264-params": params})


def x265(params: str, container: str = "mp4") -> Recipe:
    options = {"preset": "ultrafast", "x265-params": f"log-level=none:pools=1:b-adapt=0:{params}"}
    return replace(HEVC, container=container, options=options)


def simple(codec: str, container: str, pix_fmt: str = "yuv420p") -> Recipe:
    return Recipe(codec=codec, container=container, frames=FRAMES, pix_fmt=pix_fmt)


CLIPS = {
    **{f"h264 {name}": replace(H264, container=name) for name in "mp4 mkv ts mov flv avi 3gp nut h264".split()},
    "h264 fragmented mp4": replace(H264, container_options={"movflags": "frag_keyframe+empty_moov"}),
    "h264 asf": replace(H264, container="asf"),
    **{f"hevc {name}": x265("bframes=3", name) for name in "mp4 mkv ts mov hevc".split()},
    "vp8": VP8,
    "vp9": VP9,
    # Frames that are decoded but never shown, several in one packet.
    "vp8 hidden frames": replace(VP8, options={"deadline": "good", "cpu-used": "5", "lag-in-frames": "16"}),
    "vp9 hidden frames": replace(VP9, options={"deadline": "good", "cpu-used": "5", "lag-in-frames": "25"}),
    "vp9 ivf": replace(VP9, container="ivf"),
    **{f"av1 {name}": replace(AV1, container=name) for name in "mp4 webm mkv obu".split()},
    **{f"mpeg2 {name}": replace(MPEG2, container=name) for name in "ts mpg avi mkv mxf mpeg2video".split()},
    "mpeg1 mpg": replace(MPEG2, codec="mpeg1video", container="mpg"),
    **{f"mpeg4 {name}": replace(MPEG4, container=name) for name in "avi mp4 mkv asf m4v".split()},
    "msmpeg4 avi": simple("msmpeg4", "avi"),
    "mjpeg avi": simple("mjpeg", "avi", "yuvj420p"),
    "mjpeg mov": simple("mjpeg", "mov", "yuvj420p"),
    "prores mov": simple("prores_ks", "mov", "yuv422p10le"),
    "wmv2 asf": simple("wmv2", "asf"),
    "flv1 flv": simple("flv", "flv"),
    "ffv1 mkv": simple("ffv1", "mkv"),
    "h264 without b-frames": x264("bframes=0"),
    "h264 pyramid": x264("b-pyramid=normal:bframes=7:b-adapt=0:ref=6"),
    "h264 interlaced": x264("tff=1"),
    "h264 interlaced ts": x264("tff=1", "ts"),
    "mpeg2 interlaced": replace(MPEG2, container="ts", options={**MPEG2.options, "flags": "+ilme+ildct"}),
    **{f"h264 open gop {name}": x264("open-gop=1:bframes=3", name) for name in "mp4 mkv ts avi".split()},
    **{f"hevc open gop {name}": x265("open-gop=1:bframes=4", name) for name in "mp4 mkv ts".split()},
    **{f"h264 intra refresh {name}": x264("intra-refresh=1:keyint=24", name) for name in "mp4 mkv ts".split()},
    "hevc intra refresh": x265("intra-refresh=1:bframes=0", "mkv"),
    "hevc temporal layers": x265("temporal-layers=2:bframes=3"),
}
NTSC_CLIPS = {
    f"{recipe.codec} {name}": replace(recipe, container=name, rate=NTSC)
    for recipe, names in ((H264, "mp4 mkv ts flv avi h264"), (MPEG2, "mpg"), (VP9, "webm"))
    for name in names.split()
}
EVERY_CLIP = pytest.mark.parametrize("recipe", CLIPS.values(), ids=CLIPS.keys())


@EVERY_CLIP
def test_the_encoder_left_every_number_readable(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    numbers = read_numbers(path)

    assert numbers == list(range(FRAMES))


@EVERY_CLIP
def test_every_time_gives_the_last_frame_at_or_before_it(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)
    halves = range(2 * FRAMES)

    stills = find_all(path, [Fraction(half, 2) / RATE for half in halves])

    assert [number_of(still) for still in stills] == [half // 2 for half in halves]
    off = [abs(still.position_seconds - Fraction(half // 2) / RATE) for still, half in zip(stills, halves, strict=True)]
    assert max(off) <= ROUNDING
    assert {still.rung for still in stills} == {Rung.EXACT}


@EVERY_CLIP
def test_times_asked_backwards_give_the_same_frames(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)
    numbers = range(FRAMES - 1, 0, -7)

    stills = find_all(path, [(number + Fraction(1, 2)) / RATE for number in numbers])

    assert [number_of(still) for still in stills] == list(numbers)


@EVERY_CLIP
def test_a_time_past_the_end_gives_the_last_frame(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    (still,) = find_all(path, [Fraction(10_000)])

    assert number_of(still) == FRAMES - 1
    assert abs(still.position_seconds - Fraction(FRAMES - 1) / RATE) <= ROUNDING


@pytest.mark.parametrize("recipe", NTSC_CLIPS.values(), ids=NTSC_CLIPS.keys())
def test_a_rate_that_no_clock_of_a_container_divides_is_followed(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    stills = find_all(path, [(number + Fraction(1, 2)) / NTSC for number in range(FRAMES)])

    assert [number_of(still) for still in stills] == list(range(FRAMES))


@pytest.mark.parametrize("recipe", NTSC_CLIPS.values(), ids=NTSC_CLIPS.keys())
def test_the_position_told_leads_to_the_same_frame_again(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)
    first = find_all(path, [(number + Fraction(1, 2)) / NTSC for number in range(0, FRAMES, 3)])

    second = find_all(path, [still.position_seconds for still in first])

    assert [number_of(still) for still in second] == list(range(0, FRAMES, 3))
