"""Tiles for many positions at once: each shows the frame of its own position, in every codec and container."""

import gc
import io
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from PIL import Image

from app.media.decoding.frames import Rung
from app.media.errors import DamagedSource
from app.media.limits import Limits
from app.media.requests.base import Accuracy, Box
from app.media.sniff import sniff
from app.media.stills.tiles import Place, Tile, read_tiles, spread
from app.media.workshop import Workshop
from tests.clips import Recipe, make_clip, numbered_picture, read_number
from tests.media.conftest import Clip
from tests.media.finding import find_all, number_of
from tests.media.test_frames import AV1, CLIPS, FRAMES, H264, MPEG2, MPEG4, RATE, VP9, x264, x265

BOX = Box(width=192)
# What people upload, and what may hold it.
COMMON = {
    **{f"h264 {name}": x264("scenecut=0:keyint=24", name) for name in "mp4 mkv ts avi flv h264".split()},
    **{f"hevc {name}": x265("bframes=3:keyint=24", name) for name in "mp4 mkv ts".split()},
    **{f"vp9 {name}": replace(VP9, container=name) for name in "webm mkv mp4".split()},
    **{f"av1 {name}": replace(AV1, container=name) for name in "mp4 mkv webm".split()},
    **{f"mpeg2 {name}": replace(MPEG2, container=name) for name in "ts mkv avi mpg".split()},
    "mpeg4 avi": replace(MPEG4, container="avi"),
}
EVERY_COMMON = pytest.mark.parametrize("recipe", COMMON.values(), ids=COMMON.keys())
# Between frames, so that rounding of times decides nothing; not in order, and one of them twice.
MOMENTS = [(Fraction(number) + Fraction(1, 2)) / RATE for number in (7, 0, 3, 11, 23, 24, 30, 31, 47, 48, 59, 52, 30)]


def tiles_of(
    path: Path, positions: list[Fraction], accuracy: Accuracy, *, box: Box = BOX, threads: int = 2
) -> list[Tile]:
    with path.open("rb") as file, tempfile.TemporaryFile() as results:
        return read_tiles(Workshop(results, Limits(), threads=threads), file, sniff(file), positions, box, accuracy)


def number_on(tile: Tile) -> int:
    return read_number(np.asarray(tile.image))


@pytest.mark.parametrize("recipe", CLIPS.values(), ids=CLIPS.keys())
def test_an_exact_tile_shows_the_frame_of_its_position(clip: Clip, recipe: Recipe) -> None:
    tiles = tiles_of(clip(recipe), MOMENTS, Accuracy.EXACT)

    assert [number_on(tile) for tile in tiles] == [int(position * RATE) for position in MOMENTS]
    assert [tile.asked_seconds for tile in tiles] == MOMENTS
    assert {tile.rung for tile in tiles} == {Rung.EXACT}


@EVERY_COMMON
@pytest.mark.parametrize("threads", [1, 2])
def test_a_keyframe_tile_shows_what_the_finder_finds(clip: Clip, recipe: Recipe, threads: int) -> None:
    path = clip(recipe)
    expected = find_all(path, MOMENTS, is_exact=False)

    tiles = tiles_of(path, MOMENTS, Accuracy.KEYFRAME, threads=threads)

    assert [number_on(tile) for tile in tiles] == [number_of(still) for still in expected]
    assert [tile.position_seconds for tile in tiles] == [still.position_seconds for still in expected]
    assert {tile.rung for tile in tiles} == {Rung.KEYFRAME}


@EVERY_COMMON
def test_tiles_stand_where_they_say(clip: Clip, recipe: Recipe) -> None:
    tiles = tiles_of(clip(recipe), MOMENTS, Accuracy.EXACT)

    assert [int((tile.position_seconds + Fraction(1, 1000)) * RATE) for tile in tiles] == [
        number_on(tile) for tile in tiles
    ]


def test_exact_tiles_of_every_frame_come_from_one_pass(clip: Clip) -> None:
    every = [(number + Fraction(1, 2)) / RATE for number in range(FRAMES)]

    tiles = tiles_of(clip(x264("scenecut=0:keyint=24:bframes=3")), every, Accuracy.EXACT)

    assert [number_on(tile) for tile in tiles] == list(range(FRAMES))


def test_positions_past_the_end_give_the_last_frame(clip: Clip) -> None:
    tiles = tiles_of(clip(H264), [Fraction(1), Fraction(100), Fraction(5000)], Accuracy.EXACT)

    assert [number_on(tile) for tile in tiles] == [25, FRAMES - 1, FRAMES - 1]


def test_where_keyframes_tell_tiles_apart_auto_takes_them(clip: Clip) -> None:
    tiles = tiles_of(clip(x264("scenecut=0:keyint=12")), spread(Fraction(FRAMES) / RATE, 5), Accuracy.AUTO)

    assert [number_on(tile) for tile in tiles] == [0, 12, 24, 36, 48]
    assert {tile.rung for tile in tiles} == {Rung.KEYFRAME}


def test_where_keyframes_are_too_far_apart_auto_is_exact(clip: Clip) -> None:
    tiles = tiles_of(clip(x264("scenecut=0:keyint=60")), spread(Fraction(FRAMES) / RATE, 5), Accuracy.AUTO)

    assert [number_on(tile) for tile in tiles] == [0, 12, 24, 36, 48]
    assert {tile.rung for tile in tiles} == {Rung.EXACT}


def _spoilt(clip: Clip, tmp_path: Path, keyframes: tuple[int, ...]) -> Path:
    """Return a copy of a clip whose keyframes of these numbers are noise."""
    source = clip(x264("scenecut=0:keyint=12:bframes=0"))
    data = bytearray(source.read_bytes())
    with av.open(str(source)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.is_keyframe and packet.size]
    for number in keyframes:
        place = data.find(bytes(packets[number]))
        data[place : place + packets[number].size] = b"\xff" * packets[number].size
    spoilt = tmp_path / "spoilt.mp4"
    spoilt.write_bytes(data)
    return spoilt


@pytest.mark.parametrize(
    ("accuracy", "instead", "rung"), [(Accuracy.KEYFRAME, 12, Rung.KEYFRAME), (Accuracy.EXACT, 23, Rung.EARLIER)]
)
def test_where_a_keyframe_is_damaged_the_nearest_before_it_stands_in(
    clip: Clip, tmp_path: Path, accuracy: Accuracy, instead: int, rung: Rung
) -> None:
    path = _spoilt(clip, tmp_path, (2,))

    tiles = tiles_of(path, spread(Fraction(FRAMES) / RATE, 5), accuracy)

    assert [number_on(tile) for tile in tiles] == [0, 12, instead, 36, 48]
    assert tiles[2].rung == rung


def test_where_nothing_before_decodes_a_later_frame_stands_in(clip: Clip, tmp_path: Path) -> None:
    path = _spoilt(clip, tmp_path, (0,))

    tiles = tiles_of(path, spread(Fraction(FRAMES) / RATE, 5), Accuracy.KEYFRAME)

    assert [number_on(tile) for tile in tiles] == [12, 12, 24, 36, 48]
    assert tiles[0].rung == Rung.FIRST


def test_where_nothing_decodes_that_is_said(clip: Clip, tmp_path: Path) -> None:
    path = _spoilt(clip, tmp_path, (0, 1, 2, 3, 4))

    with pytest.raises(DamagedSource):
        tiles_of(path, spread(Fraction(FRAMES) / RATE, 5), Accuracy.KEYFRAME)


def test_a_stream_that_refreshes_gradually_gives_whole_frames_for_keyframes(clip: Clip) -> None:
    tiles = tiles_of(clip(CLIPS["h264 intra refresh mp4"]), MOMENTS, Accuracy.KEYFRAME)

    assert all(number_on(tile) in (0, int(position * RATE)) for tile, position in zip(tiles, MOMENTS, strict=True))


@pytest.mark.parametrize("accuracy", [Accuracy.KEYFRAME, Accuracy.EXACT])
def test_frames_go_as_soon_as_their_tile_is_drawn(clip: Clip, accuracy: Accuracy) -> None:
    path = clip(x264("scenecut=0:keyint=4"))
    gc.collect()
    gc.disable()
    try:
        tiles_of(path, spread(Fraction(FRAMES) / RATE, 15), accuracy)

        assert sum(isinstance(each, VideoFrame) for each in gc.get_objects()) < 5
    finally:
        gc.enable()


def test_a_still_picture_is_every_tile(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    Image.fromarray(numbered_picture(42)).save(path)

    tiles = tiles_of(path, [Fraction(0), Fraction(5)], Accuracy.AUTO, box=Box(width=96))

    assert [(number_on(tile), tile.image.size) for tile in tiles] == [(42, (96, 48))] * 2


def test_tiles_are_of_one_size_where_the_video_changes_its_own(tmp_path: Path) -> None:
    paths = [
        make_clip(tmp_path / f"{height}.h264", replace(H264, container="h264", height=height)) for height in (96, 144)
    ]
    both = tmp_path / "both.h264"
    both.write_bytes(b"".join(path.read_bytes() for path in paths))

    tiles = tiles_of(both, [Fraction(0), Fraction(4)], Accuracy.KEYFRAME, box=Box(width=96))

    assert [tile.image.size for tile in tiles] == [(96, 48)] * 2


def test_progress_grows_to_the_end(clip: Clip) -> None:
    told: list[float] = []

    with clip(H264).open("rb") as file:
        workshop = Workshop(io.BytesIO(), Limits(), told.append, threads=2)  # type: ignore[arg-type]
        read_tiles(workshop, file, sniff(file), spread(Fraction(2), 20), BOX, Accuracy.EXACT)

    assert told == sorted(told)
    assert told[-1] == 1


@pytest.mark.parametrize(("place", "first"), [(Place.BEGINNING, 0), (Place.MIDDLE, 1)])
def test_positions_are_spread_evenly(place: Place, first: int) -> None:
    assert spread(Fraction(10), 5, place) == [first + 2 * number for number in range(5)]
