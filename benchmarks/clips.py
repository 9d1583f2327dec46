"""Clips to measure with: real animation, re-encoded at the sizes and in the codecs that people upload. Made once."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

CACHE = Path(__file__).resolve().parent / ".cache"


@dataclass(frozen=True)
class Made:
    """A clip to be made: how large, in which codec, how many seconds."""

    name: str
    codec: str
    width: int
    height: int
    seconds: int
    options: tuple[tuple[str, str], ...] = ()
    rate: int = 25

    @property
    def path(self) -> Path:
        return CACHE / self.name


H264_1080P = Made("h264-1080p.mp4", "libx264", 1920, 1080, 30, (("preset", "veryfast"), ("g", "250")))
H264_4K = Made("h264-4k.mp4", "libx264", 3840, 2160, 10, (("preset", "veryfast"), ("g", "125")))
HEVC_1080P = Made(
    "hevc-1080p.mp4", "libx265", 1920, 1080, 20, (("preset", "ultrafast"), ("x265-params", "log-level=none:keyint=125"))
)
VP9_1080P = Made(
    "vp9-1080p.webm",
    "libvpx-vp9",
    1920,
    1080,
    20,
    (("deadline", "realtime"), ("cpu-used", "7"), ("b", "3M"), ("g", "125")),
)
AV1_720P = Made("av1-720p.mp4", "libsvtav1", 1280, 720, 20, (("preset", "11"), ("g", "125")))
# Of a length that no plain interval is a multiple of: repeated, it shows something else at each.
PIECE_1080P30 = Made("h264-1080p30.mp4", "libx264", 1920, 1080, 29, (("preset", "veryfast"), ("g", "250")), 30)
ALL = (H264_1080P, H264_4K, HEVC_1080P, VP9_1080P, AV1_720P)


def ensure(clip: Made, source: Path) -> Path:
    """Make the clip from a real video unless it is there; return its path."""
    if clip.path.exists():
        return clip.path
    sys.stderr.write(f"Making {clip.name} …\n")
    CACHE.mkdir(exist_ok=True)
    part = clip.path.with_name(f"part-{clip.name}")
    rate = Fraction(clip.rate)
    with av.open(str(part), "w") as output:
        stream = output.add_stream(clip.codec, rate=rate, options=dict(clip.options))
        # Encoders cut frames into slices for their threads otherwise, as hardly any file that people upload is cut.
        stream.codec_context.thread_type = "FRAME"
        stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
        for number, frame in enumerate(_frames(source, int(clip.seconds * rate))):
            scaled = frame.reformat(clip.width, clip.height, "yuv420p")
            scaled.pts, scaled.time_base = number, 1 / rate
            output.mux(stream.encode(scaled))
        output.mux(stream.encode(None))
    part.rename(clip.path)
    return clip.path


def ensure_long(piece: Made, minutes: int, source: Path) -> Path:
    """Repeat a clip until it is so many minutes long, without encoding it again; return the path."""
    path = CACHE / f"{minutes}min-{piece.name}"
    if path.exists():
        return path
    part = path.with_name(f"part-{path.name}")
    with av.open(str(ensure(piece, source))) as read, av.open(str(part), "w") as output:
        stream = read.streams.video[0]
        copy = output.add_stream_from_template(stream)
        packets = [packet for packet in read.demux(stream) if packet.size]
        ticks_long = int(piece.seconds / (stream.time_base or 1))
        for repeat in range(-(-minutes * 60 // piece.seconds)):
            for packet in packets:
                again = av.Packet(bytes(packet))
                again.pts, again.dts = ((time or 0) + repeat * ticks_long for time in (packet.pts, packet.dts))
                again.duration, again.is_keyframe = packet.duration, packet.is_keyframe
                again.time_base, again.stream = packet.time_base, copy
                output.mux(again)
    part.rename(path)
    return path


def _frames(source: Path, count: int) -> Iterator[av.VideoFrame]:
    """Yield `count` frames of a video, again from its start where it is too short."""
    left = count
    while left:
        with av.open(str(source)) as container:
            for frame in container.decode(video=0):
                yield frame
                left -= 1
                if not left:
                    return
