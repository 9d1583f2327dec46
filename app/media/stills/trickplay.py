"""Indexes of a storyboard as players read them: WebVTT, JSON, an HLS image playlist, Roku's BIF."""

import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any

from app.media.errors import EncodingFailed
from app.media.pictures.geometry import Size
from app.media.timecode import format_timecode, parse_position

_CUE = re.compile(r"([0-9:.]+) --> ([0-9:.]+)\n(\S+)#xywh=([0-9]+),([0-9]+),([0-9]+),([0-9]+)\n")
_BIF_MAGIC = b"\x89BIF\r\n\x1a\n"
_BIF_HEADER, _BIF_ENTRY = struct.Struct("<8s3I44x"), struct.Struct("<2I")
_BIF_END = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Sprite:
    """One sprite sheet: its file name, and how many columns and rows of tiles it has."""

    name: str
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Cue:
    """From when until when (seconds) which tile of which sprite stands for the video; `x` and `y` are pixels."""

    start: Fraction
    end: Fraction
    sprite: Sprite
    x: int
    y: int
    position: Fraction  # where the frame of the tile really stands, in seconds


@dataclass(frozen=True, slots=True)
class Board:
    """All that indexes tell: how large a tile is, how many seconds it stands for, where it is."""

    tile: Size
    interval: Fraction
    sprites: Sequence[Sprite]
    cues: Sequence[Cue]

    def seconds_of(self, sprite: Sprite) -> Fraction:
        """Return how much of the video a sprite stands for."""
        return sum((cue.end - cue.start for cue in self.cues if cue.sprite is sprite), Fraction(0))


# The size that each sprite sheet has in its file, by its name.
Sheets = Mapping[str, Size]


@dataclass(frozen=True, slots=True)
class _Row:
    """What an index tells of one tile, as a player reads it: seconds, and a rectangle of pixels."""

    start: Fraction
    end: Fraction
    sheet: str
    x: int
    y: int
    width: int
    height: int

    def is_within(self, sheets: Sheets) -> bool:
        sheet = sheets.get(self.sheet, Size(0, 0))
        return self.x + self.width <= sheet.width and self.y + self.height <= sheet.height


def write_vtt(board: Board, sheets: Sheets) -> bytes:
    """Return WebVTT whose cues are media fragments of the sprites. Raises EncodingFailed."""
    cues = "".join(
        f"\n{format_timecode(cue.start)} --> {format_timecode(cue.end)}\n"
        f"{cue.sprite.name}#xywh={cue.x},{cue.y},{board.tile.width},{board.tile.height}\n"
        for cue in board.cues
    )
    text = f"WEBVTT\n{cues}"
    rows = [
        _Row(parse_position(start).value, parse_position(end).value, sheet, *map(int, place))
        for start, end, sheet, *place in _CUE.findall(text)
    ]
    _check_rows(rows, board, sheets, "WebVTT")
    return text.encode()


def write_json(board: Board, sheets: Sheets) -> bytes:
    """Return the same for programs: times in seconds, places in pixels. Raises EncodingFailed."""
    first = board.sprites[0]
    data: dict[str, Any] = {
        "version": 1,
        "duration_seconds": _number(board.cues[-1].end),
        "interval_seconds": _number(board.interval),
        "tile_width": board.tile.width,
        "tile_height": board.tile.height,
        "columns": first.columns,
        "rows": first.rows,
        "sprites": [
            {"name": each.name, "width": each.columns * board.tile.width, "height": each.rows * board.tile.height}
            for each in board.sprites
        ],
        "tiles": [
            {
                "t": _number(cue.start),
                "x": cue.x,
                "y": cue.y,
                "w": board.tile.width,
                "h": board.tile.height,
                "sprite": cue.sprite.name,
                "position_seconds": _number(cue.position),
            }
            for cue in board.cues
        ],
    }
    text = json.dumps(data)
    _check_rows(_rows_of_json(json.loads(text)), board, sheets, "JSON")
    return text.encode()


def _rows_of_json(data: Mapping[str, Any]) -> list[_Row]:
    tiles = data["tiles"]
    ends = [*(tile["t"] for tile in tiles[1:]), data["duration_seconds"]]
    return [
        _Row(Fraction(tile["t"]), Fraction(end), tile["sprite"], tile["x"], tile["y"], tile["w"], tile["h"])
        for tile, end in zip(tiles, ends, strict=True)
    ]


def write_hls(board: Board, sheets: Sheets) -> bytes:
    """Return an HLS image media playlist with one sprite as each segment. Raises EncodingFailed."""
    lengths = {each.name: board.seconds_of(each) for each in board.sprites}
    for each in board.sprites:
        laid_out = Size(each.columns * board.tile.width, each.rows * board.tile.height)
        _check(sheets.get(each.name) == laid_out, "HLS playlist")
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{ceil(max(lengths.values()))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-IMAGES-ONLY",
    ]
    for each in board.sprites:
        # Some players take the last length they read for that of a tile: so it is that of the tile.
        lines += [
            f"#EXTINF:{_decimal(lengths[each.name])},",
            f"#EXT-X-TILES:RESOLUTION={board.tile.width}x{board.tile.height},LAYOUT={each.columns}x{each.rows},"
            f"DURATION={_decimal(board.interval)}",
            each.name,
        ]
    lines.append("#EXT-X-ENDLIST")
    told = sum(Fraction(line[8:-1]) for line in lines if line.startswith("#EXTINF:"))
    _check(abs(told - board.cues[-1].end) < Fraction(len(board.sprites), 1000), "HLS playlist")
    return ("\n".join(lines) + "\n").encode()


def write_bif(board: Board, pictures: Sequence[bytes]) -> bytes:
    """Return Roku's archive (version 0) of JPEG pictures, one for each cue. Raises EncodingFailed."""
    milliseconds = board.interval * 1000
    is_whole = milliseconds.denominator == 1
    # Times are multiples of the unit. Where the interval is no whole number of it, each picture has its own time.
    unit = int(milliseconds) if is_whole else 1
    times = [number if is_whole else round(cue.start * 1000) for number, cue in enumerate(board.cues)]
    offset = _BIF_HEADER.size + _BIF_ENTRY.size * (len(pictures) + 1)
    index = bytearray()
    for time, picture in zip(times, pictures, strict=True):
        index += _BIF_ENTRY.pack(time, offset)
        offset += len(picture)
    index += _BIF_ENTRY.pack(_BIF_END, offset)
    data = _BIF_HEADER.pack(_BIF_MAGIC, 0, len(pictures), unit) + index + b"".join(pictures)
    _check([picture for _, picture in read_bif(data)] == list(pictures), "BIF archive")
    return data


def read_bif(data: bytes) -> list[tuple[Fraction, bytes]]:
    """Return the time (seconds) and the bytes of each picture in a BIF archive. Raises EncodingFailed."""
    magic, version, count, unit = _BIF_HEADER.unpack_from(data)
    _check((magic, version) == (_BIF_MAGIC, 0), "BIF archive")
    entries = [_BIF_ENTRY.unpack_from(data, _BIF_HEADER.size + number * _BIF_ENTRY.size) for number in range(count + 1)]
    _check(entries[-1] == (_BIF_END, len(data)), "BIF archive")
    return [(Fraction(time * (unit or 1000), 1000), data[begin:end]) for (time, begin), (_, end) in pairwise(entries)]


def _check_rows(rows: Sequence[_Row], board: Board, sheets: Sheets, what: str) -> None:
    """Hold what was read back against the times of the video and the sheets that there are. Raises EncodingFailed."""
    _check(len(rows) == len(board.cues), what)
    is_whole = _is_near(rows[0].start, board.cues[0].start) and _is_near(rows[-1].end, board.cues[-1].end)
    is_in_turn = all(row.start < row.end for row in rows) and all(
        one.end == other.start for one, other in pairwise(rows)
    )
    is_each_once = len({(row.sheet, row.x, row.y) for row in rows}) == len(rows)
    _check(is_whole and is_in_turn and is_each_once and all(row.is_within(sheets) for row in rows), what)


def _check(is_right: bool, what: str) -> None:
    if not is_right:
        raise EncodingFailed(f"The {what} came out wrong: it does not tell where the tiles are.")


def _is_near(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) < Fraction(1, 1000)


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else round(float(value), 6)


def _decimal(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
