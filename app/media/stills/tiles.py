"""Many small pictures of one video, each for a position, as cheaply as they come."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import BinaryIO

from PIL import Image, ImageOps

from app.media.decoding.frames import Rung
from app.media.decoding.packets import PacketReader
from app.media.decoding.source import open_video
from app.media.decoding.sweep import Shot
from app.media.pictures.images import open_image, render_image
from app.media.requests.base import Accuracy, Box
from app.media.sniff import Kind, Sniffed
from app.media.stills.reading import Reading
from app.media.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A small picture (RGB), the position it was asked for and where its frame stands, in seconds."""

    image: Image.Image = field(repr=False)
    asked_seconds: Fraction
    position_seconds: Fraction
    rung: str


class Place(Enum):
    """Where in each of several equal parts of a video its tile is taken; the value is how far into the part."""

    BEGINNING = Fraction(0)
    MIDDLE = Fraction(1, 2)


def spread(duration: Fraction, count: int, place: Place = Place.BEGINNING) -> list[Fraction]:
    """Return a position in seconds in each of `count` equal parts of a duration."""
    return [duration * (number + place.value) / count for number in range(count)]


def read_tiles(
    workshop: Workshop,
    file: BinaryIO,
    sniffed: Sniffed,
    positions: Sequence[Fraction],
    box: Box,
    accuracy: Accuracy,
) -> list[Tile]:
    """Return one tile for each position, in the order asked; all are of the same size.

    Where a place is damaged its tile shows the nearest frame that decodes. Of a still picture all tiles show that.
    Raises what opening raises, and DamagedSource when not one frame decodes.
    """
    if sniffed.kind is Kind.IMAGE:
        return _tiles_of_image(workshop, file, positions, box)
    with open_video(file, workshop.limits, sniffed=sniffed) as source:
        clock = PacketReader(source)
        times = {clock.ticks(position): position for position in positions}
        shots = Reading(workshop, file, source, box, times).take(accuracy)
        return _of_one_size([_tile(position, shots[clock.ticks(position)]) for position in positions])


def _tile(position: Fraction, shot: Shot) -> Tile:
    return Tile(image=shot.image, asked_seconds=position, position_seconds=shot.position_seconds, rung=shot.rung)


def _of_one_size(tiles: list[Tile]) -> list[Tile]:
    """Bring tiles to the size of the first one: a video may change its size on the way."""
    size = tiles[0].image.size
    return [tile if tile.image.size == size else replace(tile, image=ImageOps.pad(tile.image, size)) for tile in tiles]


def _tiles_of_image(workshop: Workshop, file: BinaryIO, positions: Sequence[Fraction], box: Box) -> list[Tile]:
    image = render_image(open_image(file, workshop.limits), width=box.width, height=box.height, fit=box.fit)
    return [
        Tile(image=image, asked_seconds=position, position_seconds=Fraction(0), rung=Rung.EXACT)
        for position in positions
    ]
