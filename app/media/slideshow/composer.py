"""Videos from slides: moviepy in a process of its own, watched from here.

It is no decoder: it sees nothing but slides that were made here. It is a process because moviepy starts another one,
and because this is the only way to end both at once, whatever they are doing.
"""

import json
import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from app.media.bounds import Bounds
from app.media.errors import DecoderCancelled, DecoderTimeout, EncodingFailed
from app.media.requests.base import Report, no_report

_ROOT = Path(__file__).resolve().parents[3]
# How often a cancellation is looked for.
_LOOK_SECONDS = 0.2
# 1280 × 720: so large a video takes no longer than it plays.
_PIXELS_IN_REAL_TIME = 921_600
# Address space: the encoder takes 1.1 GiB of it for the largest slides there are, 1920 × 1920.
_MEMORY_BYTES = 2 * 1024**3
_MAX_OPEN_FILES = 64
# What is kept of what the process says before it fails.
_MAX_TAIL_BYTES = 4096
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from app.media.slideshow.composer_process import main
main()
"""


class Container(StrEnum):
    """The kinds of files that are composed; the value is the file's ending."""

    MP4 = "mp4"
    WEBM = "webm"
    OGV = "ogv"


class Transition(StrEnum):
    """How one slide follows the other."""

    NONE = "none"
    FADE = "fade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """How slides become a video: each is seen for `seconds_each`, half of a transition on either side included."""

    width: int
    height: int
    seconds_each: float = 3.0
    container: Container = Container.MP4
    transition: Transition = Transition.FADE
    transition_seconds: float = 0.5
    fps: int = 25
    # Nothing larger is written.
    output_bytes: int = 2 * 1024**3


def compose(
    slides: Sequence[Path],
    how: Composition,
    *,
    output: Path,
    report: Report = no_report,
    is_cancelled: Callable[[], bool] = lambda: False,
    wall_seconds: float | None = None,
) -> None:
    """Write a silent video of slides (as `plain_png` writes them, each of the composition's size) to `output`.

    Blocks until it is done. Raises DecoderCancelled once `is_cancelled` says so, DecoderTimeout after `wall_seconds`
    (as long as a video of this length and size may take, where none are given), EncodingFailed where no video came of
    it; `output` is then gone, and so is every process.
    """
    wall_seconds = _seconds_for(len(slides), how) if wall_seconds is None else wall_seconds
    order = {
        "parent_pid": os.getpid(),
        "slides": [str(path.resolve()) for path in slides],
        "output": str(output.resolve()),
        "how": asdict(how),
        "bounds": asdict(_bounds(how, wall_seconds)),
    }
    with ExitStack() as undo:
        undo.callback(output.unlink, missing_ok=True)
        _run(order, report, is_cancelled, time.monotonic() + wall_seconds, wall_seconds)
        if not output.is_file() or output.stat().st_size == 0:
            raise EncodingFailed("No video came out of the slides.")
        undo.pop_all()


def steady_moments(count: int, how: Composition) -> list[float]:
    """Return when, in seconds, each of `count` slides is seen alone: in the middle of its time."""
    return [(number + 0.5) * how.seconds_each for number in range(count)]


def _bounds(how: Composition, wall_seconds: float) -> Bounds:
    """Return what the composer and its encoder may take, each: all processors for as long as they are waited for."""
    processors = len(os.sched_getaffinity(0))
    return Bounds(
        memory_bytes=_MEMORY_BYTES,
        output_bytes=how.output_bytes,
        open_files=_MAX_OPEN_FILES,
        cpu_seconds=math.ceil(wall_seconds) * processors + 1,
    )


def _seconds_for(count: int, how: Composition) -> float:
    """Return four times what the slowest encoder takes on two busy processors, and two minutes."""
    return 120 + 4 * count * how.seconds_each * max(1, how.width * how.height / _PIXELS_IN_REAL_TIME)


def _run(
    order: dict[str, Any], report: Report, is_cancelled: Callable[[], bool], deadline: float, wall_seconds: float
) -> None:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb", buffering=0) as answers:
        with os.fdopen(theirs, "wb") as told:
            process = _start(told)
        try:
            _send(order, process)
            tail = _follow(answers.fileno(), report, is_cancelled, deadline)
            code = process.wait(max(1.0, deadline - time.monotonic()))
        except (TimeoutError, subprocess.TimeoutExpired) as err:
            raise DecoderTimeout(f"Composing took longer than {wall_seconds:.0f} s and was stopped.") from err
        finally:
            _end(process)
    if code:
        raise EncodingFailed(f"The slides did not become a video: {_last_line(tail)}")


def _start(told: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _CHILD, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=told,
        stderr=told,
        env=_ENVIRONMENT,
        cwd="/",
        # A Ctrl-C in the terminal is for the worker. And what moviepy starts can be ended with it.
        start_new_session=True,
    )


def _send(order: dict[str, Any], process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None  # noqa: S101  (it is a pipe)
    # One that is gone already says why by how it went.
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(json.dumps(order).encode())


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started, whatever they are doing."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _follow(answers: int, report: Report, is_cancelled: Callable[[], bool], deadline: float) -> bytes:
    """Pass progress on until the process has nothing more to say; return the last that it said."""
    tail = b""
    while True:
        if is_cancelled():
            raise DecoderCancelled("The task was called off.")
        if time.monotonic() > deadline:
            raise TimeoutError
        if not select.select([answers], [], [], _LOOK_SECONDS)[0]:
            continue
        said = os.read(answers, _MAX_TAIL_BYTES)
        if not said:
            return tail
        *lines, rest = (tail + said).split(b"\n")
        for line in lines:
            if line.startswith(b"progress "):
                report(min(1.0, max(0.0, float(line.removeprefix(b"progress ")))))
        others = [line for line in lines if not line.startswith(b"progress ")]
        tail = b"\n".join([*others, rest])[-_MAX_TAIL_BYTES:]


def _last_line(tail: bytes) -> str:
    lines = [line for line in tail.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "its process broke down without a word."
