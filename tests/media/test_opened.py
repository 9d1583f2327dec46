"""What decoders open, as the kernel sees it: strace watches real ones, with sources that name files and addresses."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.mutants import CORPUS
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.naming import make_sources
from tests.media.test_frames import H264

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
# A word that is in every name that the sources tell, and in no name of ours.
BAIT = "bait-7f3a"
WATCHED = "%file,%network,%process,prctl,memfd_create,io_uring_setup,open_by_handle_at,ptrace,bpf,mount"
# What a decoder does with what it was lent, and how its threads begin and end.
ALLOWED = {"recvmsg", "recvfrom", "sendto", "exit", "exit_group", "wait4", "prctl"}
CLOSED = re.compile(r"prctl\(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, .*\) += 0")
# How strace writes a call: its name, what it was given, and what came of it, which below zero is an error.
CALL = re.compile(r"(?P<name>\w+)\(.*\) += (?P<result>-?\w+|\?)")
REAL = "playlist.m3u8 ffconcat_local.mp4 hls_file_scheme.mp4 ssrf_ffmpeg.avi test1.svg carphone_pristine.mp4".split()


@dataclass(frozen=True)
class Night:
    """What was called before and after the jail was closed, and how many pictures were made."""

    before: list[str]
    after: list[str]
    pictures: int


@pytest.fixture(scope="module")
def night(clip: Clip) -> Iterator[Night]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / BAIT).write_bytes(clip(H264).read_bytes())
        sources = make_sources(folder / "sources", str(folder / BAIT), f"http://127.0.0.1:9/{BAIT}", f"file:{BAIT}")
        sources += [clip(H264), clip(Recipe(codec="mpeg4", container="avi"))]
        sources += [path for path in (CORPUS / real for real in REAL) if path.is_file()]
        pictures = watch(folder / "log", folder / "out", sources)
        yield read_logs(sorted(folder.glob("log.*")), pictures)


def watch(log: Path, output: Path, sources: list[Path]) -> int:
    # Not with --seccomp-bpf, which is faster: what the jail's own filter refuses would not be shown.
    strace = ["strace", "-ff", "-qqq", "-s", "4096", "-e", f"trace={WATCHED}", "-e", "signal=none"]
    done = subprocess.run(
        [*strace, "-o", str(log), sys.executable, "-m", "tests.media.traced", str(output), *map(str, sources)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def read_logs(logs: list[Path], pictures: int) -> Night:
    """Sort the calls of every decoder into those before and after its jail closed; threads are born inside it."""
    before, after = list[str](), list[str]()
    inside = [(log, lines) for log in logs if any(map(CLOSED.match, lines := log.read_text().splitlines()))]
    for log, lines in inside:
        closed = next(number for number, line in enumerate(lines) if CLOSED.match(line))
        before += lines[:closed]
        after += lines[closed + 1 :]
        threads = re.findall(r"^clone\(.*CLONE_THREAD.* = (\d+)$", "\n".join(lines[closed:]), re.MULTILINE)
        for thread in threads:
            after += log.with_suffix(f".{thread}").read_text().splitlines()
    return Night(before, after, pictures)


def is_harmless(line: str) -> bool:
    """Tell whether a call failed, or opened nothing; the size of what is open already may be asked."""
    call = CALL.match(line)
    if call is None:
        return False
    if call["result"].startswith("-") or call["name"] in ALLOWED:
        return True
    return re.match(r'clone\(.*CLONE_THREAD|newfstatat\(\d+, ""', line) is not None


def test_nothing_is_opened_once_the_jail_is_closed(night: Night) -> None:
    succeeded = {line for line in night.after if not is_harmless(line)}

    assert succeeded == set()


def test_what_a_source_names_is_not_even_tried(night: Night) -> None:
    # A name on the way to an address is not told by the first call of it, so no call of the kind may be there.
    tried = [line for line in night.after if BAIT in line or line.startswith(("open", "socket", "connect", "exec"))]

    assert tried == []


def test_the_watcher_saw_the_decoders_at_work(night: Night) -> None:
    opened = [line for line in night.before if line.startswith("openat(") and "/av/" in line]

    assert night.pictures >= 4
    assert len(opened) > 10
    assert [line for line in night.after if line.startswith("recvmsg(")] != []
