"""Run the whole service: servers if asked for, web and worker, all under one roof.

Any part that ends takes the others with it, and the exit code says so. TERM and Ctrl-C stop all in order.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from app.config import Settings
from app.errors import SettingsError
from app.processes import await_end, spawn
from app.servers import PrivateDatabase, PrivateRedis, PrivateServer
from app.start_checks import check_address, check_data_dir, check_servers
from app.version import VERSION

_ROOT = Path(__file__).resolve().parent.parent
_WEB = (sys.executable, "-m", "gunicorn", "-c", str(_ROOT / "gunicorn.conf.py"), "app:create_app()")
_READY_SECONDS = 60.0
_POLL_SECONDS = 0.1
# Beyond the drain time: what web and worker need to write their last rows and go.
_STOP_EXTRA_SECONDS = 15.0


def serve(settings: Settings, *, with_servers: bool) -> int:
    """Run until told to stop; return 0 then, 1 when a part ended by itself."""
    stop = threading.Event()
    supervisor = Supervisor(settings, stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.ask_to_stop())
    try:
        supervisor.start(with_servers=with_servers)
        return supervisor.watch()
    finally:
        supervisor.stop()


def become_web(settings: Settings) -> NoReturn:
    """Let this process be the web part alone; its signals and its exit code are gunicorn's."""
    check_address(settings)
    check_data_dir(settings)
    check_servers(settings)
    say(f"Video Thumbnails Maker {VERSION}, web: http://{settings.host}:{settings.port} (Ctrl-C stops it)")
    os.execv(_WEB[0], _WEB)  # noqa: S606  (no shell is wanted)


def say(text: str) -> None:
    """Tell whoever started the service, if anybody still listens."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


class Supervisor:
    """Starts the parts in order, watches them, and stops them in the opposite order."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        self._settings = settings
        self._stop = stop
        self._servers: list[PrivateServer] = []
        self._parts: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *, with_servers: bool) -> None:
        """Start everything and return when it answers, or when it was told to stop meanwhile."""
        say(f"Video Thumbnails Maker {VERSION}")
        check_address(self._settings)
        check_data_dir(self._settings)
        check_servers(self._settings)
        environment = {**os.environ, **(self._start_servers() if with_servers else {})}
        self._tell_where(with_servers)
        commands = {"web": _WEB, "worker": [sys.executable, "-m", "app", "work"]}
        for name, command in commands.items():
            self._parts[name] = spawn(command, cwd=_ROOT, environment=environment)
        self._await_ready()

    def ask_to_stop(self) -> None:
        """Stop in order; asked again, wait no longer for jobs in hand. Safe in a handler."""
        worker = self._parts.get("worker")
        if self._stop.is_set() and worker is not None and worker.poll() is None:
            worker.terminate()
        self._stop.set()

    def watch(self) -> int:
        """Wait for a reason to stop; return the exit code that goes with it."""
        while not self._stop.wait(_POLL_SECONDS):
            if ended := self._what_ended():
                say(f"{ended}. Stopping.")
                return 1
        return 0

    def _what_ended(self) -> str:
        """Tell of a part or a server that is not running any more."""
        for name, process in self._parts.items():
            if (code := process.poll()) is not None:
                return f"The {name} process ended by itself ({_how(code)})"
        for server in self._servers:
            if server.poll() is not None:
                return f"{server.name} ended by itself"
        return ""

    def stop(self) -> None:
        """Stop what runs: web and worker together, then the servers they use."""
        if any(process.poll() is None for process in self._parts.values()):
            say("Stopping; jobs in hand are finished or go back to the queue.")
        for process in self._parts.values():
            if process.poll() is None:
                process.terminate()
        for process in self._parts.values():
            # Not asked a second time: to the worker that would say not to finish what is in hand.
            await_end(process, patience_seconds=self._settings.drain_seconds + _STOP_EXTRA_SECONDS)
        for server in reversed(self._servers):
            server.stop()

    def _start_servers(self) -> Mapping[str, str]:
        if self._settings.database_url or self._settings.redis_url:
            raise SettingsError(
                "--servers brings its own: leave DATABASE_URL and REDIS_URL out, or leave out --servers."
            )
        say("Starting a private database and Redis under the data folder.")
        database = PrivateDatabase(self._settings.data_path / "mariadb")
        redis = PrivateRedis(self._settings.data_path / "redis")
        for server in (database, redis):
            self._servers.append(server)
            server.start()
        return {"DATABASE_URL": database.url(), "REDIS_URL": redis.url()}

    def _tell_where(self, with_servers: bool) -> None:
        settings = self._settings
        if with_servers:
            database, redis = (server.port for server in self._servers)
            say(f"Database: MariaDB on port {database}. Live events: Redis on port {redis}.")
        else:
            where = "as DATABASE_URL says" if settings.database_url else f"SQLite in {settings.data_dir}/"
            events = "Redis" if settings.redis_url else "the event table"
            queue = "RabbitMQ" if settings.queue == "dramatiq" else "the table"
            say(f"Database: {where}. Live events: {events}. Jobs: {queue}.")
        if settings.host not in ("127.0.0.1", "localhost", "::1"):
            say(f"Listening on {settings.host}: whoever reaches it can use it, because there is no sign-in.")

    def _await_ready(self) -> None:
        """Wait until a job could be done, and tell the address."""
        host = "127.0.0.1" if self._settings.host in ("0.0.0.0", "::", "localhost") else self._settings.host  # noqa: S104
        base = f"http://{'[' + host + ']' if ':' in host else host}:{self._settings.port}"
        deadline = time.monotonic() + _READY_SECONDS
        while not self._stop.wait(_POLL_SECONDS / 2):
            if self._what_ended():
                return  # `watch` tells what
            if jail := _ready(base, self._parts["worker"].pid):
                _tell_jail(jail)
                name = "localhost" if host == "127.0.0.1" else host
                say(f"Ready: http://{name}:{self._settings.port} (Ctrl-C stops it)")
                return
            if time.monotonic() > deadline:
                say(f"Not ready after {_READY_SECONDS:.0f} s; {base}/readyz tells what is missing.")
                return


def _ready(base: str, worker_pid: int) -> Mapping[str, str] | None:
    """Return the jail's layers once everything is ready, our own worker and not the one before it."""
    try:
        with urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:  # noqa: S310  (always our own address)
            worker = json.load(answer)["checks"]["worker"]
            is_ours = worker_pid in (one["pid"] for one in worker["workers"])
            return dict(worker["jail"]) if is_ours else None
    except (OSError, urllib.error.URLError, ValueError, KeyError):
        return None


def _tell_jail(layers: Mapping[str, str]) -> None:
    missing = [f"{name} ({state.removeprefix('off: ')})" for name, state in layers.items() if state != "on"]
    if missing:
        say(f"Warning: decoders run without these layers of their jail: {', '.join(missing)}.")


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"
