"""How a picture is finished, whatever it was taken from: what shows through it, its crop and its bars."""

from dataclasses import dataclass

from PIL import Image

from app.media.pictures.colours import WHITE, Colour, flattened, settled
from app.media.pictures.geometry import Plan, Size

_NOTHING = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What is wanted of a picture beside its size.

    `background` shows where the source is transparent, and is the colour of bars. Without one, transparency is kept
    if `keeps_transparency` says so, and white shows through if not.
    """

    background: Colour | None = None
    may_enlarge: bool = False
    keeps_transparency: bool = False

    def apply(self, image: Image.Image, how: Plan, *, bars: Colour) -> Image.Image:
        """Crop a scaled, upright picture and put it on its canvas; `bars` are what an opaque one usually has.

        The result has the mode "RGBA" where anything in it is transparent, else "RGB".
        """
        image = settled(image)
        if image.mode == "RGB":
            return compose(image, how, self.background or bars)
        if self.keeps_transparency and self.background is None:
            return settled(compose(image, how, _NOTHING))
        shown = self.background or WHITE
        return compose(flattened(image, shown), how, shown)


def compose(image: Image.Image, how: Plan, bars: tuple[int, ...]) -> Image.Image:
    """Crop an already scaled picture, and put it on its canvas where that is larger."""
    if how.crop != (0, 0, image.width, image.height):
        image = image.crop(how.crop)
    if how.canvas == Size(image.width, image.height):
        return image
    canvas = Image.new(image.mode, (how.canvas.width, how.canvas.height), bars)
    canvas.paste(image, ((how.canvas.width - image.width) // 2, (how.canvas.height - image.height) // 2))
    return canvas
