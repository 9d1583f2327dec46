"""What processes beside the worker are bound by: their limits, and that they do not outlive it, even stopped ones."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.media.bounds import Bounds, bound_command
from tests.media.processes import children, is_alive, reached
from tests.media.test_composer import slides_of

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
BOUNDS = Bounds(memory_bytes=987_654_321, output_bytes=4321, open_files=33, cpu_seconds=77)

COMPOSE = """
import sys
from pathlib import Path
from app.media.slideshow.composer import Composition, compose
how = Composition(width=192, height=96, seconds_each=30.0)
compose([Path(name) for name in sys.argv[2:]], how, output=Path(sys.argv[1]))
"""
ENCODE = """
import time
from app.media.film.theora import theora_encoder
from app.media.limits import Limits
with theora_encoder(bitrate_kbps=800, has_sound=True, limits=Limits()):
    time.sleep(60)
"""


def test_a_program_gets_its_limits_before_it_begins() -> None:
    told = subprocess.check_output(bound_command(["/bin/cat", "/proc/self/limits"], BOUNDS), text=True)

    found = {line[:25].strip(): re.split(r"\s+", line[26:])[0] for line in told.splitlines()}
    assert {name: found[name] for name in ("Max address space", "Max file size", "Max open files", "Max cpu time")} == {
        "Max address space": "987654321",
        "Max file size": "4321",
        "Max open files": "33",
        "Max cpu time": "77",
    }


def test_a_program_whose_parent_is_gone_does_not_begin() -> None:
    command = bound_command(["/bin/echo", "begun"], BOUNDS)
    told = json.loads(command[5])

    command[5] = json.dumps({**told, "parent_pid": 1})
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert "parent was gone" in done.stderr


def test_an_encoder_of_ogg_ends_with_its_worker() -> None:
    with worker(ENCODE) as process:
        assert reached(lambda: bool(encoders(process.pid)), seconds=20)
        (encoder,) = encoders(process.pid)
        os.kill(encoder, signal.SIGSTOP)

        process.kill()

        assert reached(lambda: not is_alive(encoder))


def test_a_composer_and_its_encoder_end_with_their_worker(tmp_path: Path) -> None:
    slides = slides_of(tmp_path, 4)
    with worker(COMPOSE, tmp_path / "video.mp4", *slides) as process:
        assert reached(lambda: bool(encoders(process.pid)), seconds=30)
        (encoder,), (composer,) = encoders(process.pid), children(process.pid)
        os.kill(encoder, signal.SIGSTOP)

        process.kill()

        assert reached(lambda: not is_alive(encoder) and not is_alive(composer))


def test_a_composer_and_its_encoder_have_limits_of_their_own(tmp_path: Path) -> None:
    with worker(COMPOSE, tmp_path / "video.mp4", *slides_of(tmp_path, 4)) as process:
        assert reached(lambda: bool(encoders(process.pid)), seconds=30)
        bound = [*encoders(process.pid), *children(process.pid)]
        found = [Path(f"/proc/{number}/limits").read_text() for number in bound]

    for limit in ("Max address space", "Max cpu time", "Max file size"):
        assert all(re.search(rf"^{limit} +\d+ ", text, re.MULTILINE) for text in found)


@contextmanager
def worker(script: str, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script in a process of its own, and leave nothing of it behind."""
    process = subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT)
    try:
        yield process
    finally:
        left = [*children(process.pid), *encoders(process.pid)]
        process.kill()
        process.wait()
        for child in left:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def encoders(worker: int) -> set[int]:
    """Return the encoders that a worker, or what it started, has running."""
    below = children(worker)
    below |= {grandchild for child in below for grandchild in children(child)}
    return {number for number in below if _is_encoder(Path(f"/proc/{number}"))}


def _is_encoder(process: Path) -> bool:
    try:
        program, told = (process / "exe").readlink().name, (process / "cmdline").read_text()
    except OSError:
        return False
    # imageio-ffmpeg asks one for its version first.
    return program.startswith("ffmpeg") and "-version" not in told
