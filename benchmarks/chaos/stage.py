"""The processes of one arrangement of the service, and the supervisor that brings back what died."""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.config import Settings
from app.servers import PrivateDatabase, PrivateRedis
from benchmarks.chaos.parts import Part, ProcessPart, ServerPart
from tests.service import Service

# A supervisor looks again so soon (systemd waits 0.1 s by default).
_LOOK_SECONDS = 0.1
_READY_SECONDS = 60.0
EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Kill:
    """One process, or all of them, killed at a moment of the wall clock."""

    target: str
    at: float


class Stage:
    """The whole arrangement. `start` and `stop` are for the main thread, the rest for any."""

    def __init__(self, service: Service, servers: Mapping[str, ServerPart], parts: list[Part]) -> None:
        """Arrange `parts` on `servers`, each of which is named by the setting that takes its address."""
        self.service = service
        self.kills: list[Kill] = []
        self._servers = servers
        self._parts = parts
        self._all: list[Part] = [*servers.values(), *parts]
        self._is_over, self._is_stopped = threading.Event(), threading.Event()
        self._idle = threading.Semaphore(0)
        # Each has its own, so that none waits until another is up.
        self._keepers = [threading.Thread(target=self._keep, args=(part,), daemon=True) for part in self._all]

    @property
    def database_url(self) -> str:
        return self.service.settings["DATABASE_URL"] or Settings(data_dir=str(self.service.data)).database_address

    def start(self) -> None:
        """Start everything, and return when jobs can be done and whatever ends is started again."""
        for setting, server in self._servers.items():
            server.start()
            self.service.settings[setting] = server.url()
        for part in self._parts:
            part.start()
        self.service.wait_for(self.is_ready, seconds=_READY_SECONDS)
        for keeper in self._keepers:
            keeper.start()

    def stop(self) -> None:
        """Stop everything, in the opposite order."""
        self._is_over.set()
        for keeper in self._keepers:
            if keeper.is_alive():
                self._idle.acquire()
        for part in reversed(self._all):
            part.stop()
        self._is_stopped.set()

    def targets(self) -> Mapping[str, list[int]]:
        """Return what can be killed just now."""
        found: dict[str, list[int]] = {}
        for part in self._all:
            for name, pids in part.victims().items():
                found[name] = [*found.get(name, []), *pids]
        return {**found, EVERYTHING: [pid for pids in found.values() for pid in pids]}

    def absent(self) -> list[str]:
        """Return the parts of which nothing runs just now."""
        return [part.name for part in self._all if not any(part.victims().values())]

    def kill(self, target: str, pids: list[int]) -> None:
        """Kill these processes at once (SIGKILL), and remember when."""
        doomed = [*pids, *(one for pid in pids for part in self._all for one in part.doom(pid))]
        self.kills.append(Kill(target, time.time()))
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _keep(self, part: Part) -> None:
        """Start a part again whenever it ends."""
        while not self._is_over.wait(_LOOK_SECONDS):
            part.mend()
        self._idle.release()
        # What a thread started ends with it.
        self._is_stopped.wait()

    def is_ready(self) -> bool:
        """Tell whether the service says that a job could be done."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.service.base}/readyz", timeout=5).status_code == 200
        return False


def build_sqlite(folder: Path, settings: Mapping[str, str]) -> Stage:
    """Return the default arrangement: web and worker under one roof, SQLite and the bell."""
    service = Service(folder / "data", **{**settings, "DATABASE_URL": "", "REDIS_URL": ""})
    return Stage(service, {}, [ProcessPart("serve", service)])


def build_servers(folder: Path, settings: Mapping[str, str]) -> Stage:
    """Return web and worker under one roof, and a database and a Redis that die and come back by themselves."""
    service = Service(folder / "data", **settings)
    return Stage(service, _servers(folder), [ProcessPart("serve", service)])


def build_dramatiq(folder: Path, settings: Mapping[str, str]) -> Stage:
    """Return web and two workers, each on its own, with database, Redis, and RabbitMQ to carry the jobs."""
    # It needs a client of RabbitMQ, which nothing else here does.
    from tests.rabbit import PrivateRabbit

    service = Service(folder / "data", **{**settings, "QUEUE": "dramatiq", "SEATS": "1"})
    servers = {**_servers(folder), "BROKER_URL": ServerPart("broker", PrivateRabbit(folder / "rabbit"))}
    return Stage(service, servers, [ProcessPart(command, service) for command in ("web", "work", "work")])


def _servers(folder: Path) -> dict[str, ServerPart]:
    return {
        "DATABASE_URL": ServerPart("database", PrivateDatabase(folder / "mariadb")),
        "REDIS_URL": ServerPart("redis", PrivateRedis(folder / "redis")),
    }


STAGES: Mapping[str, Callable[[Path, Mapping[str, str]], Stage]] = {
    "sqlite": build_sqlite,
    "servers": build_servers,
    "dramatiq": build_dramatiq,
}
