"""Several web processes and workers that share servers, as they would on several machines.

with Servers(folder) as servers:            # private MariaDB, Redis and RabbitMQ
    machines = Machines(folder, servers, webs=2, workers=3, LEASE_SECONDS="2")
    machines.start()                        # every web answers /readyz with 200
    machines.webs[0].base                   # http://127.0.0.1:PORT
    machines.workers[1].kill()              # SIGKILL; .start() brings another in its place
    machines.stop()
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from app.processes import end, spawn
from app.servers import PrivateDatabase, PrivateRedis, free_port
from tests.rabbit import PrivateRabbit
from tests.service import ROOT

T = TypeVar("T")


class Servers:
    """A database, a Redis and a RabbitMQ of one test's own."""

    def __init__(self, folder: Path) -> None:
        self.database = PrivateDatabase(folder / "mariadb")
        self.redis = PrivateRedis(folder / "redis")
        self.rabbit = PrivateRabbit(folder / "rabbit")

    def __enter__(self) -> "Servers":
        for server in (self.rabbit, self.database, self.redis):
            server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for server in (self.redis, self.database, self.rabbit):
            server.stop()

    def settings(self) -> dict[str, str]:
        """Return what tells a process of them."""
        return {
            "DATABASE_URL": self.database.url(),
            "REDIS_URL": self.redis.url(),
            "QUEUE": "dramatiq",
            "BROKER_URL": self.rabbit.url(),
        }


class Part:
    """One process: `python -m app web` or `python -m app work`, which can be killed and started again."""

    def __init__(self, command: str, log: Path, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.command = command
        self.log = log
        self.settings = {**settings, "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it without waiting."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "app", self.command]
            self._process = spawn(command, cwd=ROOT, environment={**os.environ, **self.settings}, log=log)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal, and wait for its end where that is its end."""
        assert self._process is not None
        os.kill(self._process.pid, number)
        if number is signal.SIGKILL:
            self._process.wait()

    def stop(self) -> int:
        """Stop it as a service manager would; return the exit code."""
        return end(self._process, patience_seconds=60) if self._process else 0

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON at an address."""
        return dict(httpx.get(f"{self.base}{path}", headers={"Accept": "application/json"}, timeout=30).json())

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


class Machines:
    """The processes. `settings` are for all of them; with STORAGE_URL each has a data folder of its own."""

    def __init__(self, folder: Path, servers: Servers, *, webs: int, workers: int, **settings: str) -> None:
        self._folder = folder
        self._settings = {"SEATS": "1", **servers.settings(), **settings}
        self.webs = [self._part("web", number) for number in range(webs)]
        self.workers = [self._part("work", number) for number in range(workers)]

    @property
    def parts(self) -> list[Part]:
        return [*self.webs, *self.workers]

    def start(self) -> None:
        """Start all and wait until each web could have a job done."""
        for part in self.parts:
            part.start()
        for web in self.webs:
            self.wait_for(lambda base=web.base: httpx.get(f"{base}/readyz", timeout=5).status_code == 200, seconds=60)

    def _part(self, command: str, number: int) -> Part:
        name = f"{command}-{number}"
        data = self._folder / (name if "STORAGE_URL" in self._settings else "data")
        return Part(command, self._folder / f"{name}.log", DATA_DIR=str(data), **self._settings)

    def stop(self) -> list[int]:
        """Stop all; return the exit codes, those of webs first."""
        return [part.stop() for part in self.parts]

    def said(self) -> str:
        """Return everything that they have written."""
        return "".join(f"--- {part.log.name}\n{part.said()}" for part in self.parts)

    def wait_for(self, look: Callable[[], T | None], seconds: float = 30) -> T:
        """Look until there is something to see, and return it."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if found := look():
                    return found
            except (httpx.HTTPError, ValueError, KeyError):
                pass
            assert time.monotonic() < deadline, f"waited {seconds} s in vain; they said:\n{self.said()[-3000:]}"
            time.sleep(0.05)
