"""Cards: a post as one picture, with who wrote it, what, when, and up to four pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from PIL import Image

from app.media.pictures.colours import Colour
from app.media.pictures.corners import rounded_mask
from app.media.requests.slide import Post, Theme
from app.media.slideshow.shapes import Box, draw_pictures, draw_shadow, draw_surface, grid, soft_ground
from app.media.text.letters import letters_of
from app.media.text.lines import Type
from app.media.text.typesetting import Block, draw_block, set_text

# Opens the picture of this number among the task's files, filling a size exactly.
OpenPicture = Callable[[int, tuple[int, int]], Image.Image]

# Of the shorter side of a slide that is no square.
_MARGIN, _PADDING, _RADIUS, _SHADOW = 0.07, 0.067, 0.036, 0.11
_AVATAR, _NAME, _HANDLE, _GAP = 0.122, 0.042, 0.033, 0.039
_LARGEST_TEXT, _SMALLEST_TEXT = 0.075, 0.029
_LARGEST_BESIDE_PICTURES = 0.056
_LEADING, _TIGHT = 1.42, 1.25
# Text in longer lines is hard to read; of the shorter side.
_WIDEST = 1.42
# Where a slide is this much wider than high, pictures stand beside the text, else below it.
_IS_WIDE = 1.2
_PICTURES_BESIDE, _PICTURES_ALONE, _LEAST_PICTURES_BELOW = 0.5, 0.64, 0.36
_SQUARE = 0.75
_LEAST_TYPE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one theme; `tints` are (ground, letter) of an avatar that is only an initial."""

    ground: tuple[Colour, Colour]
    surface: Colour
    line: Colour
    text: Colour
    quiet: Colour
    accent: Colour
    shadow: int
    tints: tuple[tuple[Colour, Colour], ...]


PALETTES = MappingProxyType(
    {
        Theme.LIGHT: Palette(
            ground=((0xEC, 0xE9, 0xFD), (0xF4, 0xF4, 0xF8)),
            surface=(0xFF, 0xFF, 0xFF),
            line=(0xE7, 0xE7, 0xEC),
            text=(0x1A, 0x1A, 0x20),
            quiet=(0x66, 0x66, 0x72),
            accent=(0x4E, 0x3D, 0xCC),
            shadow=46,
            tints=(
                ((0xE4, 0xE0, 0xFD), (0x4E, 0x3D, 0xCC)),
                ((0xDD, 0xEC, 0xFC), (0x0B, 0x5C, 0xAD)),
                ((0xDC, 0xF1, 0xE6), (0x15, 0x6B, 0x43)),
                ((0xFB, 0xED, 0xCF), (0x83, 0x54, 0x0A)),
                ((0xFD, 0xE4, 0xE2), (0xB3, 0x23, 0x1F)),
            ),
        ),
        Theme.DARK: Palette(
            ground=((0x19, 0x17, 0x2B), (0x0C, 0x0C, 0x0F)),
            surface=(0x1E, 0x1E, 0x24),
            line=(0x30, 0x30, 0x39),
            text=(0xEE, 0xEE, 0xF1),
            quiet=(0x96, 0x96, 0xA3),
            accent=(0xB1, 0xA7, 0xFF),
            shadow=120,
            tints=(
                ((0x33, 0x2E, 0x5E), (0xB1, 0xA7, 0xFF)),
                ((0x17, 0x35, 0x54), (0x7C, 0xBC, 0xF9)),
                ((0x17, 0x3A, 0x2A), (0x6F, 0xD3, 0xA1)),
                ((0x42, 0x33, 0x12), (0xE2, 0xB5, 0x66)),
                ((0x4C, 0x1F, 0x1D), (0xFF, 0x9C, 0x94)),
            ),
        ),
    }
)


class Card:
    """Draws one post on a slide of `size` pixels."""

    def __init__(self, post: Post, *, size: tuple[int, int], theme: Theme, open_picture: OpenPicture) -> None:
        self._post = post
        self._palette = PALETTES[theme]
        self._size = size
        self._open = open_picture
        # A square has as much room across as a wide slide, but less for each line: everything is a little smaller.
        self._unit = min(*size, max(size) * _SQUARE)
        self._image = soft_ground(size, *self._palette.ground)

    def draw(self) -> Image.Image:
        """Return the slide (mode "RGB"). Raises what opening its pictures raises."""
        if not self._post.pictures:
            self._draw_text_card()
        elif self._size[0] >= _IS_WIDE * self._size[1]:
            self._draw_beside()
        else:
            self._draw_stacked()
        return self._image

    def _draw_text_card(self) -> None:
        """Draw a card that is as high as its text."""
        space = self._space
        width = min(space.width, round(_WIDEST * self._unit))
        column = width - 2 * self._of(_PADDING)
        around = 2 * self._of(_PADDING) + self._header_height + self._footer_height
        text = self._fit(self._post.text, width=column, height=space.height - around, largest=_LARGEST_TEXT)
        height = around + (self._of(_GAP) + text.height if text.lines else 0)
        card = space.centered(width, min(height, space.height))
        self._draw_surface(card)
        self._draw_column(card.inside(self._of(_PADDING)), text)

    def _draw_beside(self) -> None:
        """Draw a card over the whole slide, its right part full of pictures."""
        card = self._space
        share = _PICTURES_BESIDE if self._post.text.strip() else _PICTURES_ALONE
        seam = card.left + round(card.width * (1 - share))
        self._draw_surface(card)
        self._draw_pictures(card, (seam, card.top, card.right, card.bottom))
        column = Area(card.left, card.top, seam, card.bottom).inside(self._of(_PADDING))
        self._draw_column(column, self._fit_into(column))

    def _draw_stacked(self) -> None:
        """Draw a card whose lower part is full of pictures."""
        space = self._space
        pictures = round(space.height * _LEAST_PICTURES_BELOW)
        around = 2 * self._of(_PADDING) + self._header_height + self._footer_height
        column_width = space.width - 2 * self._of(_PADDING)
        text = self._fit(
            self._post.text,
            width=column_width,
            height=space.height - pictures - around,
            largest=_LARGEST_BESIDE_PICTURES,
        )
        above = min(around + (self._of(_GAP) + text.height if text.lines else 0), space.height - pictures)
        card = space.centered(space.width, min(space.height, above + max(pictures, space.width * 3 // 4)))
        self._draw_surface(card)
        self._draw_pictures(card, (card.left, card.top + above, card.right, card.bottom))
        self._draw_column(Area(card.left, card.top, card.right, card.top + above).inside(self._of(_PADDING)), text)

    def _draw_surface(self, card: "Area") -> None:
        palette, radius = self._palette, self._of(_RADIUS)
        draw_shadow(self._image, card.box, radius=radius, blur=self._of(_SHADOW), strength=palette.shadow)
        draw_surface(self._image, card.box, radius=radius, colour=palette.surface, line=palette.line)

    def _draw_pictures(self, card: "Area", pane: Box) -> None:
        """Draw the pictures into a part of the card, cut off by its round corners."""
        mask = Image.new("L", self._size, 0)
        mask.paste(rounded_mask((card.width, card.height), self._of(_RADIUS)), card.box[:2])
        cells = grid(pane, len(self._post.pictures), max(2, self._of(0.006)))
        places = self._post.pictures
        draw_pictures(self._image, cells, lambda number, size: self._open(places[number], size), mask)

    def _draw_column(self, column: "Area", text: Block) -> None:
        """Draw who wrote it, the text below, and when at the bottom."""
        self._draw_header(column)
        draw_block(self._image, text, (column.left, column.top + self._header_height + self._of(_GAP)), column.width)
        when = self._line(self._post.time, _HANDLE, self._palette.quiet, column.width)
        if when.lines:
            draw_block(self._image, when, (column.left, column.bottom - when.height), column.width)

    def _draw_header(self, column: "Area") -> None:
        side = self._of(_AVATAR)
        face = self._avatar(side)
        self._image.paste(face, (column.left, column.top), rounded_mask(face.size, side))
        left, width = column.left + side + self._of(0.03), column.width - side - self._of(0.03)
        name = self._line(self._post.author, _NAME, self._palette.text, width, is_bold=True)
        handle = self._line(self._post.handle, _HANDLE, self._palette.quiet, width)
        top = column.top + (side - name.height - handle.height) // 2
        # In a block as wide as its line, so that a name that is read from the right stands by its picture as well.
        draw_block(self._image, name, (left, top), name.width + 2)
        draw_block(self._image, handle, (left, top + name.height), handle.width + 2)

    def _avatar(self, side: int) -> Image.Image:
        """Return the author's picture, or the first letter of the name on a colour that stays with the name."""
        if self._post.avatar is not None:
            return self._open(self._post.avatar, (side, side))
        who = (self._post.author or self._post.handle).lstrip("@ ") or "·"
        tints = self._palette.tints
        ground, colour = tints[sum(map(ord, who)) % len(tints)]
        face = Image.new("RGB", (side, side), ground)
        size = max(_LEAST_TYPE, round(side * 0.46))
        how = Type(size=size, leading=round(size * _TIGHT), colour=colour, is_bold=True)
        initial = next((letter.text.upper() for letter in letters_of(who)), "")
        block = set_text(initial, how, width=side, most_lines=1)
        draw_block(face, block, ((side - block.width) // 2, (side - block.height) // 2), block.width + 2)
        return face

    def _line(self, text: str, share: float, colour: Colour, width: int, *, is_bold: bool = False) -> Block:
        size = max(_LEAST_TYPE, self._of(share))
        how = Type(size=size, leading=round(size * _TIGHT), colour=colour, is_bold=is_bold)
        return set_text(" ".join(text.split()), how, width=width, most_lines=1 if text.strip() else 0)

    def _fit_into(self, column: "Area") -> Block:
        height = column.height - self._header_height - self._footer_height
        return self._fit(self._post.text, width=column.width, height=height, largest=_LARGEST_BESIDE_PICTURES)

    def _fit(self, text: str, *, width: int, height: int, largest: float) -> Block:
        """Set a text in the largest type in which it is whole, or in the smallest with its end left out.

        The gap above it is part of the height.
        """
        room = height - self._of(_GAP)
        low, high = self._of(_SMALLEST_TEXT), self._of(largest)
        low, high = max(_LEAST_TYPE, low), max(_LEAST_TYPE, high)
        best = self._set(text, low, width, room)
        while best.is_whole and low < high:
            middle = (low + high + 1) // 2
            block = self._set(text, middle, width, room)
            if block.is_whole:
                best, low = block, middle
            else:
                high = middle - 1
        return best

    def _set(self, text: str, size: int, width: int, room: int) -> Block:
        leading = round(size * _LEADING)
        how = Type(size=size, leading=leading, colour=self._palette.text, link=self._palette.accent)
        return set_text(text, how, width=width, most_lines=max(0, room // leading) if text.strip() else 0)

    @property
    def _space(self) -> "Area":
        return Area(0, 0, *self._size).inside(self._of(_MARGIN))

    @property
    def _header_height(self) -> int:
        return self._of(_AVATAR)

    @property
    def _footer_height(self) -> int:
        return self._of(_GAP) + round(self._of(_HANDLE) * _TIGHT) if self._post.time.strip() else 0

    def _of(self, share: float) -> int:
        return max(1, round(self._unit * share))


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a slide, in pixels; the right and bottom sides are not included."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def box(self) -> Box:
        return (self.left, self.top, self.right, self.bottom)

    def inside(self, margin: int) -> Self:
        """Return what is left within a margin."""
        return type(self)(self.left + margin, self.top + margin, self.right - margin, self.bottom - margin)

    def centered(self, width: int, height: int) -> Self:
        """Return an area of this size in the middle of this one."""
        left, top = self.left + (self.width - width) // 2, self.top + (self.height - height) // 2
        return type(self)(left, top, left + width, top + height)
