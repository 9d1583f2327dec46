"""Animated pictures: every frame of a GIF, WebP, APNG or AVIF made anew, with its time."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from PIL import Image, ImageChops, ImageStat

from app.media.errors import DamagedSource, EncodingFailed, SourceTooLarge
from app.media.limits import Limits
from app.media.pictures.colours import flattened
from app.media.pictures.images import BROKEN, load
from app.media.pictures.webp_stills import with_time

_MAX_FRAMES = 1000
# Pixels of all frames together, in pictures of the largest size that is decoded: read one after another, and held
# all at once before they are written.
_MAX_PICTURES_READ = 10
_MAX_PICTURES_HELD = Fraction(1, 2)
# Browsers take a shorter time than 11 ms for a mistake and show such a frame for 100 ms.
_LEAST_MILLISECONDS, _USUAL_MILLISECONDS = 11, 100
_MAX_MILLISECONDS = 60_000
_MAX_LOOPS = 65_535
_OPTIONS = {"quality": 80, "method": 3, "minimize_size": False}
# Of the WebP container (RFC 9649, section 2.7.1).
_FLAGS_AT, _HAS_ALPHA = 20, 0x10
# Pictures look alike where they differ by less than this (of 255) on average: the smallest lose most of their colour.
_ALIKE = 32.0


@dataclass(frozen=True, slots=True)
class Animation:
    """Frames of one size and mode, how long each is shown, and how often all are shown (0: for ever)."""

    frames: tuple[Image.Image, ...]
    milliseconds: tuple[int, ...]
    loops: int

    @property
    def seconds(self) -> Fraction:
        return Fraction(sum(self.milliseconds), 1000)


def is_animated(image: Image.Image) -> bool:
    """Tell whether an opened picture has more than one frame that follow each other in time; leaves it at its second.

    Raises DamagedSource.
    """
    # A TIFF's, an MPO's and a HEIC's pictures are pages or views, not moments.
    return image.format in ("GIF", "WEBP", "PNG", "AVIF") and _can_seek(image, 1)


def read_animation(
    image: Image.Image, limits: Limits, draw: Callable[[Image.Image], Image.Image], report: Callable[[float], None]
) -> Animation:
    """Draw every frame of an opened picture by `draw`; a frame that is drawn like the one before prolongs that one.

    Raises SourceTooLarge for one that is too long, DamagedSource when a frame does not decode.
    """
    frames: list[Image.Image] = []
    milliseconds: list[int] = []
    for frame in _frames(image, limits):
        drawn = draw(frame)
        if frames and _is_same(drawn, frames[-1]):
            milliseconds[-1] += _milliseconds(frame)
            continue
        frames.append(drawn)
        milliseconds.append(_milliseconds(frame))
        if len(frames) * drawn.width * drawn.height > limits.pixels * _MAX_PICTURES_HELD:
            raise SourceTooLarge(
                "The animation is too long for its size; ask for a smaller one, or for its first frame."
            )
        report(len(frames) / _MAX_FRAMES)
    if not frames:
        raise DamagedSource("This animation is damaged: it has no frames.")
    return Animation(_of_one_mode(frames), tuple(milliseconds), _loops(image))


def encode_animation(animation: Animation) -> bytes:
    """Return an animation as WebP, without any metadata of the source."""
    first, *others = animation.frames
    buffer = io.BytesIO()
    first.save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=list(animation.milliseconds),
        loop=animation.loops,
        **_OPTIONS,
    )
    data = bytearray(buffer.getvalue())
    if first.mode == "RGBA" and data[12:16] == b"VP8X":
        # The encoder cuts frames down to what changes. Where only opaque parts are left it calls the whole opaque,
        # and what no frame covers would be black.
        data[_FLAGS_AT] |= _HAS_ALPHA
    return with_time(
        bytes(data),
        first.size,
        milliseconds=sum(animation.milliseconds),
        loops=animation.loops,
        is_transparent=first.mode == "RGBA",
    )


def verify_animation(data: bytes, animation: Animation) -> None:
    """Open the written animation again and hold size, time, first and last frame against what was promised.

    The encoder may have made one of two frames between which nothing is seen to happen, and two of one alone, so
    frames are not counted one by one. Raises EncodingFailed.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as written:
            shown = [_shown(written, number) for number in range(getattr(written, "n_frames", 1))]
    except BROKEN as err:
        raise EncodingFailed("The animation came out damaged: it does not open again.") from err
    first, last = shown[0][0], shown[-1][0]
    if first.size != animation.frames[0].size:
        raise EncodingFailed(f"The animation came out as {first.width} × {first.height}.")
    told = sum(milliseconds for _, milliseconds in shown)
    if len(shown) > max(2, len(animation.frames)) or told != sum(animation.milliseconds):
        raise EncodingFailed("The animation came out longer or shorter than it is.")
    if not _is_like(first, animation.frames[0]) or not _is_like(last, animation.frames[-1]):
        raise EncodingFailed("The animation does not begin or end as it should.")
    is_still = all(_is_like(first, picture) for picture, _ in shown)
    if is_still and not all(_is_like(first, frame) for frame in animation.frames):
        raise EncodingFailed("The animation came out without its motion.")


def _frames(image: Image.Image, limits: Limits) -> Iterator[Image.Image]:
    """Go to one frame after another. Nothing that the header says of how many there are is believed."""
    # An APNG may begin with a picture for those who cannot show animations.
    number = 1 if image.info.get("default_image") else 0
    read_pixels = 0
    for count in range(_MAX_FRAMES + 1):
        if not _can_seek(image, number + count):
            return
        read_pixels += image.width * image.height
        if count == _MAX_FRAMES or read_pixels > _MAX_PICTURES_READ * limits.pixels:
            raise SourceTooLarge(
                f"An animation may have at most {_MAX_FRAMES} frames, and fewer when they are large; "
                "ask for its first frame."
            )
        load(image)
        yield image


def _can_seek(image: Image.Image, number: int) -> bool:
    """Go to a frame; False where there is none. Raises DamagedSource."""
    try:
        image.seek(number)
    except EOFError:
        return False
    except BROKEN as err:
        raise DamagedSource("This animation is damaged: it breaks off or contradicts itself.") from err
    return True


def _milliseconds(frame: Image.Image) -> int:
    told: Any = frame.info.get("duration", 0)
    if not isinstance(told, int | float) or not _LEAST_MILLISECONDS <= told < float("inf"):
        return _USUAL_MILLISECONDS
    return min(round(told), _MAX_MILLISECONDS)


def _loops(image: Image.Image) -> int:
    """Return how often the animation is shown. A GIF tells how often it is repeated, and nothing where it is not."""
    told: Any = image.info.get("loop")
    if image.format == "GIF":
        told = 1 if told is None else told and told + 1
    return min(told, _MAX_LOOPS) if isinstance(told, int) and told > 0 else 0


def _is_same(image: Image.Image, other: Image.Image) -> bool:
    if image.mode != other.mode:
        return False
    return ImageChops.difference(image, other).getbbox(alpha_only=False) is None


def _of_one_mode(frames: list[Image.Image]) -> tuple[Image.Image, ...]:
    """Return the frames in one mode: some of them may be transparent, others not."""
    mode = "RGBA" if any(frame.mode == "RGBA" for frame in frames) else "RGB"
    return tuple(frame.convert(mode) for frame in frames)


def _shown(image: Image.Image, number: int) -> tuple[Image.Image, int]:
    """Return one frame as it is seen on white, and for how many milliseconds."""
    image.seek(number)
    image.load()
    return flattened(image), int(image.info.get("duration", 0))


def _is_like(image: Image.Image, other: Image.Image) -> bool:
    return max(ImageStat.Stat(ImageChops.difference(image, flattened(other))).mean) < _ALIKE
