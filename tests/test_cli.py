"""The command line as people and scripts meet it: what is printed, what is left behind, and the exit code."""

import ctypes
import json
import os
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.clips import Recipe, make_clip, make_sound, numbered_picture, read_number
from tests.service import ROOT, descendants

pytestmark = pytest.mark.processes

NON_UTF8 = os.fsdecode(b"caf\xe9.mp4")
LONG = "a" * 251  # with an ending of four it is as long as a name may be

# What is asked → what is printed, and the picture: its format, size, and the number of its frame where that is whole.
GOOD: dict[str, tuple[str, str, str, tuple[int, int], int | None]] = {
    "nothing but the file": ("clip.mp4", "clip-192x96.jpg", "JPEG", (192, 96), 10),
    "seconds": ("clip.mp4 --at 1 --width 96", "clip-96x48.jpg", "JPEG", (96, 48), 25),
    "a timecode": ("clip.mp4 --at 0:02.04 --height 24", "clip-48x24.jpg", "JPEG", (48, 24), 51),
    "percent": ("clip.mp4 --at 50% -o half.png", "half.png", "PNG", (192, 96), 50),
    "the very end": ("clip.mp4 --at 100% -o end.webp", "end.webp", "WEBP", (192, 96), 99),
    "past the end": ("clip.mp4 --at 1:00:00 -o END.JPEG", "END.JPEG", "JPEG", (192, 96), 99),
    "fit": ("clip.mp4 --width 90 --height 90", "clip-90x45.jpg", "JPEG", (90, 45), 10),
    "fill": ("clip.mp4 --width 90 --height 90 --fit fill", "clip-90x90.jpg", "JPEG", (90, 90), None),
    "pad": ("clip.mp4 --width 90 --height 90 --fit pad", "clip-90x90.jpg", "JPEG", (90, 90), None),
    "stretch": ("clip.mp4 --width 64 --height 64 --fit=stretch", "clip-64x64.jpg", "JPEG", (64, 64), 10),
    "larger than it is": ("clip.mp4 --width 4000", "clip-192x96.jpg", "JPEG", (192, 96), 10),
    "a still picture": ("picture.png -o a.jpg", "a.jpg", "JPEG", (192, 96), 7),
    "a name like an option": ("-- -clip.mp4", "-clip-192x96.jpg", "JPEG", (192, 96), 10),
    "a name with all sorts": ("'Ferien am Meer 🎬.mp4'", "Ferien am Meer 🎬-192x96.jpg", "JPEG", (192, 96), 10),
    "a name in no known encoding": (NON_UTF8, os.fsdecode(b"caf\xe9-192x96.jpg"), "JPEG", (192, 96), 10),
    "a picture that is there": ("clip.mp4 -o old.jpg", "old.jpg", "JPEG", (192, 96), 10),
    "another folder": ("clip.mp4 -o folder/a.jpg", "folder/a.jpg", "JPEG", (192, 96), 10),
    "the longest name": (f"clip.mp4 -o {LONG}.jpg", f"{LONG}.jpg", "JPEG", (192, 96), 10),
}
# What is asked → what the one line must name.
BAD: dict[str, tuple[str, str]] = {
    "a file that is not there": ("nothing.mp4", "nothing.mp4"),
    "a folder": ("folder", "folder"),
    "a FIFO": ("fifo", "fifo"),
    "a link to a FIFO": ("fifo.mp4", "fifo.mp4"),
    "a device": ("/dev/zero", "/dev/zero"),
    "a file that may not be read": ("secret.mp4", "secret.mp4"),
    "a file in a closed folder": ("closed/clip.mp4", "closed/clip.mp4"),
    "a name too long": (f"{LONG}a.mp4", "a.mp4"),
    "text": ("text.mp4", "text"),
    "an empty file": ("empty.mp4", "empty"),
    "sound": ("sound.mp4", "sound"),
    "a playlist": ("playlist.mp4", "playlist"),
    "half a video": ("half.mp4", "video"),
    "no position": ("clip.mp4 --at noon", "--at"),
    "an empty position": ("clip.mp4 --at ''", "--at"),
    "past all percent": ("clip.mp4 --at 101%", "--at"),
    "no width": ("clip.mp4 --width 0", "width"),
    "no height": ("clip.mp4 --width 9 --height 0", "height"),
    "less than no width": ("clip.mp4 --width -5", "width"),
    "too wide": ("clip.mp4 --width 8193", "width"),
    "an unknown ending": ("clip.mp4 -o a.gif", "a.gif"),
    "no ending": ("clip.mp4 -o a", ".jpg, .png, .webp or .avif"),
    "the file itself": ("picture.png -o picture.png", "file itself"),
    "the file itself by another way": ("picture.png -o folder/../picture.png", "file itself"),
    "a link to the file": ("picture.png -o link.png", "file itself"),
    "a folder that is not there": ("clip.mp4 -o nowhere/a.jpg", "nowhere/a.jpg"),
    "a folder that is a file": ("clip.mp4 -o text.mp4/a.jpg", "text.mp4/a.jpg"),
    "a folder in its place": ("clip.mp4 -o folder.jpg", "folder.jpg"),
    "a folder that may not be written": ("clip.mp4 -o read-only/a.jpg", "read-only/a.jpg"),
    "a folder that may not be entered": ("clip.mp4 -o closed/a.jpg", "closed/a.jpg"),
    "a picture's name too long": (f"clip.mp4 -o {LONG}a.jpg", "a.jpg"),
}


@dataclass(frozen=True)
class Ran:
    """A command that ended, and the folder it ran in."""

    folder: Path
    before: list[str]
    code: int
    out: str
    err: str

    @property
    def after(self) -> list[str]:
        return listed(self.folder)


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def furnish(folder: Path, clip: Path) -> Path:
    """Make a folder with everything that is asked for; `temporary` is where the command may leave things meanwhile."""
    for name in ("folder", "folder.jpg", "closed", "read-only", "temporary"):
        (folder / name).mkdir(parents=True)
    data = clip.read_bytes()
    for name in ("clip.mp4", "-clip.mp4", "Ferien am Meer 🎬.mp4", NON_UTF8, "secret.mp4", "closed/clip.mp4"):
        (folder / name).write_bytes(data)
    for name, text in {"text.mp4": "Hello.\n", "empty.mp4": "", "old.jpg": "old", "playlist.mp4": "#EXTM3U\n"}.items():
        (folder / name).write_text(text)
    (folder / "half.mp4").write_bytes(data[: len(data) // 2].replace(b"moov", b"voom"))
    make_sound(folder / "sound.mp4", container="mp4")
    Image.fromarray(numbered_picture(7)).save(folder / "picture.png")
    (folder / "link.png").symlink_to("picture.png")
    os.mkfifo(folder / "fifo")
    (folder / "fifo.mp4").symlink_to("fifo")
    for name, mode in {"secret.mp4": 0, "closed": 0, "read-only": 0o500}.items():
        (folder / name).chmod(mode)
    return folder


def obey_modes() -> None:
    """Take from root what lets it read and write in spite of a file's mode; nothing happens to an ordinary user."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def start(folder: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        **{"PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temporary"), "PYTHONIOENCODING": "utf-8"},
        **settings,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "app", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        preexec_fn=obey_modes,
    )


def run(folder: Path, *arguments: str, **settings: str) -> Ran:
    """Run `python -m app …` in a folder to its end."""
    before = listed(folder)
    with start(folder, *arguments, **settings) as process:
        out, err = process.communicate(timeout=60)
    return Ran(folder, before, process.returncode, out, err)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds, 25 frames each, that name themselves."""
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", Recipe(frames=100))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[dict[str, Ran]]:
    """Every command of the two tables, each run in a folder of its own, two at a time."""
    asked = {**{name: entry[0] for name, entry in GOOD.items()}, **{name: entry[0] for name, entry in BAD.items()}}
    folders = {name: furnish(tmp_path_factory.mktemp("cli") / "desk", clip) for name in asked}
    with ThreadPoolExecutor(2) as pool:
        ended = pool.map(lambda name: run(folders[name], "thumbnail", *shlex.split(asked[name])), asked)
        yield dict(zip(asked, ended, strict=True))
    for folder in folders.values():
        (folder / "closed").chmod(0o700)


@pytest.fixture
def desk(tmp_path: Path, clip: Path) -> Iterator[Path]:
    """A folder with everything that is asked for."""
    yield furnish(tmp_path / "desk", clip)
    (tmp_path / "desk/closed").chmod(0o700)


# --- thumbnail ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", GOOD)
def test_what_can_be_made_is_made_and_its_path_printed(ran: dict[str, Ran], what: str) -> None:
    _arguments, printed, *_ = GOOD[what]

    assert (ran[what].code, ran[what].out, ran[what].err) == (0, f"{printed}\n", "")


@pytest.mark.parametrize("what", GOOD)
def test_what_is_made_is_the_right_picture(ran: dict[str, Ran], what: str) -> None:
    _arguments, printed, kind, size, number = GOOD[what]

    with Image.open(ran[what].folder / printed) as picture:
        assert (picture.format, picture.size) == (kind, size)
        assert number in (None, read_number(np.asarray(picture.convert("RGB"))))


@pytest.mark.parametrize("what", GOOD)
def test_nothing_is_left_but_the_picture(ran: dict[str, Ran], what: str) -> None:
    _arguments, printed, *_ = GOOD[what]

    assert ran[what].after == sorted({*ran[what].before, printed})


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_made_is_told_in_one_line(ran: dict[str, Ran], what: str) -> None:
    _arguments, named = BAD[what]

    assert (ran[what].code, ran[what].out) == (2, "")
    assert ran[what].err.count("\n") == 1 and "Traceback" not in ran[what].err
    assert named in ran[what].err


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_made_leaves_nothing(ran: dict[str, Ran], what: str) -> None:
    assert ran[what].after == ran[what].before


@pytest.mark.parametrize("what", ["an empty file", "a playlist", "text"])
def test_nobody_is_told_to_upload_what_lies_on_their_own_disk(ran: dict[str, Ran], what: str) -> None:
    assert "pload" not in ran[what].err


def test_json_tells_what_was_found_and_what_was_made(desk: Path) -> None:
    told: dict[str, Any] = json.loads(run(desk, "thumbnail", "clip.mp4", "--json", "--width", "96", "--at", "1").out)

    source, made = told["source"], told["thumbnail"]
    assert (source["width"], source["height"], source["codec"], source["duration_seconds"]) == (192, 96, "h264", 4.0)
    assert (made["path"], made["width"], made["height"]) == ("clip-96x48.jpg", 96, 48)
    assert (made["position_seconds"], made["size_bytes"]) == (1.0, (desk / "clip-96x48.jpg").stat().st_size)


def test_a_wrong_setting_is_named(desk: Path) -> None:
    ended = run(desk, "thumbnail", "clip.mp4", DECODER_SECONDS="many")

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "DECODER_SECONDS" in ended.err


@pytest.mark.parametrize("name", ["clip.mp4", "text.mp4"])
def test_no_process_is_left(desk: Path, name: str) -> None:
    with start(desk, "thumbnail", name) as process:
        process.wait(30)

        # The decoder writes its errors where the command does: the line ends when nobody holds it any more.
        assert process.stderr is not None
        readable, _, _ = select.select([process.stderr], [], [], 2)

        assert readable and "Traceback" not in process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "TERM"])
def test_a_command_that_is_stopped_leaves_nothing_and_says_nothing(desk: Path, number: signal.Signals) -> None:
    # As large as is decoded at all, so that there is time to stop it in the middle.
    Image.new("L", (9_990, 9_990)).save(desk / "large.png", compress_level=1)
    before = listed(desk)
    with start(desk, "thumbnail", "large.png") as process:
        while not any(is_jailed(pid) for pid in descendants(process.pid)):
            time.sleep(0.01)

        process.send_signal(number)
        _out, err = process.communicate(timeout=30)

    assert process.returncode != 0 and "Traceback" not in err
    assert listed(desk) == before


def is_jailed(pid: int) -> bool:
    """Tell whether a process has given up its privileges, as a decoder has once it works."""
    return "NoNewPrivs:\t1" in Path(f"/proc/{pid}/status").read_text()


# --- the other commands ---------------------------------------------------------------------------------------------


def test_schema_prints_the_tables_as_they_are_kept(desk: Path) -> None:
    ended = run(desk, "schema")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (ROOT / "schema.sql").read_text()


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["thumbnail"], ["thumbnail", "clip.mp4", "--fit", "none"]])
def test_what_is_not_understood_is_answered_with_the_usage(desk: Path, arguments: list[str]) -> None:
    ended = run(desk, *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("usage: python -m app") and "Traceback" not in ended.err


def test_help_names_every_command(desk: Path) -> None:
    ended = run(desk, "--help")

    assert ended.code == 0
    assert all(command in ended.out for command in ("serve", "work", "schema", "thumbnail"))
