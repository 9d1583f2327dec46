"""Videos whose every frame names itself: its number stands in the picture as sixteen light or dark blocks."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

BITS = 16
COLUMNS, ROWS = 8, 2
WIDTH, HEIGHT = 192, 96
# 16.16 fixed point, as display matrices are written.
ONE = 1 << 16
_SOUND_RATE, _SOUND_SAMPLES = 48_000, 1024


def numbered_picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Return an RGB picture (height, width, 3) that says `number`, over a ground that drifts."""
    bits = np.array([(number >> bit) & 1 for bit in range(BITS)], dtype=np.uint8).reshape(ROWS, COLUMNS)
    rows = np.arange(height) * ROWS // height
    columns = np.arange(width) * COLUMNS // width
    light = bits[rows][:, columns].astype(np.int16)
    drift = (np.add.outer(np.arange(height), np.arange(width)) + 3 * number) % 24
    grey = (30 + light * 170 + drift).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to make a clip; the defaults are a short H.264 with B-frames and several keyframes."""

    codec: str = "libx264"
    container: str = "mp4"
    frames: int = 60
    rate: Fraction = Fraction(25)
    gop: int = 24
    pix_fmt: str = "yuv420p"
    width: int = WIDTH
    height: int = HEIGHT
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    # PTS of each frame in units of 1/rate; None: 0, 1, 2, …
    times: Sequence[int] | None = None
    # What frame `number` shows at a width and height, and the pixel format of that array.
    picture: Callable[[int, int, int], NDArray[np.generic]] = numbered_picture
    picture_format: str = "rgb24"
    sar: Fraction | None = None
    # a b c d of the display matrix, each -1, 0 or 1: x' = a·x + c·y, y' = b·x + d·y.
    turn: tuple[int, int, int, int] | None = None
    # Attributes of the encoder: color_range, colorspace, color_trc, color_primaries.
    colour: dict[str, int] = field(default_factory=dict)
    # Codec of a silent sound track beside the picture, from 0 to the end of the last frame.
    sound: str | None = None
    has_cover: bool = False


def make_clip(path: Path, recipe: Recipe = Recipe()) -> Path:
    """Write a clip to `path` and return it."""
    times = recipe.times or range(recipe.frames)
    with av.open(str(path), "w", format=_muxer(recipe.container), options=recipe.container_options) as output:
        stream = _add_picture(output, recipe)
        sound = _add_sound(output, recipe.sound) if recipe.sound else None
        if recipe.has_cover:
            _add_cover(output)
        for number, time in enumerate(times):
            picture = recipe.picture(number, recipe.width, recipe.height)
            frame = av.VideoFrame.from_ndarray(picture, format=recipe.picture_format)
            frame.pts, frame.time_base = time, 1 / recipe.rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if sound:
            _write_silence(output, sound, (times[-1] + 1) / recipe.rate)
    return path


def make_sound(path: Path, *, container: str, codec: str = "aac", has_cover: bool = False) -> Path:
    """Write a second of silence to `path`, with a cover picture beside it where asked, and return it."""
    with av.open(str(path), "w", format=_muxer(container)) as output:
        sound = _add_sound(output, codec)
        if has_cover:
            _add_cover(output)
        _write_silence(output, sound, Fraction(1))
    return path


def make_bomb(path: Path, *, container: str, side: int) -> Path:
    """Write a video of about a megabyte whose one frame is a square of `side` black pixels, and return it."""
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(side + 1)) for _ in range(side)) + packer.flush()
    header = struct.pack("!IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = (_png_chunk(b"IHDR", header), _png_chunk(b"IDAT", rows), _png_chunk(b"IEND", b""))
    with av.open(str(path), "w", format=_muxer(container)) as output:
        stream = output.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = side, side, "gray"
        packet = av.Packet(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
        packet.stream, packet.pts, packet.dts, packet.time_base = stream, 0, 0, Fraction(1, 25)
        packet.is_keyframe = True
        output.mux(packet)
    return path


def read_number(picture: NDArray[np.uint8]) -> int:
    """Return the number that a picture (height, width, 3 or height, width) says, at any size."""
    grey = picture.mean(axis=2) if picture.ndim == 3 else picture
    height, width = grey.shape
    number = 0
    for bit in range(BITS):
        row, column = divmod(bit, COLUMNS)
        top, left = height * row / ROWS, width * column / COLUMNS
        y0, y1 = int(top + height / ROWS * 0.3), int(top + height / ROWS * 0.7) + 1
        x0, x1 = int(left + width / COLUMNS * 0.3), int(left + width / COLUMNS * 0.7) + 1
        number |= int(grey[y0:y1, x0:x1].mean() > 125) << bit
    return number


def read_numbers(path: Path) -> list[int]:
    """Decode a whole clip from its start, and return what its frames say in the order they are shown."""
    with av.open(str(path)) as container:
        return [read_number(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]


def _add_picture(output: OutputContainer, recipe: Recipe) -> VideoStream:
    stream = output.add_stream(recipe.codec, rate=recipe.rate, options=recipe.options)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, recipe.pix_fmt
    stream.codec_context.gop_size = recipe.gop
    stream.codec_context.time_base = 1 / recipe.rate
    for name, value in recipe.colour.items():
        setattr(stream.codec_context, name, value)
    if recipe.sar:
        stream.codec_context.sample_aspect_ratio = recipe.sar
    if recipe.turn:
        a, b, c, d = (ONE * value for value in recipe.turn)
        stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
    return stream


def _add_sound(output: OutputContainer, codec: str) -> AudioStream:
    stream = output.add_stream(codec, rate=_SOUND_RATE, layout="stereo")
    assert isinstance(stream, AudioStream)
    return stream


def _add_cover(output: OutputContainer) -> None:
    """Add a cover picture: larger than any clip, so that only its mark keeps it from being chosen."""
    buffer = io.BytesIO()
    Image.new("RGB", (640, 640), (200, 30, 30)).save(buffer, "JPEG", subsampling=0)
    if output.format.name == "matroska":
        output.add_attachment("cover.jpg", "image/jpeg", buffer.getvalue())
        return
    stream = output.add_stream("mjpeg", rate=1)
    stream.width, stream.height, stream.pix_fmt = 640, 640, "yuvj444p"
    stream.disposition = Disposition.attached_pic
    packet = av.Packet(buffer.getvalue())
    packet.stream, packet.pts, packet.dts, packet.time_base = stream, 0, 0, Fraction(1)
    output.mux(packet)


def _write_silence(output: OutputContainer, stream: AudioStream, seconds: Fraction) -> None:
    sample_format = stream.codec_context.format.name
    for start in range(0, int(seconds * _SOUND_RATE), _SOUND_SAMPLES):
        frame = av.AudioFrame(format=sample_format, layout="stereo", samples=_SOUND_SAMPLES)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.pts, frame.sample_rate, frame.time_base = start, _SOUND_RATE, Fraction(1, _SOUND_RATE)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))


def _muxer(container: str) -> str:
    return {"mkv": "matroska", "ts": "mpegts", "mpg": "mpeg", "ogv": "ogg"}.get(container, container)
