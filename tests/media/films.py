"""Make films out of clips as a task does, and tell what is seen and heard in them and when."""

import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.media.facts import Made
from app.media.limits import Limits
from app.media.requests.base import Report, no_report
from app.media.workshop import Workshop
from tests.clips import numbered_picture, read_number

RATE = 48_000
BEEP_SECONDS = Fraction(1, 10)


@dataclass(frozen=True, kw_only=True)
class Film:
    """What was made, its bytes, and when (seconds) which number is seen."""

    made: Made
    data: bytes
    seen: list[tuple[float, int]] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        return [number for _, number in self.seen]

    @property
    def times(self) -> list[float]:
        return [time for time, _ in self.seen]

    def open(self) -> Any:
        return av.open(io.BytesIO(self.data))


def make_film(make: Callable[..., Made], path: Path, wanted: Any, report: Report = no_report, **limits: Any) -> Film:
    """Run a task here, without a process, and read what it made."""
    with tempfile.TemporaryFile() as results, path.open("rb") as file:
        made = make(Workshop(results, Limits(**limits), report, threads=2), file, wanted)
        (product,) = made.products
        data = os.pread(results.fileno(), product.size_bytes, product.offset_bytes)
    return read_film(made, data)


def read_film(made: Made, data: bytes) -> Film:
    is_animation = made.products[0].name.endswith((".gif", ".webp"))
    return Film(made=made, data=data, seen=_animation(data) if is_animation else _frames(data))


def beeps(film: Film) -> list[float]:
    """Return when (seconds) each beep begins."""
    with film.open() as container:
        start, rest = 0.0, []
        for number, frame in enumerate(container.decode(audio=0)):
            start = float(frame.pts * frame.time_base) if number == 0 else start
            rest.append(np.abs(frame.to_ndarray().astype(np.float32)).max(axis=0))
    loud = np.concatenate(rest) > 0.25
    edges = np.flatnonzero(loud)
    # A new beep is where it was quiet for a fifth of a second before.
    first = [edge for place, edge in enumerate(edges) if place == 0 or edge - edges[place - 1] > RATE / 5]
    return [start + edge / RATE for edge in first]


def make_beeping(
    path: Path,
    *,
    seconds: int = 3,
    late: Fraction = Fraction(0),
    sound_late: Fraction = Fraction(0),
    codec: str = "aac",
) -> Path:
    """Write a film of 25 numbered frames a second with a beep at each full second of its pictures' clock.

    `late` is when its pictures begin, `sound_late` when its sound does.
    """
    with av.open(str(path), "w") as output:
        pictures: Any = output.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        pictures.width, pictures.height, pictures.pix_fmt = 192, 96, "yuv420p"
        pictures.codec_context.time_base = Fraction(1, 1000)
        sound: Any = output.add_stream(codec, rate=RATE, layout="mono")
        for number in range(25 * seconds):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24")
            frame.pts, frame.time_base = int((Fraction(number, 25) + late) * 1000), Fraction(1, 1000)
            output.mux(pictures.encode(frame))
        output.mux(pictures.encode(None))
        samples = _beeping(seconds, late)[:, int(sound_late * RATE) :]
        for begin in range(0, samples.shape[1], 1024):
            piece = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, begin : begin + 1024]), "fltp", "mono")
            piece.sample_rate, piece.time_base = RATE, Fraction(1, RATE)
            piece.pts = begin + int(sound_late * RATE)
            output.mux(sound.encode(piece))
        output.mux(sound.encode(None))
    return path


def _beeping(seconds: int, late: Fraction) -> NDArray[np.float32]:
    time = np.arange(int((seconds + late) * RATE)) / RATE - float(late)
    is_loud = (time >= 0.99999) & (time % 1 < float(BEEP_SECONDS))
    return (np.sin(2 * np.pi * 1000 * time) * is_loud * 0.9).astype(np.float32)[None]


def _frames(data: bytes) -> list[tuple[float, int]]:
    seen: list[tuple[float, int]] = []
    with av.open(io.BytesIO(data)) as container:
        for packet in container.demux(video=0):
            if packet.size == 0 and packet.pts is not None:
                # Theora: what was seen stays.
                seen.append((float(packet.pts * packet.time_base), seen[-1][1]))
                continue
            for frame in packet.decode():
                seen.append((float(frame.pts * frame.time_base), read_number(frame.to_ndarray(format="gray"))))  # type: ignore[union-attr,operator]
    return seen


def _animation(data: bytes) -> list[tuple[float, int]]:
    seen, time = [], 0.0
    with Image.open(io.BytesIO(data)) as image:
        for number in range(image.n_frames):
            image.seek(number)
            seen.append((time, read_number(np.asarray(image.convert("RGB")))))
            time += image.info["duration"] / 1000
    return seen
