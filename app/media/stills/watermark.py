"""A watermark: a picture that is laid on others, in a corner, as large as they are wide."""

from PIL import Image

from app.media.errors import InvalidOption, MediaError
from app.media.pictures.finish import Finish
from app.media.pictures.images import draw_image, open_image
from app.media.requests.base import Box
from app.media.requests.thumbnail import Corner, Watermark
from app.media.sniff import Kind, sniff
from app.media.workshop import Workshop

# As large as a mark is kept: of a larger one no more is seen.
_MAX_MARK_SIDE = 2048


class Mark:
    """An opened mark, laid on pictures as it was asked."""

    def __init__(self, picture: Image.Image, wanted: Watermark) -> None:
        self._picture = picture.convert("RGBA")
        self._wanted = wanted
        self._stamps: dict[tuple[int, int], Image.Image] = {}

    def onto(self, image: Image.Image) -> Image.Image:
        """Lay the mark on a picture of mode "RGB" or "RGBA"; the picture keeps its mode."""
        margin = round(image.width * self._wanted.margin)
        stamp = self._stamp(image.size, margin)
        place = self._place(image.size, stamp.size, margin)
        marked = image.convert("RGBA")
        marked.alpha_composite(stamp, place)
        return marked.convert(image.mode)

    def _stamp(self, size: tuple[int, int], margin: int) -> Image.Image:
        """Return the mark as it is laid on pictures of one size."""
        if size not in self._stamps:
            width, height = self._size_in(size, margin)
            stamp = self._picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
            stamp.putalpha(stamp.getchannel("A").point(lambda value: round(value * self._wanted.opacity)))
            self._stamps[size] = stamp
        return self._stamps[size]

    def _size_in(self, size: tuple[int, int], margin: int) -> tuple[int, int]:
        """Return how large the mark is in a picture: of the width asked, and within the margins."""
        most_width, most_height = max(1, size[0] - 2 * margin), max(1, size[1] - 2 * margin)
        width = min(most_width, max(1, round(size[0] * self._wanted.scale)))
        ratio = self._picture.height / self._picture.width
        if width * ratio > most_height:
            return max(1, round(most_height / ratio)), most_height
        return width, max(1, round(width * ratio))

    def _place(self, size: tuple[int, int], stamp: tuple[int, int], margin: int) -> tuple[int, int]:
        """Return where the mark's top left corner is; in a picture smaller than its margins it is at the edge."""
        right, bottom = size[0] - stamp[0], size[1] - stamp[1]
        left, top = min(margin, right), min(margin, bottom)
        return {
            Corner.TOP_LEFT: (left, top),
            Corner.TOP_RIGHT: (right - left, top),
            Corner.BOTTOM_LEFT: (left, bottom - top),
            Corner.BOTTOM_RIGHT: (right - left, bottom - top),
            Corner.CENTER: (right // 2, bottom // 2),
        }[self._wanted.corner]


def find_mark(workshop: Workshop, wanted: Watermark | None) -> Mark | None:
    """Open the mark that was lent, or return None where none is wanted.

    Raises InvalidOption when it is no picture that opens.
    """
    if wanted is None:
        return None
    if not workshop.lent:
        raise InvalidOption("watermark names a picture that is not there.", field="watermark")
    file = workshop.lent[0]
    try:
        if sniff(file).kind is not Kind.IMAGE:
            raise InvalidOption("watermark must be a picture, not a video.", field="watermark")
        box = Box(width=_MAX_MARK_SIDE, height=_MAX_MARK_SIDE)
        return Mark(draw_image(open_image(file, workshop.limits), box, Finish(keeps_transparency=True)), wanted)
    except InvalidOption:
        raise
    except MediaError as err:
        raise InvalidOption(f"watermark cannot be used: {err.message}", field="watermark") from err
