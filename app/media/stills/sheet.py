"""Contact sheets: a video at a glance, for a person to look at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

from PIL import Image

from app.media.decoding.probe import probe_video
from app.media.errors import NoVideoStream
from app.media.facts import Made, Product
from app.media.pictures.colours import BLACK, WHITE, Colour, parse_colour
from app.media.pictures.corners import rounded_mask
from app.media.pictures.geometry import Size
from app.media.requests.base import ImageFormat
from app.media.requests.contact_sheet import ContactSheetRequest, SheetLook
from app.media.sniff import Kind, Sniffed, sniff
from app.media.stills.sheet_plan import Cell, SheetPlan, plan_sheet
from app.media.stills.tiles import Place, Tile, read_tiles, spread
from app.media.text.captions import Header, write_timecodes
from app.media.text.lettering import Lettering
from app.media.workshop import Label, Workshop, fraction_of

# How much of the plate under a timecode covers the frame, of 255: white on it is legible even over white.
_PLATE_OPACITY = 168
# Smaller letters are dots.
_SMALLEST_TIMECODE = 7
# Shapes that differ by less are the same, but for rounding.
_SAME_SHAPE = 0.03


def make_contact_sheet(workshop: Workshop, file: BinaryIO, wanted: ContactSheetRequest) -> Made:
    """Make one sheet of frames from the middles of as many equal parts of the video.

    Raises what opening and decoding raise, NoVideoStream for a still picture, and InvalidOption where the tiles
    have no room.
    """
    sniffed = sniff(file)
    if sniffed.kind is Kind.IMAGE:
        raise NoVideoStream("This is a still picture. A contact sheet shows the course of a video.")
    sheet, note = _read_sheet(workshop, file, sniffed, wanted)
    return Made(products=(_save(workshop, sheet, note, wanted.format),))


def save_sheet(
    workshop: Workshop, tiles: Sequence[Tile], header: Header, look: SheetLook, image_format: ImageFormat
) -> Product:
    """Draw a sheet and save it as `contact-sheet`. Raises as `draw_sheet` does, and EncodingFailed."""
    return _save(workshop, draw_sheet(tiles, header, look), _note(tiles, header, look), image_format)


def draw_sheet(tiles: Sequence[Tile], header: Header, look: SheetLook) -> Image.Image:
    """Return a sheet (mode "RGB") of the tiles, of whatever size they are, in rows of `look.columns`.

    Raises InvalidOption when the tiles have no room.
    """
    plan = plan_sheet(header, look, len(tiles))
    ground, ink = parse_colour(look.background), parse_colour(look.foreground)
    sheet = Image.new("RGB", (plan.size.width, plan.size.height), ground)
    for line in plan.lines:
        line.lettering.draw(sheet, (line.left, line.top), line.text, _mixed(ink, ground) if line.is_quiet else ink)
    for tile, cell in zip(tiles, plan.cells, strict=True):
        _paste(sheet, tile.image, cell)
    if look.has_timecodes:
        _write_timecodes(sheet, _timecodes(tiles, header), plan)
    return sheet


def _read_sheet(
    workshop: Workshop, file: BinaryIO, sniffed: Sniffed, wanted: ContactSheetRequest
) -> tuple[Image.Image, str | None]:
    # The tiles, as large together as the sheet, are gone when this returns: encoding needs the room.
    header, look = _header(workshop, file, sniffed, wanted), wanted.look
    count = look.columns * look.rows
    positions = spread(_duration(header), count, Place.MIDDLE)
    tiles = read_tiles(workshop, file, sniffed, positions, plan_sheet(header, look, count).box, wanted.accuracy)
    return draw_sheet(tiles, header, look), _note(tiles, header, look)


def _save(workshop: Workshop, sheet: Image.Image, note: str | None, image_format: ImageFormat) -> Product:
    return workshop.save_image("contact-sheet", sheet, image_format, Label(role="sheet", note=note))


def _note(tiles: Sequence[Tile], header: Header, look: SheetLook) -> str | None:
    """Return a sentence for each thing that is otherwise than asked."""
    return " ".join(_notes(tiles, header, look)) or None


def _notes(tiles: Sequence[Tile], header: Header, look: SheetLook) -> Iterator[str]:
    plan = plan_sheet(header, look, len(tiles))
    if plan.size.width < look.width:
        yield f"The sheet is {plan.size.width} pixels wide instead of {look.width}: it would have been too high."
    if look.has_timecodes and _plate_for(_timecodes(tiles, header), plan) is None:
        yield "The tiles are too small for timecodes."


def _header(workshop: Workshop, file: BinaryIO, sniffed: Sniffed, wanted: ContactSheetRequest) -> Header:
    with workshop.opened(file, sniffed) as (source, finder):
        probe = probe_video(source, finder, workshop.limits)
    return Header(filename=wanted.filename, size_bytes=wanted.size_bytes, probe=probe)


def _duration(header: Header) -> Fraction:
    return fraction_of(header.probe.duration_seconds) or Fraction(0)


def _timecodes(tiles: Sequence[Tile], header: Header) -> list[str]:
    return write_timecodes([_time_of(tile) for tile in tiles], _duration(header))


def _time_of(tile: Tile) -> Fraction:
    """Return the time to write on a tile: the one asked for where a player shows this frame then, else the frame's."""
    return tile.asked_seconds if tile.rung == "exact" else max(Fraction(0), tile.position_seconds)


def _paste(sheet: Image.Image, image: Image.Image, cell: Cell) -> None:
    """Put a picture into its cell, as large as it can be there."""
    # Rendered for the widest column, it is a pixel too wide for some others; that pixel is not missed.
    if (image.width - cell.width, image.height) in ((0, cell.height), (1, cell.height)):
        sheet.paste(image.crop((0, 0, cell.width, cell.height)), (cell.left, cell.top))
        return
    size = _size_within(Size(*image.size), cell)
    image = image.resize((size.width, size.height), Image.Resampling.BICUBIC)
    left, top = (cell.width - size.width) // 2, (cell.height - size.height) // 2
    sheet.paste(image, (cell.left + left, cell.top + top))


def _size_within(size: Size, cell: Cell) -> Size:
    by_width, by_height = cell.width / size.width, cell.height / size.height
    if abs(by_width / by_height - 1) < _SAME_SHAPE:
        return Size(cell.width, cell.height)
    scale = min(by_width, by_height)
    return Size(max(1, int(size.width * scale)), max(1, int(size.height * scale)))


def _write_timecodes(sheet: Image.Image, texts: Sequence[str], plan: SheetPlan) -> None:
    """Write each time on a dark plate in its tile's corner; on tiles too small for that, none."""
    plate = _plate_for(texts, plan)
    if plate is None:
        return
    mask = rounded_mask((plate.width, plate.height), plate.height // 4, opacity=_PLATE_OPACITY)
    for text, cell in zip(texts, plan.cells, strict=True):
        left = cell.left + cell.width - plate.inset - plate.width
        top = cell.top + cell.height - plate.inset - plate.height
        sheet.paste(BLACK, (left, top), mask)
        x = left + (plate.width - plate.lettering.width(text)) // 2
        plate.lettering.draw(sheet, (x, top + plate.text_top), text, WHITE)


@dataclass(frozen=True, slots=True)
class _Plate:
    """The dark ground of a timecode, and its distance from the tile's corner."""

    lettering: Lettering
    width: int

    @property
    def height(self) -> int:
        return round(self.lettering.size * 1.6)

    @property
    def inset(self) -> int:
        return max(1, self.lettering.size // 3)

    @property
    def text_top(self) -> int:
        """Return where a line begins whose digits stand in the middle; digits are 0.73 of the size high."""
        return round((self.height + self.lettering.size * 0.73) / 2) - self.lettering.ascent


def _plate_for(texts: Sequence[str], plan: SheetPlan) -> _Plate | None:
    """Return the largest plate that leaves most of the tile to be seen, or None where no letters are small enough."""
    narrowest, height = min(cell.width for cell in plan.cells), plan.cells[0].height
    largest = min(narrowest // 20, height // 6, plan.size.width // 64)
    for size in range(max(_SMALLEST_TIMECODE, largest), _SMALLEST_TIMECODE - 1, -1):
        # Not bold: in small sizes the bold digits come out as if they had serifs.
        lettering = Lettering(size)
        plate = _Plate(lettering, max(lettering.width(text) for text in texts) + size)
        if plate.width + 2 * plate.inset <= narrowest and plate.height + 2 * plate.inset <= height:
            return plate
    return None


def _mixed(ink: Colour, ground: Colour) -> Colour:
    red, green, blue = (round(0.68 * a + 0.32 * b) for a, b in zip(ink, ground, strict=True))
    return red, green, blue
