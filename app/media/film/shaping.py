"""Turn decoded frames into upright ones of one size, as encoders of films take them: yuv420p, SDR, square pixels.

One pass of swscale where that is all there is to do; a detour over RGB only for HDR and for what is transparent.
"""

from fractions import Fraction
from itertools import pairwise

import av.error
import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from PIL import Image

from app.media.decoding.moving import pulled
from app.media.errors import DamagedSource
from app.media.pictures.geometry import MAX_SIDE, Orientation, Size
from app.media.pictures.render import frame_orientation, has_alpha, matrix_of, render_frame
from app.media.pictures.tonemap import is_hdr, tone_map
from app.media.requests.base import Fit

_SCALER = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
# Pixels that are tone-mapped at a time: whole frames of floats would take hundreds of megabytes at 4K.
_BAND_PIXELS = 1 << 17
_TURNS = {
    Orientation.MIRRORED: ("hflip",),
    Orientation.ROTATE_180: ("hflip", "vflip"),
    Orientation.FLIPPED: ("vflip",),
    Orientation.TRANSPOSE: ("transpose=cclock_flip",),
    Orientation.ROTATE_90_CW: ("transpose=clock",),
    Orientation.TRANSVERSE: ("transpose=clock_flip",),
    Orientation.ROTATE_90_CCW: ("transpose=cclock",),
}
# Numbers of BT.709 in AVColorPrimaries, AVColorTransferCharacteristic and AVColorSpace; of limited range.
BT709, LIMITED = 1, 1
_BT601 = 5

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
WidePixels = np.ndarray[tuple[int, ...], np.dtype[np.uint16]]


def even_size(shown: Size, *, width: int | None, height: int | None, lines: int | None = None) -> Size:
    """Return the size of a film from a picture of `shown` size: inside the box, never enlarged, both sides even.

    `lines` is the most that the shorter side has.
    """
    scales = [
        Fraction(most, side)
        for most, side in (
            (width, shown.width),
            (height, shown.height),
            (lines, min(shown.width, shown.height)),
            (MAX_SIDE, max(shown.width, shown.height)),
        )
        if most is not None
    ]
    scale = min(Fraction(1), *scales)
    return Size(_even(shown.width, scale, width), _even(shown.height, scale, height))


def widened(size: Size, shown: Size, least_width: int) -> Size:
    """Return the size of a film, or where that is too narrow to play, the `shown` picture's in the width that plays."""
    if size.width >= least_width:
        return size
    height = int(Fraction(shown.height * least_width, shown.width) / 2 + Fraction(1, 2)) * 2
    return Size(least_width, min(MAX_SIDE, max(2, height)))


def _even(side: int, scale: Fraction, asked: int | None) -> int:
    """Return the even number that is nearest to a scaled side, or the one below it where that would be too many."""
    nearest = int(side * scale / 2 + Fraction(1, 2)) * 2
    return max(2, nearest if nearest <= min(side, asked or side) else nearest - 2)


class FrameShaper:
    """Shapes frames of one source, with pixels of the shape `sar`, to `size`; colours come out in BT.709.

    Which way is up is told by the `first` frame. `matrix` is BT.601 for codecs whose decoders know no other.
    """

    def __init__(
        self,
        size: Size,
        first: VideoFrame,
        *,
        sar: Fraction,
        matrix: Colorspace = Colorspace.ITU709,
        threads: int = 1,
    ) -> None:
        self._size = size
        # Once: a frame whose side data was read refers to itself, and is freed only when Python looks for such rings.
        self._orientation = frame_orientation(first)
        self._sar = sar
        self._matrix = matrix
        self._threads = threads
        self._scaler = VideoReformatter()
        self._turner: Graph | None = None
        self._last: tuple[VideoFrame, VideoFrame] | None = None

    def shape(self, frame: VideoFrame) -> VideoFrame:
        """Return the shaped frame. Raises DamagedSource where it makes no picture."""
        if self._last is None or self._last[0] is not frame:
            self._last = frame, self._shaped(frame)
        return self._last[1]

    def _shaped(self, frame: VideoFrame) -> VideoFrame:
        if has_alpha(frame):
            size = self._size
            image = render_frame(frame, sar=self._sar, width=size.width, height=size.height, fit=Fit.STRETCH)
            return from_rgb(np.asarray(image.resize((size.width, size.height))), self._matrix)
        stored = self._size.swapped if self._orientation.swaps_sides else self._size
        if is_hdr(frame):
            pixels = self._scaled(frame, stored, "rgb48le", ColorRange.JPEG).to_ndarray()
            scaled = from_rgb(_tone_mapped(np.asarray(pixels, dtype=np.uint16), frame), self._matrix)
        else:
            scaled = self._scaled(frame, stored, "yuv420p", ColorRange.MPEG)
        return _marked(self._turned(scaled), self._matrix)

    def _scaled(self, frame: VideoFrame, size: Size, pixel_format: str, dst_range: ColorRange) -> VideoFrame:
        try:
            return self._scaler.reformat(
                frame,
                size.width,
                size.height,
                pixel_format,
                src_colorspace=matrix_of(frame),
                dst_colorspace=self._matrix,
                src_color_range=ColorRange.JPEG if frame.format.name.startswith("yuvj") else None,
                dst_color_range=dst_range,
                interpolation=_SCALER,
                threads=self._threads,
            )
        except av.error.MemoryError as err:
            raise MemoryError from err
        except av.error.FFmpegError as err:
            raise DamagedSource("A frame of this video cannot be made into a picture; the file is damaged.") from err

    def _turned(self, frame: VideoFrame) -> VideoFrame:
        if self._orientation is Orientation.UPRIGHT:
            return frame
        self._turner = self._turner or _build_turner(frame, self._orientation)
        self._turner.push(frame)
        (turned,) = pulled(self._turner)
        return turned


def from_rgb(pixels: Pixels, matrix: Colorspace = Colorspace.ITU709) -> VideoFrame:
    """Return a frame for an encoder from RGB pixels (height, width, 3) with even sides."""
    frame = VideoReformatter().reformat(
        VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"),
        format="yuv420p",
        dst_colorspace=matrix,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=_SCALER,
        threads=1,
    )
    return _marked(frame, matrix)


def _marked(frame: VideoFrame, matrix: Colorspace) -> VideoFrame:
    frame.colorspace = BT709 if matrix is Colorspace.ITU709 else _BT601
    frame.color_range, frame.color_primaries, frame.color_trc = LIMITED, BT709, BT709
    return frame


def _build_turner(frame: VideoFrame, orientation: Orientation) -> Graph:
    graph = Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000))
    turns = (graph.add(*turn.split("=")) for turn in _TURNS[orientation])
    graph.link_nodes(source, *turns, graph.add("buffersink")).configure()
    return graph


def _tone_mapped(pixels: WidePixels, frame: VideoFrame) -> Pixels:
    height, width = pixels.shape[:2]
    edges = [*range(0, height, max(1, _BAND_PIXELS // width)), height]
    bands = (pixels[top:bottom] for top, bottom in pairwise(edges))
    return np.concatenate([np.asarray(tone_map(band, frame)) for band in bands])


def even(image: Image.Image) -> Image.Image:
    """Return a picture with even sides: a last row or column too many is left out."""
    width, height = max(2, image.width // 2 * 2), max(2, image.height // 2 * 2)
    if width > image.width or height > image.height:
        return image.resize((width, height))
    return image.crop((0, 0, width, height))
