"""Storyboards: sprites whose every tile is the frame of its cue, and indexes that find it there."""

import io
import json
import re
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from app.media.errors import InvalidOption
from app.media.facts import Made
from app.media.limits import Limits
from app.media.products import MEDIA_TYPES
from app.media.requests.base import Accuracy, ImageFormat
from app.media.requests.storyboard import StoryboardLook, StoryboardRequest, TileIndex
from app.media.stills.storyboard import make_storyboard, storyboard_moments
from app.media.stills.trickplay import read_bif
from app.media.workshop import Workshop
from tests.clips import Recipe, numbered_picture, read_number
from tests.media.conftest import BuildDecoder, Clip
from tests.media.decoding import copied
from tests.media.test_frames import FRAMES, RATE, x264, x265
from tests.media.test_tiles import AV1, COMMON, EVERY_COMMON, MPEG2, VP9

DURATION = Fraction(FRAMES) / RATE
EVERYTHING = tuple(TileIndex)
# Two rows of four and a rest, twelve tiles, each 0.2 seconds.
LOOK = StoryboardLook(columns=4, rows=2, width=96, interval_seconds=0.2, indexes=EVERYTHING)
EXPECTED = [5 * number for number in range(12)]
_CUE = re.compile(r"([0-9:.]+) --> ([0-9:.]+)\n(\S+)#xywh=([0-9]+),([0-9]+),([0-9]+),([0-9]+)\n")


def made(
    path: Path, look: StoryboardLook = LOOK, *, accuracy: Accuracy = Accuracy.EXACT, seconds: float | None = 2.4
) -> tuple[Made, dict[str, bytes]]:
    wanted = StoryboardRequest(look=look, accuracy=accuracy, duration_seconds=seconds)
    with path.open("rb") as file, tempfile.TemporaryFile() as results:
        workshop = Workshop(results, Limits(), threads=2)
        answer = make_storyboard(workshop, file, wanted)
        results.seek(0)
        data = results.read()
    return answer, {
        product.name: data[product.offset_bytes : product.offset_bytes + product.size_bytes]
        for product in answer.products
    }


def seconds_of(timecode: str) -> Fraction:
    hours, minutes, seconds = timecode.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)


def cut(files: dict[str, bytes], name: str, x: int, y: int, width: int, height: int) -> Image.Image:
    with Image.open(io.BytesIO(files[name])) as image:
        return image.convert("RGB").crop((x, y, x + width, y + height))


def cues_of(files: dict[str, bytes]) -> list[tuple[Fraction, Fraction, Image.Image]]:
    """Return the cues of the WebVTT with the pictures that they show."""
    return [
        (seconds_of(start), seconds_of(end), cut(files, name, *map(int, place)))
        for start, end, name, *place in _CUE.findall(files["storyboard.vtt"].decode())
    ]


def numbers_of(files: dict[str, bytes]) -> list[int]:
    return [read_number(np.asarray(image)) for _, _, image in cues_of(files)]


@EVERY_COMMON
def test_every_tile_is_the_frame_at_the_beginning_of_its_cue(clip: Clip, recipe: Recipe) -> None:
    _, files = made(clip(recipe))

    assert numbers_of(files) == EXPECTED


@pytest.mark.parametrize(
    "recipe",
    [
        *(x264("scenecut=0:keyint=10:bframes=3", name) for name in "mp4 mkv ts avi".split()),
        *(x265("keyint=10:min-keyint=10:scenecut=0:open-gop=0", name) for name in "mp4 mkv ts".split()),
        replace(VP9, gop=10),
        *(replace(AV1, container=name, gop=10) for name in "mp4 webm".split()),
        *(replace(MPEG2, container=name, gop=10) for name in "ts avi".split()),
    ],
    ids=lambda recipe: f"{recipe.codec} {recipe.container}",
)
def test_with_keyframes_a_tile_is_the_last_keyframe_before_its_cue(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    _, files = made(path, accuracy=Accuracy.KEYFRAME)

    with av.open(str(path)) as container:
        keyframes = [number for number, frame in enumerate(container.decode(video=0)) if frame.key_frame]
    assert len(keyframes) > 4
    assert numbers_of(files) == [max(each for each in keyframes if each <= number) for number in EXPECTED]


def test_cues_cover_the_video_without_a_gap(clip: Clip) -> None:
    _, files = made(clip(COMMON["h264 mp4"]))

    times = [(start, end) for start, end, _ in cues_of(files)]
    assert times[0][0] == 0
    assert times[-1][1] == DURATION
    assert [end for _, end in times[:-1]] == [start for start, _ in times[1:]]


def test_the_last_sheet_has_only_the_rows_it_needs(clip: Clip) -> None:
    answer, _ = made(clip(COMMON["h264 mp4"]))

    sprites = [(one.name, one.width, one.height) for one in answer.products if one.role == "sprite"]
    assert sprites == [("sprite-001.jpg", 384, 96), ("sprite-002.jpg", 384, 48)]


def test_every_index_finds_the_same_tiles(clip: Clip) -> None:
    answer, files = made(clip(COMMON["h264 mp4"]))

    told = json.loads(files["storyboard.json"])
    by_json = [cut(files, one["sprite"], one["x"], one["y"], one["w"], one["h"]) for one in told["tiles"]]
    by_bif = [Image.open(io.BytesIO(picture)) for _, picture in read_bif(files["storyboard.bif"])]
    assert [read_number(np.asarray(image)) for image in by_json] == EXPECTED
    assert [read_number(np.asarray(image)) for image in by_bif] == EXPECTED
    assert b"LAYOUT=4x1,DURATION=0.2\nsprite-002.jpg" in files["storyboard.m3u8"]
    assert [product.role for product in answer.products] == ["sprite", "sprite", "vtt", "json", "hls", "bif"]


@pytest.mark.parametrize("image_format", ImageFormat)
def test_sprites_come_in_every_format(clip: Clip, image_format: ImageFormat) -> None:
    answer, files = made(clip(COMMON["h264 mp4"]), replace(LOOK, format=image_format))

    assert answer.products[0].media_type == MEDIA_TYPES[image_format]
    assert numbers_of(files) == EXPECTED


def test_only_the_indexes_asked_for_are_made(clip: Clip) -> None:
    answer, _ = made(clip(COMMON["h264 mp4"]), replace(LOOK, indexes=(TileIndex.HLS,)))

    assert [product.role for product in answer.products] == ["sprite", "sprite", "hls"]


def test_sprites_are_baseline_for_set_top_boxes(clip: Clip) -> None:
    _, files = made(clip(COMMON["h264 mp4"]))

    with Image.open(io.BytesIO(read_bif(files["storyboard.bif"])[0][1])) as tile:
        assert not tile.info.get("progressive")


def test_a_still_picture_is_one_tile(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    Image.fromarray(numbered_picture(42)).save(path)

    _, files = made(path, seconds=None)

    assert numbers_of(files)[0] == 42


def test_through_the_jail(clip: Clip, build_decoder: BuildDecoder) -> None:
    decoder = build_decoder()
    decoder.threads = 2

    with clip(COMMON["h264 mp4"]).open("rb") as file:
        answer = decoder.make(file, StoryboardRequest(look=LOOK, duration_seconds=2.4, accuracy=Accuracy.KEYFRAME))
    files = {product.name: copied(decoder, product) for product in answer.products}

    assert numbers_of(files) == [0, 0, 0, 0, 0, 24, 24, 24, 24, 24, 48, 48]


@pytest.mark.parametrize(
    ("seconds", "count", "interval"),
    [(0.5, 1, 0.5), (2.4, 3, 1), (30, 30, 1), (30.04, 30, 1), (600, 60, 10), (7200, 60, 120), (86_400, 96, 900)],
)
def test_without_a_wish_there_are_at_most_a_hundred_tiles(seconds: float, count: int, interval: float) -> None:
    moments = storyboard_moments(Fraction(seconds), StoryboardLook())

    assert len(moments) == count
    assert count == 1 or moments[1] == interval


@pytest.mark.parametrize(
    ("look", "field"),
    [(StoryboardLook(interval_seconds=0.5), "interval_seconds"), (StoryboardLook(count=1000, width=640), "width")],
)
def test_too_much_is_refused_by_name(look: StoryboardLook, field: str) -> None:
    with pytest.raises(InvalidOption) as refused:
        storyboard_moments(Fraction(7200), look)

    assert refused.value.field == field


def test_a_video_too_short_for_the_count_has_fewer_tiles(clip: Clip) -> None:
    answer, _ = made(clip(COMMON["h264 mp4"]), replace(LOOK, interval_seconds=None, count=1000, width=16))

    assert answer.notes == ("The video is too short for 1000 tiles; 24 were made.",)
