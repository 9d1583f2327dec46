"""The whole service as a process of its own, as `./start.sh` runs it, with what tests do to it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from app.processes import end, spawn
from app.servers import free_port

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
_READY_SECONDS = 30.0


class Service:
    """`python -m app serve` in a data folder of its own; `start` and `stop` may follow each other."""

    python = sys.executable

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> None:
        """Start it and wait until a job could be done."""
        self.launch(*arguments)
        self.wait_for(self._is_ready, seconds=_READY_SECONDS)

    def launch(self, *arguments: str, command: str = "serve") -> None:
        """Start it without waiting."""
        environment = {**os.environ, "PORT": str(self.port), "DATA_DIR": str(self.data), **self.settings}
        with self.log.open("ab") as log:
            parts = [self.python, "-m", "app", command, *arguments]
            self._process = spawn(parts, cwd=ROOT, environment=environment, log=log)

    def stop(self) -> int:
        """Stop it as Ctrl-C or a service manager would; return the exit code."""
        return end(self.process, patience_seconds=150) if self._process else 0

    def wait(self, seconds: float = 30) -> int:
        """Wait until it ends by itself and return the exit code."""
        return self.process.wait(seconds)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def said(self) -> str:
        """Return everything that it has written."""
        return self.log.read_text()

    # --- its processes -------------------------------------------------------------------------------------

    def pids(self, part: str) -> list[int]:
        """Return the processes below it whose command line contains `part`, parents first."""
        return [pid for pid in descendants(self.process.pid) if part in command_of(pid)]

    def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to the first process whose command line contains `part`; return its pid."""
        pid = self.wait_for(lambda: self.pids(part))[0]
        os.kill(pid, number)
        return pid

    # --- using it ------------------------------------------------------------------------------------------

    def upload(self, path: Path, name: str = "") -> dict[str, Any]:
        """Upload a file and return the answer."""
        with path.open("rb") as file:
            answer = httpx.post(f"{self.base}/videos", files={"video": (name or path.name, file)}, timeout=30)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def ask(self, video_id: int, size: str = "320/180", **query: str) -> dict[str, Any]:
        """Ask for a thumbnail and return the answer."""
        answer = httpx.post(f"{self.base}/thumbnails/{video_id}/{size}", params=query, timeout=30)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON at an address."""
        return dict(httpx.get(f"{self.base}{path}", timeout=30).json())

    def wait_until(self, path: str, status: str, seconds: float = 30) -> dict[str, Any]:
        """Wait until the job at an address has a status, and return it."""

        def look() -> dict[str, Any] | None:
            job = self.get(path)
            return job if job["status"] == status else None

        return self.wait_for(look, seconds=seconds)

    def wait_for(self, look: Callable[[], T | None], seconds: float = 30) -> T:
        """Look until there is something to see, and return it."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if found := look():
                    return found
            except (httpx.HTTPError, ValueError, KeyError):
                pass
            assert time.monotonic() < deadline, f"waited {seconds} s in vain; the service said:\n{self.said()[-3000:]}"
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        return httpx.get(f"{self.base}/readyz", timeout=5).status_code == 200


@contextmanager
def running(data: Path, *arguments: str, **settings: str) -> Iterator[Service]:
    """Run a service for the length of a block; nothing of it is left afterwards."""
    service = Service(data, **settings)
    try:
        service.start(*arguments)
        yield service
    finally:
        service.stop()


def descendants(pid: int) -> list[int]:
    """Return all processes below `pid`, parents before their children."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The parent's pid is the second field after the command, which stands in brackets.
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(sorted(children.get(one, [])))
    return found[1:]


def command_of(pid: int) -> str:
    """Return a process's command line, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
