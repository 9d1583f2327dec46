"""Made-up tiles and headers for contact sheets, and what a made one shows."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.media.requests.contact_sheet import SheetLook
from app.media.stills.sheet_plan import Cell, plan_sheet
from app.media.stills.tiles import Tile
from app.media.text.captions import Header
from tests.media.probes import probe_of

LONG = "A name of a film that goes on and on until nobody can remember how it began " * 3 + ".mp4"


def header_of(
    width: int = 1920, height: int = 1080, *, filename: str = "film.mp4", duration_seconds: float | None = 4000.0
) -> Header:
    probe = probe_of(width, height, duration_seconds=duration_seconds)
    return Header(filename=filename, size_bytes=123_456_789, probe=probe)


def tiles_of(colours: list[tuple[int, int, int]], size: tuple[int, int] = (192, 108)) -> list[Tile]:
    return [
        Tile(
            image=Image.new("RGB", size, colour),
            asked_seconds=Fraction(number),
            position_seconds=Fraction(number),
            rung="exact",
        )
        for number, colour in enumerate(colours)
    ]


def cells_of(header: Header, look: SheetLook) -> tuple[Cell, ...]:
    return plan_sheet(header, look, look.columns * look.rows).cells


def cut(sheet: Image.Image, cell: Cell) -> NDArray[np.uint8]:
    """Return what a sheet shows in a cell."""
    box = (cell.left, cell.top, cell.left + cell.width, cell.top + cell.height)
    return np.asarray(sheet.convert("RGB").crop(box))
