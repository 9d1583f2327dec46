"""Turn a decoded frame into an upright picture of the planned size.

Scaling happens in the frame's own colour space, before anything becomes RGB and before it is turned: that is where
the fewest pixels are touched.
"""

from fractions import Fraction
from typing import Any, cast

import av.error
import numpy as np
from av.filter import Graph
from av.sidedata.sidedata import Type as SideDataKind
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from PIL import Image

from app.media.errors import DamagedSource
from app.media.pictures.colours import BLACK, Colour, settled
from app.media.pictures.finish import Finish
from app.media.pictures.geometry import Orientation, Size, displayed_size, orientation_of, plan
from app.media.pictures.tonemap import is_hdr, tone_map
from app.media.requests.base import Box, Fit

# Plain bicubic costs chroma (27 dB against a reference); with these two flags it is 40 dB for 1 ms more.
_SCALER = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
# Below this height unmarked video is taken for standard definition (BT.601), as browsers and TV sets take it.
_HD_HEIGHT = 720

_TRANSPOSE = {
    Orientation.MIRRORED: Image.Transpose.FLIP_LEFT_RIGHT,
    Orientation.ROTATE_180: Image.Transpose.ROTATE_180,
    Orientation.FLIPPED: Image.Transpose.FLIP_TOP_BOTTOM,
    Orientation.TRANSPOSE: Image.Transpose.TRANSPOSE,
    Orientation.ROTATE_90_CW: Image.Transpose.ROTATE_270,
    Orientation.TRANSVERSE: Image.Transpose.TRANSVERSE,
    Orientation.ROTATE_90_CCW: Image.Transpose.ROTATE_90,
}

_PLAIN = Finish()
# From so many times the wanted size on it is quicker to scale in two steps.
_WORTH = 4
_NOTHING = VideoFrame(0, 0)


def _nameless(number: object) -> SideDataKind:
    """Stand for a kind of side data that PyAV has no name for; EXIF, as cameras write it in Motion JPEG, is one.

    Without it PyAV raises ValueError for such a frame, and nothing of its side data can be read.
    """
    kind = object.__new__(SideDataKind)
    kind._name_, kind._value_ = f"KIND_{number}", cast("Any", number)
    return kind


SideDataKind._missing_ = staticmethod(_nameless)  # type: ignore[method-assign,assignment]


def frame_orientation(frame: VideoFrame) -> Orientation:
    """Read the frame's display matrix; a frame without one is upright."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        release(frame)
        return Orientation.UPRIGHT
    values = memoryview(cast("Any", data)).cast("i")
    return orientation_of(tuple(values)) if len(values) == 9 else Orientation.UPRIGHT


def release(frame: VideoFrame) -> None:
    """Let go of a frame as soon as nobody holds it; its display matrix, if it has one, is forgotten.

    Once its side data was looked at, the two hold each other, and megabytes stay until Python looks for such rings.
    """
    frame.side_data.__init__(_NOTHING)  # type: ignore[misc]


def shown_size(frame: VideoFrame, sar: Fraction) -> Size:
    """Return the size at which a player shows this frame."""
    return displayed_size(Size(frame.width, frame.height), sar, frame_orientation(frame))


def render_frame(
    frame: VideoFrame,
    *,
    sar: Fraction = Fraction(1),
    width: int | None = None,
    height: int | None = None,
    fit: Fit = Fit.FIT,
    background: Colour | None = None,
) -> Image.Image:
    """Return the frame as a player shows it, in sRGB (mode "RGB"), at most `width` × `height` pixels.

    White shows through where the frame is transparent, and bars are black, unless there is a `background`.
    Raises InvalidOption for a size out of bounds.
    """
    box = Box(width=width, height=height, fit=fit)
    return draw_frame(frame, box, Finish(background=background), sar=sar)


def render_small(frame: VideoFrame, box: Box, *, sar: Fraction = Fraction(1)) -> Image.Image:
    """Return what `render_frame` does, for one of many small pictures: in less than half the time, and a little softer.

    Raises InvalidOption for a size out of bounds.
    """
    shown, is_turned = shown_size(frame, sar), frame_orientation(frame).swaps_sides
    size = plan(shown, width=box.width, height=box.height, fit=box.fit).scaled
    small = _halfway(frame, size.swapped if is_turned else size)
    # Pixels keep their shape on the way, but for rounding.
    shape = Fraction(frame.width * small.height, frame.height * small.width)
    return draw_frame(small, box, sar=sar * shape)


def draw_frame(frame: VideoFrame, box: Box, finish: Finish = _PLAIN, *, sar: Fraction = Fraction(1)) -> Image.Image:
    """Return the frame as a player shows it, in sRGB, planned into the box and finished as `finish` says.

    The mode is "RGB", or "RGBA" where transparency is kept. Raises InvalidOption for a size out of bounds.
    """
    orientation = frame_orientation(frame)
    shown = shown_size(frame, sar)
    how = plan(shown, width=box.width, height=box.height, fit=box.fit, may_enlarge=finish.may_enlarge)
    stored = how.scaled.swapped if orientation.swaps_sides else how.scaled
    frame = _deinterlace(frame)
    scaled = _transparent(frame, stored) if has_alpha(frame) else _opaque(frame, stored)
    return finish.apply(upright(scaled, orientation), how, bars=BLACK)


def _halfway(frame: VideoFrame, size: Size) -> VideoFrame:
    """Return a frame that is several times as large as wanted at twice that size, in the cheapest way."""
    if frame.interlaced_frame or frame.width < _WORTH * size.width or frame.height < _WORTH * size.height:
        return frame
    try:
        small = VideoReformatter().reformat(
            frame, 2 * size.width, 2 * size.height, interpolation=Interpolation.AREA, threads=1
        )
    except av.error.MemoryError as err:
        raise MemoryError from err
    except av.error.FFmpegError:
        return frame
    if (matrix := matrix_of(frame)) is not None:
        # At its new size it would be taken for another one.
        small.colorspace = matrix
    return small


def upright(image: Image.Image, orientation: Orientation) -> Image.Image:
    """Turn and mirror a stored picture so that it is seen the right way up."""
    operation = _TRANSPOSE.get(orientation)
    return image if operation is None else image.transpose(operation)


def has_alpha(frame: VideoFrame) -> bool:
    """Tell whether a frame can be transparent."""
    return any(component.is_alpha for component in frame.format.components)


def _opaque(frame: VideoFrame, size: Size) -> Image.Image:
    if is_hdr(frame):
        return tone_map(np.asarray(_scaled(frame, size, "rgb48le").to_ndarray(), dtype=np.uint16), frame)
    return Image.fromarray(_scaled(frame, size, "rgb24").to_ndarray())


def _transparent(frame: VideoFrame, size: Size) -> Image.Image:
    """Scale colours by how much of them is seen: those that nobody sees must not bleed into their neighbours."""
    whole = Size(frame.width, frame.height)
    if is_hdr(frame):
        pixels = np.asarray(_scaled(frame, whole, "rgba64le").to_ndarray(), dtype=np.uint16)
        image = tone_map(pixels[..., :3], frame)
        image.putalpha(Image.fromarray((pixels[..., 3] >> 8).astype(np.uint8)))
    else:
        image = Image.fromarray(_scaled(frame, whole, "rgba").to_ndarray())
    return settled(image).resize((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _scaled(frame: VideoFrame, size: Size, pixel_format: str) -> VideoFrame:
    try:
        return VideoReformatter().reformat(
            frame,
            size.width,
            size.height,
            pixel_format,
            src_colorspace=matrix_of(frame),
            src_color_range=ColorRange.JPEG if frame.format.name.startswith("yuvj") else None,
            dst_color_range=ColorRange.JPEG,
            interpolation=_SCALER,
            threads=1,
        )
    except av.error.MemoryError as err:
        raise MemoryError from err
    except av.error.FFmpegError as err:
        raise DamagedSource("A frame of this video cannot be made into a picture; the file is damaged.") from err


def matrix_of(frame: VideoFrame) -> int | None:
    """Return the matrix of a frame that does not tell its own, or None."""
    if frame.colorspace != _UNSPECIFIED:
        return None
    return Colorspace.ITU709 if max(frame.height, frame.width * 9 // 16) >= _HD_HEIGHT else Colorspace.ITU601


def _deinterlace(frame: VideoFrame) -> VideoFrame:
    """Rebuild the second field of an interlaced frame from the first one's edges; it shows one moment, not two."""
    if not frame.interlaced_frame:
        return frame
    graph = Graph()
    # One frame goes through alone: its time plays no part, but the graph wants a unit of it.
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1)),
        graph.add("estdif", "mode=frame"),
        graph.add("buffersink"),
    ).configure()
    graph.push(frame)
    graph.push(None)
    smooth = graph.vpull()
    smooth.colorspace, smooth.color_range = frame.colorspace, frame.color_range
    return smooth
