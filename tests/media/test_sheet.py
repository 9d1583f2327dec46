"""Contact sheets: each tile shows the frame of its time, and the sheet is what was asked."""

import io
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.media.errors import NoVideoStream
from app.media.facts import Product
from app.media.limits import Limits
from app.media.products import MEDIA_TYPES
from app.media.requests.base import Accuracy, ImageFormat
from app.media.requests.contact_sheet import ContactSheetRequest, SheetLook
from app.media.stills.sheet import draw_sheet, make_contact_sheet
from app.media.workshop import Workshop
from tests.clips import Recipe, read_number
from tests.media.conftest import BuildDecoder, Clip
from tests.media.sheets import LONG, cells_of, cut, header_of, tiles_of

PLAIN = SheetLook(columns=3, rows=2, width=640, has_timecodes=False)
COLOURS = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0), (0, 200, 200), (200, 0, 200)]


def make(path: Path, look: SheetLook = PLAIN, **wanted: object) -> tuple[Product, Image.Image]:
    results = io.BytesIO()
    request = ContactSheetRequest(
        **{"filename": path.name, "size_bytes": path.stat().st_size, "accuracy": Accuracy.EXACT, **wanted},  # type: ignore[arg-type]
        look=look,
    )
    with path.open("rb") as file:
        (product,) = make_contact_sheet(Workshop(results, Limits()), file, request).products
    return product, Image.open(io.BytesIO(results.getvalue()))


def test_each_tile_shows_the_frame_in_the_middle_of_its_part(clip: Clip) -> None:
    path = clip(Recipe(frames=60))

    _, sheet = make(path, format=ImageFormat.PNG)

    cells = cells_of(header_of(192, 96, filename=path.name, duration_seconds=2.4), PLAIN)
    assert [read_number(cut(sheet, cell)) for cell in cells] == [5, 15, 25, 35, 45, 55]


@pytest.mark.parametrize("image_format", [ImageFormat.JPG, ImageFormat.PNG, ImageFormat.WEBP])
def test_the_sheet_is_of_the_width_and_format_asked(clip: Clip, image_format: ImageFormat) -> None:
    product, sheet = make(clip(Recipe(frames=60)), format=image_format)

    assert (product.name, product.role) == (f"contact-sheet.{image_format}", "sheet")
    assert (product.media_type, product.note) == (MEDIA_TYPES[image_format], None)
    assert sheet.size == (product.width, product.height)
    assert sheet.width == 640


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_video_of_hardly_any_frames_gives_a_whole_sheet(clip: Clip, frames: int) -> None:
    path = clip(Recipe(frames=frames))

    _, sheet = make(path, format=ImageFormat.PNG)

    cells = cells_of(header_of(192, 96, filename=path.name, duration_seconds=frames / 25), PLAIN)
    assert {read_number(cut(sheet, cell)) for cell in cells} == set(range(frames))


def test_a_damaged_video_gives_a_whole_sheet(clip: Clip, tmp_path: Path) -> None:
    data = bytearray(clip(Recipe(frames=100, container="mkv")).read_bytes())
    data[len(data) // 3 : len(data) // 3 + 900] = bytes(900)
    damaged = tmp_path / "damaged.mkv"
    damaged.write_bytes(data)

    product, _ = make(damaged)

    assert product.width == 640


def test_a_turned_video_gives_upright_tiles(clip: Clip) -> None:
    _, sheet = make(clip(Recipe(turn=(0, 1, -1, 0))), SheetLook(columns=2, rows=1, width=640, has_header=False))

    assert sheet.height > 600


def test_a_still_picture_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.new("RGB", (64, 64)).save(path)

    with pytest.raises(NoVideoStream, match="A contact sheet shows the course of a video"):
        make(path)


def test_a_header_changes_only_what_is_above_the_tiles() -> None:
    tiles, header = tiles_of(COLOURS), header_of()

    with_header = draw_sheet(tiles, header, PLAIN)
    without = draw_sheet(tiles, header, SheetLook(columns=3, rows=2, width=640, has_timecodes=False, has_header=False))

    top = with_header.height - without.height
    below = with_header.crop((0, top + PLAIN.margin, 640, with_header.height))
    assert top > 30
    assert below.tobytes() == without.crop((0, PLAIN.margin, 640, without.height)).tobytes()


@pytest.mark.parametrize("size", [(192, 108), (1920, 1080), (64, 36)])
def test_tiles_of_any_size_fill_their_places(size: tuple[int, int]) -> None:
    sheet = draw_sheet(tiles_of(COLOURS, size), header_of(), PLAIN)

    shown = [cut(sheet, cell) for cell in cells_of(header_of(), PLAIN)]
    assert [tuple(np.unique(picture.reshape(-1, 3), axis=0).tolist()[0]) for picture in shown] == COLOURS
    assert all(len(np.unique(picture.reshape(-1, 3), axis=0)) == 1 for picture in shown)


def test_a_tile_of_another_shape_gets_bars() -> None:
    look = SheetLook(columns=3, rows=2, width=640, has_timecodes=False, background="#102030")

    sheet = draw_sheet(tiles_of(COLOURS, (100, 200)), header_of(), look)

    picture = cut(sheet, cells_of(header_of(), look)[0])
    assert picture[50, 0].tolist() == [0x10, 0x20, 0x30]
    assert picture[50, picture.shape[1] // 2].tolist() == list(COLOURS[0])


def test_the_colours_are_those_asked() -> None:
    look = SheetLook(columns=3, rows=2, width=640, background="#fff8f0", foreground="#102030")

    sheet = draw_sheet(tiles_of(COLOURS), header_of(), look)

    colours = {colour for _, colour in sheet.crop((0, 0, 640, 50)).getcolors(10_000)}
    assert sheet.getpixel((0, 0)) == sheet.getpixel((639, sheet.height - 1)) == (0xFF, 0xF8, 0xF0)
    assert (0x10, 0x20, 0x30) in colours


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0)])
def test_timecodes_are_legible_on_light_and_on_dark_frames(colour: tuple[int, int, int]) -> None:
    look = SheetLook(columns=3, rows=2)

    sheet = draw_sheet(tiles_of([colour] * 6), header_of(), look)

    cell = cells_of(header_of(), look)[0]
    corner = cut(sheet, cell).mean(axis=2)
    assert corner[-22, -12] < 100
    assert corner[-32:-10, -60:-16].max() > 240


@pytest.mark.parametrize("width", [160, 320, 1280, 8000])
def test_words_leave_the_margins_and_the_tiles_alone(width: int) -> None:
    margin = max(4, width // 53)
    look = SheetLook(columns=2, rows=1, width=width, margin=margin, title=LONG[:200], has_timecodes=False)
    header = header_of(filename=LONG)

    sheet = draw_sheet(tiles_of(COLOURS[:2]), header, look)

    is_ground = (np.asarray(sheet) == np.array(sheet.getpixel((0, 0)))).all(axis=2)
    cell, *_ = cells_of(header, look)
    half = margin // 2
    assert is_ground[:, :half].all() and is_ground[:, -half:].all()
    assert is_ground[cell.top - half : cell.top].all() and is_ground[:half].all()


def test_a_sheet_that_came_out_otherwise_says_so(clip: Clip) -> None:
    path = clip(Recipe(frames=60))

    narrow, _ = make(path, SheetLook(columns=1, rows=50, width=1280))
    tiny, _ = make(path, SheetLook(columns=8, rows=1, width=160, margin=2, gap=1))

    assert narrow.width is not None and narrow.width < 1280
    assert narrow.note == f"The sheet is {narrow.width} pixels wide instead of 1280: it would have been too high."
    assert tiny.note == "The tiles are too small for timecodes."


def test_a_tile_tells_the_time_that_it_shows() -> None:
    exact, near = tiles_of(COLOURS[:2])
    late = type(near)(image=near.image, asked_seconds=Fraction(50), position_seconds=Fraction(1), rung="keyframe")
    look = SheetLook(columns=1, rows=1, width=320)

    shown, same = (draw_sheet([tile], header_of(), look).tobytes() for tile in (late, near))

    assert shown == same
    assert draw_sheet([exact], header_of(), look).tobytes() != same


def test_the_jail_has_the_letters_at_hand(clip: Clip, build_decoder: BuildDecoder) -> None:
    path = clip(Recipe(frames=60))
    wanted = ContactSheetRequest(filename="会議 فيلم 😀 film.mp4", size_bytes=1, look=SheetLook(columns=2, rows=2))

    with path.open("rb") as file:
        (product,) = build_decoder().make(file, wanted).products

    assert (product.name, product.width) == ("contact-sheet.jpg", 1280)
