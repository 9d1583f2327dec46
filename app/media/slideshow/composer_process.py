"""The inside of a composer process: one video from slides, with moviepy, and progress on the way."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from moviepy import VideoClip, concatenate_videoclips  # type: ignore[import-untyped]
from moviepy.video.io.ffmpeg_writer import FFMPEG_VideoWriter  # type: ignore[import-untyped]
from PIL import Image
from proglog import ProgressBarLogger  # type: ignore[import-untyped]

from app.media.bounds import Bounds, end_with
from app.media.errors import EncodingFailed
from app.media.pictures.plain_png import Pixels, read_plain_png
from app.media.slideshow.composer import Composition, Container, Transition

_REPORT_STEP = 0.01
# Without it a video of ten minutes has two keyframes, and finding a moment in it decodes half of them.
_SECONDS_BETWEEN_KEYFRAMES = 2
# Where a player is told nothing of the colours, it takes those of HD from this height on.
_HD_HEIGHT = 720

# More would take memory and gain nothing: the frames come from one process, one after another.
_MOST_THREADS = 4

# Quality at which an eye sees no difference on slides; the speeds are what keeps a minute of video under a minute.
_ENCODERS: Mapping[Container, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        Container.MP4: ("libx264", "veryfast", ("-f", "mp4", "-crf", "20", "-movflags", "+faststart")),
        Container.WEBM: (
            "libvpx-vp9",
            "",
            (
                *("-f", "webm", "-crf", "32", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "7"),
                *("-row-mt", "1", "-tile-columns", "2"),
            ),
        ),
        Container.OGV: ("libtheora", "", ("-f", "ogg", "-q:v", "8")),
    }
)


class Slides:
    """Frames of a slideshow: at most two slides are in memory, however many there are."""

    def __init__(self, paths: Sequence[Path], how: Composition) -> None:
        self._how = how
        self._paths = paths
        self._read = lru_cache(maxsize=2)(self._read_slide)

    def clips(self) -> Iterator[VideoClip]:
        """Yield clips that follow each other: what stands still, and what fades between."""
        count, fade = len(self._paths), self._fade_frames
        for number in range(count):
            before = fade // 2 if number else 0
            after = fade - fade // 2 if number < count - 1 else 0
            still = self._start_of(number + 1) - self._start_of(number) - before - after
            if still > 0:
                yield self._clip(partial(self._still, number), still)
            if after:
                yield self._clip(partial(self._faded, number), fade)

    @property
    def frames(self) -> int:
        return self._start_of(len(self._paths))

    @property
    def _fade_frames(self) -> int:
        if self._how.transition is Transition.NONE:
            return 0
        # A slide that is seen for a moment only still stands still for half of it.
        return int(min(self._how.transition_seconds, self._how.seconds_each / 2) * self._how.fps)

    def _start_of(self, number: int) -> int:
        """Return the frame at which a slide's time begins; rounded from the start, so that nothing adds up."""
        return round(number * self._how.seconds_each * self._how.fps)

    def _clip(self, picture: Callable[[float], Pixels], frames: int) -> VideoClip:
        clip = VideoClip(duration=frames / self._how.fps)
        # Given to the constructor, it would be called for the size, and every slide read before the first is shown.
        clip.frame_function, clip.size = picture, (self._how.width, self._how.height)
        return clip

    def _still(self, number: int, _seconds: float) -> Pixels:
        return self._read(number)

    def _faded(self, number: int, seconds: float) -> Pixels:
        share = (round(seconds * self._how.fps) + 1) / (self._fade_frames + 1)
        first, last = Image.fromarray(self._read(number)), Image.fromarray(self._read(number + 1))
        return np.asarray(Image.blend(first, last, share), dtype=np.uint8)

    def _read_slide(self, number: int) -> Pixels:
        with self._paths[number].open("rb") as file:
            return read_plain_png(file, width=self._how.width, height=self._how.height)


class Progress(ProgressBarLogger):  # type: ignore[misc]
    """Tells the other side how far moviepy is."""

    def __init__(self) -> None:
        super().__init__()
        self._told = 0.0

    def bars_callback(self, bar: str, attr: str, value: Any, old_value: Any = None) -> None:
        total = self.bars[bar]["total"]
        if attr == "index" and total and value / total >= self._told + _REPORT_STEP:
            self._told = value / total
            print(f"progress {self._told:.3f}", flush=True)  # noqa: T201  (read by the other side)


def main() -> None:
    """Compose what standard input orders; what goes wrong is told on standard error."""
    order = json.load(sys.stdin)
    # By a signal that can be handled: moviepy's encoder does not hear of it, and ends as one of the group.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: os.killpg(0, signal.SIGKILL))
    end_with(order["parent_pid"], by=signal.SIGTERM)
    Bounds(**order["bounds"]).apply()
    how = Composition(
        **order["how"]
        | {"container": Container(order["how"]["container"]), "transition": Transition(order["how"]["transition"])}
    )
    try:
        write(Slides([Path(path) for path in order["slides"]], how), how, order["output"])
    except EncodingFailed as err:
        sys.exit(err.message)


def write(slides: Slides, how: Composition, output: str) -> None:
    """Write the video, and leave no process of moviepy's behind. Raises EncodingFailed."""
    codec, preset, options = _ENCODERS[how.container]
    with ExitStack() as opened:
        clips = [opened.enter_context(clip) for clip in slides.clips()]
        video = opened.enter_context(concatenate_videoclips(clips, method="chain"))
        # moviepy rounds frames down: without the hair more, 59.999… seconds lack the last one.
        video.duration = (slides.frames + 0.01) / how.fps
        # What `write_videofile` does as well, but it does not look at what the encoder says at its end.
        parameters = [*_colours(how), "-g", str(_SECONDS_BETWEEN_KEYFRAMES * how.fps), "-filter_threads", "1", *options]
        writer = FFMPEG_VideoWriter(
            output,
            video.size,
            how.fps,
            codec=codec,
            preset=preset or "medium",
            ffmpeg_params=parameters,
            threads=min(_MOST_THREADS, len(os.sched_getaffinity(0))),
        )
        opened.callback(writer.close)
        for frame in video.iter_frames(fps=how.fps, dtype="uint8", logger=Progress()):
            writer.write_frame(frame)
        _finish(writer)


def _finish(writer: FFMPEG_VideoWriter) -> None:
    """Wait until the encoder has written everything. Raises EncodingFailed where it has not."""
    writer.proc.stdin.close()
    said = writer.proc.stderr.read().decode(errors="replace").strip()
    if writer.proc.wait():
        raise EncodingFailed(f"The encoder gave up: {said.splitlines()[-1] if said else 'it does not say why.'}")


def _colours(how: Composition) -> list[str]:
    """Return the options that make RGB into the YUV that players expect, and say so in the file."""
    is_hd = max(how.height, how.width * 9 // 16) >= _HD_HEIGHT
    matrix = "bt709" if is_hd else "smpte170m"
    scale = f"scale=out_color_matrix={matrix}:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int"
    told = ("-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix, "-color_range", "tv")
    return ["-vf", f"{scale},format=yuv420p", *told]
