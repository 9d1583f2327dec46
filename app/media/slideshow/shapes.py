"""What cards are made of: surfaces, shadows, soft grounds, pictures side by side."""

from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from app.media.pictures.colours import Colour
from app.media.pictures.corners import rounded_mask

# (left, top, right, bottom) in pixels, the last two not included.
Box = tuple[int, int, int, int]
# A shadow has no detail, and costs a sixteenth at a quarter of its size.
_SHADOW_SCALE = 4


def draw_surface(image: Image.Image, box: Box, *, radius: int, colour: Colour, line: Colour) -> None:
    """Draw a card's surface with a hairline around it."""
    size = (box[2] - box[0], box[3] - box[1])
    hairline = max(1, radius // 24)
    image.paste(line, box[:2], rounded_mask(size, radius))
    inside = (size[0] - 2 * hairline, size[1] - 2 * hairline)
    if min(inside) > 0:
        image.paste(colour, (box[0] + hairline, box[1] + hairline), rounded_mask(inside, radius - hairline))


def draw_shadow(image: Image.Image, box: Box, *, radius: int, blur: int, strength: int) -> None:
    """Darken what lies around a box, a little below it more than above; `strength` is of 255."""
    small = (max(1, image.width // _SHADOW_SCALE), max(1, image.height // _SHADOW_SCALE))
    left, top, right, bottom = (side // _SHADOW_SCALE for side in box)
    drop = blur // (3 * _SHADOW_SCALE)
    shade = Image.new("L", small, 0)
    ImageDraw.Draw(shade).rounded_rectangle(
        (left, top + drop, max(left, right), max(top + drop, bottom + drop)), radius / _SHADOW_SCALE, fill=strength
    )
    shade = shade.filter(ImageFilter.GaussianBlur(blur / (2 * _SHADOW_SCALE)))
    image.paste((0, 0, 0), (0, 0), shade.resize(image.size, Image.Resampling.BICUBIC))


def soft_ground(size: tuple[int, int], first: Colour, last: Colour) -> Image.Image:
    """Return a ground that goes from one colour in the top left corner to another in the bottom right one."""
    down = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    across = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(size, Image.Resampling.BICUBIC)
    mask = ImageChops.add(down, across, scale=2)
    return Image.composite(Image.new("RGB", size, last), Image.new("RGB", size, first), mask)


def grid(box: Box, count: int, gap: int) -> list[Box]:
    """Return the cells of one to four pictures in a box: side by side where it is wide, stacked where it is tall."""
    left, top, right, bottom = box
    x, y = (left + right) // 2, (top + bottom) // 2
    low, high = gap // 2, gap - gap // 2
    west, east = (left, top, x - low, bottom), (x + high, top, right, bottom)
    north, south = (left, top, right, y - low), (left, y + high, right, bottom)
    is_tall = bottom - top > right - left
    if count == 1:
        return [box]
    if count == 2:
        return [north, south] if is_tall else [west, east]
    if count == 3:
        whole, halved = (north, south) if is_tall else (west, east)
        cut = _beside if is_tall else _below
        return [whole, *cut(halved, low, high)]
    return [*_beside(north, low, high), *_beside(south, low, high)]


def draw_pictures(
    image: Image.Image, boxes: list[Box], pictures: Callable[[int, tuple[int, int]], Image.Image], mask: Image.Image
) -> None:
    """Draw pictures into their cells, seen through a mask of the image's size."""
    for number, cell in enumerate(boxes):
        if cell[2] > cell[0] and cell[3] > cell[1]:
            picture = pictures(number, (cell[2] - cell[0], cell[3] - cell[1]))
            image.paste(picture, cell[:2], mask.crop(cell))


def _beside(box: Box, low: int, high: int) -> list[Box]:
    left, top, right, bottom = box
    x = (left + right) // 2
    return [(left, top, x - low, bottom), (x + high, top, right, bottom)]


def _below(box: Box, low: int, high: int) -> list[Box]:
    left, top, right, bottom = box
    y = (top + bottom) // 2
    return [(left, top, right, y - low), (left, y + high, right, bottom)]
