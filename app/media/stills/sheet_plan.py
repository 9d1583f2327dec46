"""Where everything stands on a contact sheet, in whole pixels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from app.media.errors import InvalidOption
from app.media.pictures.geometry import MAX_SIDE, Size
from app.media.requests.base import Box
from app.media.requests.contact_sheet import MIN_TILE_WIDTH, SheetLook
from app.media.text.captions import Header
from app.media.text.lettering import Lettering, printable

# Height to width of a tile, least and most: a video of one row of pixels gets bars instead of a sheet of lines.
_FLATTEST, _TALLEST = 1 / 10, 3.0
_SEPARATOR = "  ·  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the header, and where its top left corner is."""

    text: str
    lettering: Lettering
    left: int
    top: int
    is_quiet: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a tile stands. Columns share the width to the pixel, so some are one pixel wider than others."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlan:
    """A planned sheet; `box` is what its tiles are rendered into."""

    size: Size
    lines: tuple[Line, ...]
    cells: tuple[Cell, ...]
    box: Box


def plan_sheet(header: Header, look: SheetLook, count: int) -> SheetPlan:
    """Plan a sheet of `count` tiles, as wide as asked, or as wide as it can be without being too high.

    Raises InvalidOption when the tiles have no room.
    """
    plan = _plan(header, look, count)
    if plan.size.height <= MAX_SIDE:
        return plan
    narrowest = 2 * look.margin + (look.columns - 1) * look.gap + look.columns * MIN_TILE_WIDTH
    fits, too_wide = narrowest, look.width
    while too_wide - fits > 1:
        width = (fits + too_wide) // 2
        if _plan(header, replace(look, width=width), count).size.height <= MAX_SIDE:
            fits = width
        else:
            too_wide = width
    plan = _plan(header, replace(look, width=fits), count)
    if plan.size.height > MAX_SIDE:
        raise InvalidOption(
            f"rows is {look.rows}: with these gaps the sheet would be more than {MAX_SIDE} pixels high.", field="rows"
        )
    return plan


def _plan(header: Header, look: SheetLook, count: int) -> SheetPlan:
    inner = look.width - 2 * look.margin
    room = inner - (look.columns - 1) * look.gap
    if room < look.columns * MIN_TILE_WIDTH:
        raise InvalidOption(
            f"columns is {look.columns}: {look.width} pixels are too narrow for so many with these margins and gaps.",
            field="columns",
        )
    shown = Size(header.probe.width, header.probe.height)
    lines = tuple(_lines(header, look, inner)) if look.has_header else ()
    top = lines[-1].top + lines[-1].lettering.height + _below_header(look) if lines else look.margin
    width = ceil(room / look.columns)
    exact = width * shown.height / shown.width
    height = max(1, int(min(max(exact, width * _FLATTEST), width * _TALLEST) + 0.5))
    rows = ceil(count / look.columns)
    return SheetPlan(
        size=Size(look.width, top + rows * height + (rows - 1) * look.gap + look.margin),
        lines=lines,
        cells=tuple(_cells(look, top, height, count)),
        # Without a height the tile gets exactly the one planned; only where it has bars the height decides.
        box=Box(width=width, height=height if exact > width * _TALLEST else None),
    )


def _cells(look: SheetLook, top: int, height: int, count: int) -> Iterator[Cell]:
    room = look.width - 2 * look.margin - (look.columns - 1) * look.gap
    edges = [room * column // look.columns for column in range(look.columns + 1)]
    for number in range(count):
        row, column = divmod(number, look.columns)
        yield Cell(
            look.margin + edges[column] + column * look.gap,
            top + row * (height + look.gap),
            edges[column + 1] - edges[column],
            height,
        )


def _lines(header: Header, look: SheetLook, width: int) -> Iterator[Line]:
    """Yield a title (or the name), the name where there is a title, and the facts, one under another."""
    large = Lettering(max(look.width // 50, 8 + look.width // 100), is_bold=True)
    small = Lettering(max(look.width // 80, 7 + look.width // 180))
    texts = [printable(text) for text in (look.title, header.filename)]
    named = [text for text in texts if text]
    wanted = [(large, named[0], False)] if named else []
    wanted += [(small, text, False) for text in named[1:]]
    wanted += [(small, text, True) for text in small.wrap(header.facts, _SEPARATOR, width)]
    # Type has some air above its capitals already; without it the header would seem to hang lower than the margin.
    top = look.margin - large.ascent // 4
    for lettering, text, is_quiet in wanted:
        yield Line(
            text=lettering.elide(text, width), lettering=lettering, left=look.margin, top=max(0, top), is_quiet=is_quiet
        )
        top = max(0, top) + lettering.height


def _below_header(look: SheetLook) -> int:
    return max(look.margin * 3 // 4, look.width // 80)
