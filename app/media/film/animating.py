"""Write animated GIF and WebP, and check that what was written moves as it should."""

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from app.media.decoding.moving import pulled
from app.media.errors import EncodingFailed
from app.media.pictures.images import BROKEN
from app.media.pictures.webp_stills import with_time

# GIF counts in hundredths of a second, WebP in thousandths.
_GIF_TICKS, _WEBP_TICKS = 100, 1000
# Quality where an eye sees no difference at this size; 4 of 6 is Pillow's own balance of time and bytes.
# Method 4 takes two and a half times as long for a sixteenth less.
_WEBP = {"quality": 75, "method": 2, "minimize_size": False}
# Of so many frames at least one is whole; of the others there is only what changed, laid over what was there.
_FRAMES_FOR_A_WHOLE_ONE = 60
# Points in a pattern that stays where it is: scattered ones would shimmer, and nothing of a frame could be left out.
_DITHER = "dither=bayer:bayer_scale=4:diff_mode=rectangle"


def write_gif(images: Sequence[Image.Image], *, rate: Fraction, loops: int) -> bytes:
    """Return an animated GIF in the 256 colours that suit all its pictures best; `loops` 0 is for ever."""
    frames = [VideoFrame.from_ndarray(np.asarray(image), format="rgb24") for image in images]
    palette = _palette(frames)
    buffer = io.BytesIO()
    # The format counts how often it is repeated: -1 is not at all.
    options = {"loop": str(0 if loops == 0 else loops - 1 or -1)}
    with av.open(buffer, "w", format="gif", options=options) as output:
        stream = output.add_stream("gif", rate=_GIF_TICKS)
        assert isinstance(stream, VideoStream)  # noqa: S101  (a picture codec)
        stream.width, stream.height, stream.pix_fmt = images[0].width, images[0].height, "pal8"
        stream.codec_context.time_base = Fraction(1, _GIF_TICKS)
        times = _ticks(len(frames), rate, _GIF_TICKS)
        for number, frame in enumerate(_painted(frames, palette)):
            frame.pts, frame.time_base = times[number], Fraction(1, _GIF_TICKS)
            for packet in stream.encode(frame):
                packet.duration = times[number + 1] - times[number]
                output.mux(packet)
        output.mux(stream.encode(None))
    return buffer.getvalue()


def write_webp(images: Sequence[Image.Image], *, rate: Fraction, loops: int, is_each_whole: bool = False) -> bytes:
    """Return an animated WebP; `loops` 0 is for ever.

    Where what changes moves over a plain ground, `is_each_whole` keeps it from leaving a trail: the encoder compares
    pictures, not what became of them, so its faults around an edge stay on the ground after the edge has moved on.
    """
    times = _ticks(len(images), rate, _WEBP_TICKS)
    buffer = io.BytesIO()
    first, *others = images
    first.save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=[after - before for before, after in pairwise(times)],
        loop=loops,
        kmax=1 if is_each_whole else _FRAMES_FOR_A_WHOLE_ONE,
        **_WEBP,
    )
    is_transparent = any(image.mode == "RGBA" for image in images)
    return with_time(buffer.getvalue(), first.size, milliseconds=times[-1], loops=loops, is_transparent=is_transparent)


def check_animation(data: bytes, *, size: tuple[int, int], frames: int, duration: Fraction, rate: Fraction) -> None:
    """Open an animation again, decode it all, and hold it against what was promised.

    Raises EncodingFailed. Frames that are alike may have been written as one that lasts longer, but one alone as two.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("GIF", "WEBP")) as image:
            found, lasted = image.size, 0
            count = getattr(image, "n_frames", 1)
            for number in range(count):
                image.seek(number)
                image.load()
                lasted += image.info.get("duration", 0)
    except BROKEN as err:
        raise EncodingFailed("The preview came out damaged: it does not open again.") from err
    if found != size or not 1 <= count <= max(2, frames):
        raise EncodingFailed(f"The preview came out as {count} frames of {found[0]} × {found[1]}.")
    if abs(Fraction(lasted, 1000) - duration) > 1 / rate:
        raise EncodingFailed(f"The preview came out {lasted / 1000:.2f} s long instead of {float(duration):.2f} s.")


def _ticks(count: int, rate: Fraction, ticks: int) -> list[int]:
    """Return when each frame begins, and when the last one ends: rounded each by itself, so that no error adds up."""
    return [round(number * ticks / rate) for number in range(count + 1)]


def _palette(frames: Sequence[VideoFrame]) -> VideoFrame:
    graph = Graph()
    graph.link_nodes(_buffer(graph, frames[0], "in"), graph.add("palettegen"), graph.add("buffersink")).configure()
    for number, frame in enumerate(frames):
        frame.pts = number
        graph.push(frame)
    graph.push(None)
    return graph.vpull()


def _painted(frames: Sequence[VideoFrame], palette: VideoFrame) -> Iterator[VideoFrame]:
    graph = Graph()
    pictures, colours = _buffer(graph, frames[0], "in"), _buffer(graph, palette, "palette")
    painter, sink = graph.add("paletteuse", _DITHER), graph.add("buffersink")
    pictures.link_to(painter, 0, 0)
    colours.link_to(painter, 0, 1)
    painter.link_to(sink)
    graph.configure()
    palette.pts = 0
    colours.push(palette)
    colours.push(None)
    for number, frame in enumerate(frames):
        frame.pts = number
        pictures.push(frame)
        yield from pulled(graph)
    pictures.push(None)
    yield from pulled(graph)


def _buffer(graph: Graph, frame: VideoFrame, name: str) -> FilterContext:
    return graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, name=name, time_base=Fraction(1, 1000)
    )
