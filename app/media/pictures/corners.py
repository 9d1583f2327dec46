"""Round corners with smooth edges."""

from PIL import Image, ImageDraw

# Drawn this many times as large and scaled down: Pillow's own edges are steps.
_FINER = 4


def rounded_mask(size: tuple[int, int], radius: int, *, opacity: int = 255) -> Image.Image:
    """Return a mask (mode "L") of a rectangle with round corners; a radius of half its side makes a circle.

    `opacity` is what the mask is inside, of 255.
    """
    mask = Image.new("L", size, opacity)
    radius = max(1, min(radius, size[0] // 2, size[1] // 2))
    disc = Image.new("L", (2 * radius * _FINER, 2 * radius * _FINER), 0)
    ImageDraw.Draw(disc).ellipse((0, 0, disc.width - 1, disc.height - 1), fill=opacity)
    disc = disc.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
    far = (size[0] - radius, size[1] - radius)
    for x, from_x in ((0, 0), (far[0], radius)):
        for y, from_y in ((0, 0), (far[1], radius)):
            mask.paste(disc.crop((from_x, from_y, from_x + radius, from_y + radius)), (x, y))
    return mask
