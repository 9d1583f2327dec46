"""Streams to be measured: our service in two arrangements, and flask-sse as it comes."""

import json
import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

import httpx
from flask_sse import Message
from redis import Redis
from sqlalchemy import create_engine, select

from app.config import Settings
from app.models import JobEvent
from app.processes import end, spawn
from app.servers import PrivateDatabase, PrivateRedis, free_port
from tests.service import ROOT, Service, descendants

# A thumbnail is queued, started and completed: three events, about so far apart.
EVENTS_EACH = 3
_GAP_SECONDS = 0.008
# About what one of our events weighs.
_WEIGHT = 900
# Who is not listening by then is counted as missing what follows.
_GREET_SECONDS = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Way(ABC):
    """A web process with a stream of events, and how to make some."""

    port: int

    @abstractmethod
    def start(self) -> None:
        """Start it and warm it up."""

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def greet(self, count: int) -> int:
        """See to it that each of `count` open pages hears something; return how many events that took."""

    @abstractmethod
    def make_events(self, count: int, rate: float) -> dict[int, float]:
        """Make about `count` events, `rate` a second; return when each was made, by its id."""

    @abstractmethod
    def web_pid(self) -> int: ...

    @property
    @abstractmethod
    def redis(self) -> Redis | None: ...

    def memory_kib(self) -> float:
        """Return how much memory the web process occupies."""
        pages = int(Path(f"/proc/{self.web_pid()}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024

    def processor_seconds(self) -> float:
        """Return how long the web process has been computing."""
        fields = Path(f"/proc/{self.web_pid()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def redis_connections(self) -> tuple[int, int]:
        """Return how many connections to Redis the web process holds: those that listen, and all."""
        if self.redis is None:
            return 0, 0
        ports = _ports_of(self.web_pid())
        held = [one for one in self.redis.client_list() if int(one["addr"].rpartition(":")[2]) in ports]
        return sum(int(one["sub"]) + int(one["psub"]) > 0 for one in held), len(held)


class Ours(Way):
    """The whole service in a folder of its own."""

    def __init__(self, folder: Path, clip: Path, *, with_servers: bool) -> None:
        folder.mkdir()
        self._clip = clip
        self._servers = (PrivateDatabase(folder / "mariadb"), PrivateRedis(folder / "redis")) if with_servers else ()
        self._redis: Redis | None = None
        self._service = Service(folder / "data", DATABASE_URL="", REDIS_URL="")
        self._url = Settings(data_dir=str(folder / "data")).database_address
        self.port = self._service.port
        self._made = 0

    @property
    def redis(self) -> Redis | None:
        return self._redis

    def start(self) -> None:
        for server in self._servers:
            server.start()
        if self._servers:
            database, redis = self._servers
            self._url = database.url()
            self._redis = Redis.from_url(redis.url())
            self._service.settings.update(DATABASE_URL=self._url, REDIS_URL=redis.url())
        self._service.start()
        self._engine = create_engine(self._url)
        video = self._service.upload(self._clip)
        self._service.wait_until(f"/videos/{video['id']}", "COMPLETED")
        for _ in range(5):
            with httpx.stream("GET", f"{self._service.base}/stream") as answer:
                next(answer.iter_raw())
        self.make_events(15, 30)

    def stop(self) -> None:
        self._service.stop()
        for server in reversed(self._servers):
            server.stop()

    def greet(self, count: int) -> int:
        return 0  # each page hears at once when it should come back

    def make_events(self, count: int, rate: float) -> dict[int, float]:
        last_id = max(self._events(0))
        begin = time.monotonic()
        with httpx.Client(base_url=self._service.base, timeout=60) as client:
            for number in range(-(-count // EVENTS_EACH)):
                time.sleep(max(0.0, begin + number * EVENTS_EACH / rate - time.monotonic()))
                self._made += 1
                answer = client.post(f"/thumbnails/1/{self._made}/100", params={"fit": "stretch"})
                if not answer.is_success:
                    raise RuntimeError(f"{answer.text}\n{self._service.said()}")
            for status in ("queued", "processing"):
                self._service.wait_for(lambda status=status: not client.get(f"/jobs?status={status}").json()["jobs"])
        return self._events(last_id)

    def web_pid(self) -> int:
        return self._service.pids("gunicorn")[-1]

    def _events(self, last_id: int) -> dict[int, float]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(JobEvent.id, JobEvent.created_at).where(JobEvent.id > last_id))
            return {number: moment.timestamp() for number, moment in rows}


class Plain(Way):
    """flask-sse's own stream, under the same server."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._server = PrivateRedis(folder / "redis")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._last_id = 0

    @property
    def redis(self) -> Redis:
        return self._client

    def start(self) -> None:
        self._server.start()
        self._client = Redis.from_url(self._server.url())
        command = [sys.executable, "-m", "gunicorn", "-k", "gevent", "--worker-connections", "10000"]
        command += ["--backlog", "2048", "-b", f"127.0.0.1:{self.port}", "benchmarks.plain_sse:create_app()"]
        with (self._folder / "web.log").open("ab") as log:
            environment = {**os.environ, "REDIS_URL": self._server.url()}
            self._process = spawn(command, cwd=ROOT, environment=environment, log=log)
        for _ in range(5):
            self._open_once()

    def stop(self) -> None:
        # It would wait for its open pages.
        if self._process is not None:
            self._process.kill()
            end(self._process, patience_seconds=5)
        self._server.stop()

    def greet(self, count: int) -> int:
        deadline = time.monotonic() + _GREET_SECONDS
        while self._client.pubsub_numsub("sse")[0][1] < count and time.monotonic() < deadline:
            time.sleep(0.1)
        self._publish()
        return 1

    def make_events(self, count: int, rate: float) -> dict[int, float]:
        born = {}
        begin = time.monotonic()
        for number in range(-(-count // EVENTS_EACH)):
            time.sleep(max(0.0, begin + number * EVENTS_EACH / rate - time.monotonic()))
            for _ in range(EVENTS_EACH):
                moment = time.time()
                born[self._publish()] = moment
                time.sleep(_GAP_SECONDS)
        return born

    def web_pid(self) -> int:
        if self._process is None:
            raise RuntimeError("It was not started.")
        return descendants(self._process.pid)[-1]

    def _publish(self) -> int:
        self._last_id += 1
        message = Message("x" * _WEIGHT, type="job_status", id=str(self._last_id))
        self._client.publish("sse", json.dumps(message.to_dict()))
        return self._last_id

    def _open_once(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                with httpx.stream("GET", f"http://127.0.0.1:{self.port}/stream", timeout=1) as answer:
                    next(answer.iter_raw())
                    return
            except httpx.ReadTimeout:
                return  # it says nothing before there is an event
            except httpx.ConnectError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def _ports_of(pid: int) -> set[int]:
    """Return the local ports of a process's connections."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    rows = (line.split() for line in lines)
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[9] in inodes}
