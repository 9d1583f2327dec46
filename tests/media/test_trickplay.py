"""Indexes of storyboards, as the players' specifications have them."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from app.media.errors import EncodingFailed
from app.media.pictures.geometry import Size
from app.media.stills.trickplay import Board, Cue, Sprite, read_bif, write_bif, write_hls, write_json, write_vtt

FULL, REST = Sprite("sprite-001.jpg", 2, 1), Sprite("sprite-002.jpg", 2, 1)
SHEETS = {"sprite-001.jpg": Size(320, 90), "sprite-002.jpg": Size(320, 90)}
PICTURES = [b"\xff\xd8one", b"\xff\xd8second", b"\xff\xd8third"]


def board(interval: Fraction = Fraction(10), end: Fraction = Fraction(25)) -> Board:
    starts = [interval * number for number in range(3)]
    places = [(FULL, 0), (FULL, 160), (REST, 0)]
    cues = [
        Cue(start, min(start + interval, end), sprite, x, 0, start)
        for start, (sprite, x) in zip(starts, places, strict=True)
    ]
    return Board(Size(160, 90), interval, [FULL, REST], cues)


def test_vtt_names_a_part_of_a_sprite_for_every_time() -> None:
    assert write_vtt(board(), SHEETS).decode() == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:10.000\nsprite-001.jpg#xywh=0,0,160,90\n\n"
        "00:00:10.000 --> 00:00:20.000\nsprite-001.jpg#xywh=160,0,160,90\n\n"
        "00:00:20.000 --> 00:00:25.000\nsprite-002.jpg#xywh=0,0,160,90\n"
    )


def test_json_tells_the_same() -> None:
    data = json.loads(write_json(board(Fraction(5, 2), Fraction(7)), SHEETS))

    assert {name: value for name, value in data.items() if name not in ("tiles", "sprites")} == {
        **{"version": 1, "duration_seconds": 7, "interval_seconds": 2.5},
        **{"tile_width": 160, "tile_height": 90, "columns": 2, "rows": 1},
    }
    assert data["sprites"][1] == {"name": "sprite-002.jpg", "width": 320, "height": 90}
    assert [(tile["t"], tile["x"], tile["y"], tile["w"], tile["h"], tile["sprite"]) for tile in data["tiles"]] == [
        (0, 0, 0, 160, 90, "sprite-001.jpg"),
        (2.5, 160, 0, 160, 90, "sprite-001.jpg"),
        (5, 0, 0, 160, 90, "sprite-002.jpg"),
    ]


def test_hls_has_a_segment_for_each_sprite() -> None:
    assert write_hls(board(), SHEETS).decode().splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:20",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-IMAGES-ONLY",
        "#EXTINF:20,",
        "#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=2x1,DURATION=10",
        "sprite-001.jpg",
        "#EXTINF:5,",
        "#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=2x1,DURATION=10",
        "sprite-002.jpg",
        "#EXT-X-ENDLIST",
    ]


def test_bif_has_header_index_and_pictures() -> None:
    data = write_bif(board(), PICTURES)

    first = 64 + 8 * 4
    assert data[:20] == b"\x89BIF\r\n\x1a\n" + bytes((0, 0, 0, 0, 3, 0, 0, 0)) + (10_000).to_bytes(4, "little")
    assert data[20:64] == bytes(44)
    assert data[64:72] == (0).to_bytes(4, "little") + first.to_bytes(4, "little")
    assert data[64 + 24 : first] == b"\xff\xff\xff\xff" + len(data).to_bytes(4, "little")
    assert data[first:] == b"".join(PICTURES)


@pytest.mark.parametrize("interval", [Fraction(10), Fraction(1, 2), Fraction(22, 7)])
def test_bif_times_are_the_times_of_the_cues(interval: Fraction) -> None:
    plan = board(interval, interval * 3)

    pairs = read_bif(write_bif(plan, PICTURES))

    assert [abs(time - cue.start) < Fraction(1, 1000) for (time, _), cue in zip(pairs, plan.cues, strict=True)] == [
        True,
        True,
        True,
    ]


WHOLE = board()
FIRST, SECOND, THIRD = WHOLE.cues


@pytest.mark.parametrize("write", [write_vtt, write_json])
@pytest.mark.parametrize(
    "cues",
    [
        [FIRST, replace(SECOND, x=161), THIRD],  # a pixel beyond its sheet
        [FIRST, SECOND, replace(THIRD, y=1)],
        [FIRST, replace(SECOND, x=0), THIRD],  # another's place
        [FIRST, SECOND, replace(THIRD, sprite=Sprite("sprite-003.jpg", 2, 1))],  # no such sheet
        [FIRST, THIRD, SECOND],
        [FIRST, replace(SECOND, start=Fraction(0)), THIRD],
    ],
)
def test_an_index_that_leads_to_a_wrong_place_is_refused(write: Callable[..., bytes], cues: list[Cue]) -> None:
    with pytest.raises(EncodingFailed):
        write(replace(WHOLE, cues=cues), SHEETS)


@pytest.mark.parametrize("write", [write_vtt, write_json, write_hls])
def test_an_index_of_larger_sheets_than_there_are_is_refused(write: Callable[..., bytes]) -> None:
    with pytest.raises(EncodingFailed):
        write(WHOLE, {**SHEETS, "sprite-001.jpg": Size(319, 90)})


def test_cues_with_a_gap_are_not_written() -> None:
    with pytest.raises(EncodingFailed):
        write_vtt(replace(WHOLE, cues=[FIRST, THIRD]), SHEETS)


def test_what_is_no_bif_is_not_read() -> None:
    with pytest.raises(EncodingFailed):
        read_bif(bytes(100))
