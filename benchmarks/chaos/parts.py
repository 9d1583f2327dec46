"""What an operator's supervisor watches over: one part each, started again whenever it has ended."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from app.errors import SettingsError
from app.processes import end, spawn
from tests.service import ROOT, Service, command_of, descendants, is_alive

_DECODER = "app.media.decoder_process"
# What a supervisor waits for the rest of a part whose first process is gone, before it kills that as well.
_REST_SECONDS = 40.0
_STOP_SECONDS = 60.0


class Part(ABC):
    """Something that is always to run."""

    name: str

    @abstractmethod
    def start(self) -> None:
        """Start it."""

    @abstractmethod
    def mend(self) -> None:
        """Start it again if it has ended."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it in an orderly way."""

    @abstractmethod
    def victims(self) -> Mapping[str, list[int]]:
        """Return the processes that can be killed just now, by what they are called."""

    @abstractmethod
    def doom(self, pid: int) -> list[int]:
        """Hear that a process is about to be killed; return those that go with it."""


class ProcessPart(Part):
    """`python -m app serve`, `web` or `work`, with all that it starts."""

    def __init__(self, command: str, service: Service) -> None:
        self.name = command
        self._service = service
        self._process: subprocess.Popen[bytes] | None = None
        self._rest: list[int] = []
        self._rest_until = 0.0

    def start(self) -> None:
        service = self._service
        environment = {**os.environ, "PORT": str(service.port), "DATA_DIR": str(service.data), **service.settings}
        with service.log.open("ab") as log:
            command = [service.python, "-m", "app", self.name]
            self._process = spawn(command, cwd=ROOT, environment=environment, log=log)

    def mend(self) -> None:
        # Without their parent the others are told to end, and a supervisor waits for them before it starts anew.
        if self._process is not None and self._process.poll() is not None and not self._is_rest_alive():
            self.start()

    def stop(self) -> None:
        if self._process is not None:
            end(self._process, patience_seconds=_STOP_SECONDS)

    def victims(self) -> Mapping[str, list[int]]:
        if self._process is None or not is_alive(self._process.pid):
            return {}
        found: dict[str, list[int]] = {}
        for pid in (self._process.pid, *descendants(self._process.pid)):
            if name := self._name_of(pid):
                # The first of gunicorn's is its master.
                name = "web process" if name == "web" and "web" in found else name
                found.setdefault(name, []).append(pid)
        return found

    def doom(self, pid: int) -> list[int]:
        if self._process is not None and pid == self._process.pid:
            self._rest = descendants(pid)
            self._rest_until = time.monotonic() + _REST_SECONDS
        return []

    def _name_of(self, pid: int) -> str:
        marks = {_DECODER: "decoder", "gunicorn": "web", "-m app work": "worker", "-m app": "roof"}
        command = command_of(pid)
        return next((name for mark, name in marks.items() if mark in command), "")

    def _is_rest_alive(self) -> bool:
        self._rest = [pid for pid in self._rest if is_alive(pid)]
        if time.monotonic() > self._rest_until:
            for pid in self._rest:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return bool(self._rest)


class _Server(Protocol):
    @property
    def pid(self) -> int: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def poll(self) -> int | None: ...
    def url(self) -> str: ...


class ServerPart(Part):
    """A database, Redis or broker of the service's own."""

    def __init__(self, name: str, server: _Server) -> None:
        self.name = name
        self._server = server

    def url(self) -> str:
        return self._server.url()

    def start(self) -> None:
        self._server.start()

    def mend(self) -> None:
        if self._server.poll() is not None:
            with suppress(SettingsError):  # killed again while it started: there is a next time
                self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def victims(self) -> Mapping[str, list[int]]:
        return {self.name: [self._server.pid]} if self._server.poll() is None else {}

    def doom(self, pid: int) -> list[int]:
        return descendants(pid) if pid == self._server.pid else []
