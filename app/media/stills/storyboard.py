"""Storyboards: tiles of equal parts of a video, pasted into sprite sheets and indexed for players."""

import io
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import BinaryIO

from PIL import Image

from app.media.decoding.frames import Rung
from app.media.decoding.source import open_video
from app.media.errors import InvalidOption
from app.media.facts import Made, Product
from app.media.pictures.encode import encode_image, is_blank, verify_image
from app.media.pictures.geometry import MAX_SIDE, Size
from app.media.requests.base import Box, ImageFormat
from app.media.requests.storyboard import MOST_TILES, StoryboardLook, StoryboardRequest, TileIndex
from app.media.sniff import Kind, Sniffed, sniff
from app.media.stills.tiles import Tile, read_tiles
from app.media.stills.trickplay import Board, Cue, Sheets, Sprite, write_bif, write_hls, write_json, write_vtt
from app.media.workshop import Label, Workshop, fraction_of

# Intervals that people find in a list of times without wondering.
_PLAIN_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_PLAIN_TILES = 100
# A part at the end that is shorter than this share of the others belongs to the one before it.
_CRUMB = Fraction(1, 20)
_LEAST_SECONDS = Fraction(1, 10)
# What a picture, or a video that does not tell how long it is, is taken to last.
_STILL_SECONDS = Fraction(1)
# All tiles are held in memory at once, were they square.
MOST_PIXELS = 100_000_000
_JPEG_QUALITY = 85


def make_storyboard(workshop: Workshop, file: BinaryIO, wanted: StoryboardRequest) -> Made:
    """Make sprite sheets of a whole video, and the indexes asked for.

    Raises what opening and decoding raise, and InvalidOption for more tiles than are made.
    """
    sniffed = sniff(file)
    duration = _duration(workshop, file, sniffed, wanted)
    moments = storyboard_moments(duration, wanted.look)
    box = Box(width=wanted.look.width)
    tiles = read_tiles(workshop, file, sniffed, moments, box, wanted.accuracy)
    return Made(
        products=tuple(save_storyboard(workshop, tiles, duration, wanted.look)),
        notes=tuple(_notes(tiles, wanted.look)),
    )


def storyboard_moments(duration: Fraction, look: StoryboardLook) -> list[Fraction]:
    """Return the beginning of each part, in seconds, that a tile stands for.

    Raises InvalidOption for more parts than tiles are made.
    """
    interval, count = _parts(duration, look)
    if count > MOST_TILES:
        least = ceil(duration / MOST_TILES * 10) / 10
        raise InvalidOption(
            f"interval_seconds is {float(interval):g}: that makes {count} tiles of this video, and at most "
            f"{MOST_TILES} are made. Use {least:g} or more.",
            field="interval_seconds",
        )
    if count * look.width**2 > MOST_PIXELS:
        raise InvalidOption(
            f"width is {look.width}: {count} tiles of that width are too much. Ask for narrower or fewer ones.",
            field="width",
        )
    return [number * interval for number in range(count)]


def save_storyboard(
    workshop: Workshop, tiles: Sequence[Tile], duration: Fraction, look: StoryboardLook
) -> list[Product]:
    """Save tiles that stand for a video of this duration, from the beginning of each part on, with their indexes.

    Raises EncodingFailed for what does not come out right.
    """
    board = _plan(tiles, duration, look)
    products = []
    for sprite in board.sprites:
        images = [tile.image for tile, cue in zip(tiles, board.cues, strict=True) if cue.sprite is sprite]
        products.append(_save_sprite(workshop, sprite, images, look.format))
    sheets = {made.name: Size(made.width or 0, made.height or 0) for made in products}
    for index in look.indexes:
        products.append(workshop.save(*_index(index, board, sheets, tiles)))
    return products


def _duration(workshop: Workshop, file: BinaryIO, sniffed: Sniffed, wanted: StoryboardRequest) -> Fraction:
    known = fraction_of(wanted.duration_seconds)
    if sniffed.kind is not Kind.IMAGE and not known:
        with open_video(file, workshop.limits, sniffed=sniffed) as source:
            known = source.duration
    return known or _STILL_SECONDS


def _parts(duration: Fraction, look: StoryboardLook) -> tuple[Fraction, int]:
    """Return how many seconds a part lasts and how many parts there are; the last one may be shorter."""
    if look.count is not None:
        count = max(1, min(look.count, floor(duration / _LEAST_SECONDS)))
        return duration / count, count
    interval = fraction_of(look.interval_seconds)
    if interval is None:
        enough = duration / (_PLAIN_TILES + _CRUMB)
        interval = Fraction(next((each for each in _PLAIN_SECONDS if each >= enough), ceil(enough)))
    return interval, max(1, ceil(duration / interval - _CRUMB))


def _plan(tiles: Sequence[Tile], duration: Fraction, look: StoryboardLook) -> Board:
    """Lay tiles out in rows, as many as fit into a sheet; the last sheet has only the rows it needs."""
    size = Size(*tiles[0].image.size)
    sprites = _sprites(len(tiles), size, look)
    starts = [tile.asked_seconds for tile in tiles]
    ends = [*starts[1:], max(duration, starts[-1] + Fraction(1, 1000))]
    cues = []
    for number, tile in enumerate(tiles):
        sheet, place = divmod(number, sprites[0].columns * sprites[0].rows)
        row, column = divmod(place, sprites[0].columns)
        place_x, place_y = column * size.width, row * size.height
        cues.append(Cue(starts[number], ends[number], sprites[sheet], place_x, place_y, tile.position_seconds))
    return Board(size, ends[0] - starts[0], sprites, cues)


def _sprites(count: int, size: Size, look: StoryboardLook) -> list[Sprite]:
    columns = min(look.columns, count, MAX_SIDE // size.width)
    rows = max(1, min(look.rows, MAX_SIDE // size.height))
    rows_left = range(ceil(count / columns), 0, -rows)
    return [
        Sprite(f"sprite-{number:03}.{look.format}", columns, min(rows, left))
        for number, left in enumerate(rows_left, start=1)
    ]


def _save_sprite(workshop: Workshop, sprite: Sprite, images: Sequence[Image.Image], form: ImageFormat) -> Product:
    width, height = images[0].size
    sheet = Image.new("RGB", (sprite.columns * width, sprite.rows * height))
    for number, image in enumerate(images):
        row, column = divmod(number, sprite.columns)
        sheet.paste(image, (column * width, row * height))
    data = _jpeg(sheet) if form is ImageFormat.JPG else encode_image(sheet, form)
    verify_image(data, form, width=sheet.width, height=sheet.height)
    return workshop.save(sprite.name, data, Label(role="sprite", size=sheet.size, is_blank=is_blank(sheet)))


def _index(index: TileIndex, board: Board, sheets: Sheets, tiles: Sequence[Tile]) -> tuple[str, bytes, Label]:
    label = Label(role=index.value)
    if index is TileIndex.VTT:
        return "storyboard.vtt", write_vtt(board, sheets), label
    if index is TileIndex.JSON:
        return "storyboard.json", write_json(board, sheets), label
    if index is TileIndex.HLS:
        return "storyboard.m3u8", write_hls(board, sheets), label
    pictures = [_jpeg(tile.image) for tile in tiles]
    for picture in pictures:
        verify_image(picture, ImageFormat.JPG, width=board.tile.width, height=board.tile.height)
    return "storyboard.bif", write_bif(board, pictures), label


def _jpeg(image: Image.Image) -> bytes:
    """Encode without passes over the whole picture: set-top boxes show no progressive JPEG, and it takes longer."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return buffer.getvalue()


def _notes(tiles: Sequence[Tile], look: StoryboardLook) -> list[str]:
    notes = []
    near = sum(tile.rung in (Rung.EARLIER, Rung.FIRST) for tile in tiles)
    if near:
        notes.append(f"{near} of {len(tiles)} tiles show a neighbouring moment, because the video is damaged there.")
    if look.count is not None and look.count != len(tiles):
        notes.append(f"The video is too short for {look.count} tiles; {len(tiles)} were made.")
    height = tiles[0].image.height
    if look.rows * height > MAX_SIDE and len(tiles) > look.columns * (MAX_SIDE // height):
        notes.append(f"{look.rows} rows of tiles {height} pixels high do not fit into a sheet; there are more sheets.")
    return notes
