"""Files that are cut off or damaged: what is still there is found, and what was found is called by its name."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import av
import pytest

from app.media.decoding.frames import Rung, Still
from app.media.errors import DamagedSource, MediaError
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import ROUNDING, find_all, index_of, number_of, open_finder
from tests.media.test_frames import AV1, H264, MPEG2, MPEG4, RATE, VP9, simple, x265

FRAMES = 72
FAST_START = {"movflags": "faststart"}
CLIPS = {
    **{name: replace(H264, container=name, frames=FRAMES) for name in "mkv ts flv avi h264".split()},
    "mp4": replace(H264, frames=FRAMES, container_options=FAST_START),
    "hevc": replace(x265("bframes=3", "mkv"), frames=FRAMES),
    "vp9": replace(VP9, frames=FRAMES),
    "av1": replace(AV1, frames=FRAMES, container_options=FAST_START),
    "mpeg2": replace(MPEG2, container="mpg", frames=FRAMES),
    "mpeg4": replace(MPEG4, container="avi", frames=FRAMES),
    "wmv2": replace(simple("wmv2", "asf"), frames=FRAMES),
    "mjpeg": replace(simple("mjpeg", "avi", "yuvj420p"), frames=FRAMES),
    "prores": replace(simple("prores_ks", "mov", "yuv422p10le"), frames=FRAMES, container_options=FAST_START),
}
# In these the decoder says so when a packet is broken, however it is broken: it refuses it, or marks the frame.
TELLING = {
    "h264 mp4": replace(H264, frames=FRAMES, options={"preset": "veryfast", "bf": "0"}),
    "h264 mkv": replace(H264, frames=FRAMES, container="mkv"),
    "mpeg4": replace(MPEG4, frames=FRAMES),
    "mpeg2": replace(MPEG2, container="mkv", frames=FRAMES),
    "mjpeg": replace(simple("mjpeg", "mov", "yuvj420p"), frames=FRAMES),
    "prores": replace(simple("prores_ks", "mov", "yuv422p10le"), frames=FRAMES),
}
# Here its packets do not say when frames are shown; the first one holds what describes the stream.
COUNTED = {"h264 avi": replace(H264, frames=FRAMES, container="avi", options={"preset": "veryfast", "bf": "0"})}
LATER_TELLING = {**TELLING, **COUNTED}
MIDDLES = [(index + Fraction(1, 2)) / RATE for index in range(FRAMES)]
Damage = Callable[[bytes], bytes]


def flip_bits(data: bytes, seed: int, *, first: int = 0) -> bytes:
    """Flip thirty bits somewhere after `first`."""
    dice, damaged = random.Random(seed), bytearray(data)
    for _ in range(30):
        damaged[dice.randrange(first, len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def scribble(data: bytes) -> bytes:
    """Replace the second half of a packet with noise: its head still says what it would have been."""
    half = len(data) // 2
    return data[:half] + random.Random(1).randbytes(len(data) - half)


def fill(data: bytes) -> bytes:
    return b"\xff" * len(data)


def damage_packet(path: Path, target: Path, index: int, damage: Damage) -> Path:
    """Copy a clip with the packet of frame `index` damaged."""
    with av.open(str(path)) as container:
        packets = sorted((packet.pts, bytes(packet)) for packet in container.demux(video=0) if packet.size)
    data = packets[index][1]
    target.write_bytes(path.read_bytes().replace(data, damage(data)))
    return target


def find_each(path: Path) -> list[Still | None]:
    """Find the still of every frame of a clip; None where that raised a MediaError."""
    found: list[Still | None] = []
    with open_finder(path) as finder:
        for at in MIDDLES:
            try:
                found.append(finder.find(at))
            except MediaError:
                found.append(None)
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("recipe", CLIPS.values(), ids=CLIPS.keys())
def test_flipped_bits_raise_nothing_but_media_errors(clip: Clip, tmp_path: Path, recipe: Recipe, seed: int) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(flip_bits(clip(recipe).read_bytes(), seed))

    try:
        stills = find_each(path)
    except MediaError:
        # It is damaged beyond opening, which is an honest answer too.
        stills = []

    assert len(stills) in (0, FRAMES)


@pytest.mark.parametrize("tenths", [3, 6, 9])
@pytest.mark.parametrize("recipe", CLIPS.values(), ids=CLIPS.keys())
def test_a_file_that_was_cut_off_shows_what_is_there(clip: Clip, tmp_path: Path, recipe: Recipe, tenths: int) -> None:
    data = clip(recipe).read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(data[: len(data) * tenths // 10])

    try:
        stills = find_each(path)
    except DamagedSource:
        stills = []

    positions = [still.position_seconds for still in stills if still]
    assert positions == sorted(positions)
    assert all(position <= at for position, at in zip(positions, MIDDLES, strict=False))


@pytest.mark.parametrize(
    "recipe", [CLIPS["mkv"], CLIPS["mp4"], CLIPS["ts"], CLIPS["vp9"]], ids="mkv mp4 ts vp9".split()
)
def test_before_the_cut_every_frame_is_exact(clip: Clip, tmp_path: Path, recipe: Recipe) -> None:
    data = clip(recipe).read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(data[: len(data) * 3 // 4])

    stills = find_all(path, MIDDLES[:40])

    assert [number_of(still) for still in stills] == list(range(40))
    assert {still.rung for still in stills} == {Rung.EXACT}


def test_an_mp4_without_its_index_is_called_damaged(clip: Clip, tmp_path: Path) -> None:
    data = clip(replace(H264, frames=FRAMES)).read_bytes()
    path = tmp_path / "no-index"
    path.write_bytes(data[: data.rindex(b"moov") - 4])

    with pytest.raises(DamagedSource, match="index is missing"), open_finder(path):
        pass


@pytest.mark.parametrize("damage", [scribble, fill])
@pytest.mark.parametrize("recipe", LATER_TELLING.values(), ids=LATER_TELLING.keys())
def test_instead_of_a_damaged_frame_comes_an_earlier_one(
    clip: Clip, tmp_path: Path, recipe: Recipe, damage: Damage
) -> None:
    path = damage_packet(clip(recipe), tmp_path / "damaged", 28, damage)

    (still,) = find_all(path, [MIDDLES[28]])

    assert still.rung is Rung.EARLIER
    assert still.position_seconds < 28 / RATE
    assert number_of(still) == index_of(still, RATE)


@pytest.mark.parametrize("recipe", LATER_TELLING.values(), ids=LATER_TELLING.keys())
def test_after_a_damaged_frame_the_next_keyframe_is_whole_again(clip: Clip, tmp_path: Path, recipe: Recipe) -> None:
    path = damage_packet(clip(recipe), tmp_path / "damaged", 28, scribble)

    stills = find_all(path, MIDDLES[48:])

    assert [number_of(still) for still in stills] == list(range(48, FRAMES))
    assert {still.rung for still in stills} == {Rung.EXACT}


@pytest.mark.parametrize(("name", "damage"), [*product(LATER_TELLING, [scribble, fill]), ("vp9", fill)])
def test_a_picture_that_leans_on_a_damaged_one_is_not_called_exact(
    clip: Clip, tmp_path: Path, name: str, damage: Damage
) -> None:
    # A keyframe: all that follows until the next one is drawn upon it.
    path = damage_packet(clip({**CLIPS, **LATER_TELLING}[name]), tmp_path / "damaged", 24, damage)

    stills = [still for still in find_each(path)[24:48] if still]

    wrong = [still for still in stills if still.rung is Rung.EXACT and number_of(still) != index_of(still, RATE)]
    assert wrong == []


@pytest.mark.parametrize("recipe", TELLING.values(), ids=TELLING.keys())
def test_where_the_first_frames_are_damaged_the_first_whole_one_is_called_so(
    clip: Clip, tmp_path: Path, recipe: Recipe
) -> None:
    path = damage_packet(clip(recipe), tmp_path / "damaged", 0, fill)

    (still,) = find_all(path, [Fraction(0)])

    assert still.position_seconds > ROUNDING
    assert number_of(still) == index_of(still, RATE)
    assert still.rung is Rung.FIRST


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_file_without_one_whole_frame_is_called_damaged(clip: Clip, tmp_path: Path, is_exact: bool) -> None:
    data = clip(replace(H264, frames=FRAMES, container_options=FAST_START)).read_bytes()
    start = data.index(b"mdat") + 4
    path = tmp_path / "noise"
    path.write_bytes(data[:start] + fill(data[start:]))

    with open_finder(path) as finder, pytest.raises(DamagedSource, match="Not one frame"):
        finder.find(Fraction(1), exact=is_exact)


@pytest.mark.parametrize("recipe", CLIPS.values(), ids=CLIPS.keys())
def test_a_hole_in_the_file_never_gives_a_frame_that_comes_later(clip: Clip, tmp_path: Path, recipe: Recipe) -> None:
    data = bytearray(clip(recipe).read_bytes())
    hole = slice(len(data) * 2 // 5, len(data) // 2)
    data[hole] = bytes(hole.stop - hole.start)
    path = tmp_path / "hole"
    path.write_bytes(data)

    stills = find_each(path)

    # Where nothing before the time is whole, the first frame that is comes instead, and is called so.
    found = [(still, at) for still, at in zip(stills, MIDDLES, strict=True) if still and still.rung is not Rung.FIRST]
    assert [at for still, at in found if still.position_seconds > at] == []
