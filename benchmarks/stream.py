"""The live stream with many pages open: how late, how heavy, and whether anything is lost.

    python -m benchmarks.stream [--clients 1000] [--events 100] [--rounds 2] [--rate 8]

The real service runs with the bell (SQLite) and with a private MariaDB and Redis; flask-sse's own stream, under the
same gunicorn with gevent, is what it is compared with. Each round runs all three once, in random order. Thumbnails
that are asked for at a steady rate make the events: each is queued, started and completed. The peer is told of as many
events of the same size, as close together.

Latency is from an event's `created_at`, before its commit (with the peer: before it is published), to each client's
receipt of it. Memory is what the web process grows by while the pages are open and hear of events.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from benchmarks.compare import print_table
from benchmarks.listeners import raise_file_limit
from benchmarks.streams import Ours, Plain, Way
from tests.clips import make_clip

BARS = {"p99": "≤ 250 ms at 1000, ≤ 1 s at 5000", "lost": "0", "memory": "≤ 25 KiB", "redis": "1"}
HEAD = (
    "stream",
    "clients",
    "messages",
    "p50 ms",
    "p99 ms",
    "max ms",
    "lost",
    "KiB per client",
    "Redis connections for pages",
    "of the process",
    "µs of processor per message",
)


@dataclass
class Measured:
    """What the rounds of one way gave."""

    latencies: list[float] = field(default_factory=list)
    lost: int = 0
    kib_per_client: list[float] = field(default_factory=list)
    redis: list[tuple[int, int]] = field(default_factory=list)
    microseconds: list[float] = field(default_factory=list)


def main() -> None:
    options = _options()
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        clip = make_clip(Path(folder) / "clip.mp4")
        ways: dict[str, Callable[[Path], Way]] = {
            "ours, bell and SQLite": lambda place: Ours(place, clip, with_servers=False),
            "ours, Redis and MariaDB": lambda place: Ours(place, clip, with_servers=True),
            "flask-sse alone": Plain,
        }
        measured = {name: Measured() for name in ways}
        for number in range(options.rounds):
            for name in random.sample(list(ways), len(ways)):
                _measure(ways[name](Path(folder) / f"{number}-{len(name)}"), options, measured[name])
    _print(measured, options.clients)


def _measure(way: Way, options: argparse.Namespace, measured: Measured) -> None:
    """Run one way once and add what it gave."""
    with ExitStack() as stack:
        stack.callback(way.stop)
        way.start()
        before = way.memory_kib()
        listeners = _Listeners(way.port, options.clients)
        stack.callback(listeners.close)
        greetings = way.greet(options.clients)
        listeners.wait_until_open()
        processor = way.processor_seconds()
        born = way.make_events(options.events, options.rate)
        heard = listeners.hear(options.clients * (len(born) + greetings))
        spent = way.processor_seconds() - processor
        measured.kib_per_client.append((way.memory_kib() - before) / options.clients)
        measured.redis.append(way.redis_connections())
    for number, moment in born.items():
        times = heard.get(number, [])
        measured.latencies.extend(time - moment for time in times)
        measured.lost += options.clients - len(times)
    measured.microseconds.append(1e6 * spent / (len(born) * options.clients))


class _Listeners:
    """The process that holds the open pages."""

    def __init__(self, port: int, count: int) -> None:
        command = [sys.executable, "-m", "benchmarks.listeners", str(port), "/stream", str(count)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # Both are there, as pipes were asked for.
        self._ask, self._answer = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)

    def wait_until_open(self) -> None:
        if self._answer.readline() != "open\n":
            raise RuntimeError("The pages could not be opened.")

    def hear(self, messages: int) -> dict[int, list[float]]:
        """Wait for so many messages in all, or for as long as some come; return when each event came."""
        self._ask.write(f"{messages}\n")
        self._ask.flush()
        found = json.loads(self._answer.readline())
        if found["closed"]:
            sys.stderr.write(f"{found['closed']} streams were closed by the server.\n")
        return {int(number): times for number, times in found["times"].items()}

    def close(self) -> None:
        """Close every page."""
        self._process.kill()
        self._process.communicate()


def _print(measured: dict[str, Measured], clients: int) -> None:
    rows = [["bar", "", "", "", BARS["p99"], "", BARS["lost"], BARS["memory"], BARS["redis"], "", ""]]
    for name, found in measured.items():
        late = sorted(found.latencies) or [float("nan")]
        picked = (late[len(late) // 2], late[len(late) * 99 // 100], late[-1])
        rows.append(
            [
                name,
                str(clients),
                str(len(found.latencies)),
                *(f"{1000 * seconds:.1f}" for seconds in picked),
                str(found.lost),
                f"{statistics.median(found.kib_per_client):.1f}",
                *(str(max(numbers)) for numbers in zip(*found.redis, strict=True)),
                f"{statistics.median(found.microseconds):.0f}",
            ]
        )
    print_table(HEAD, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1000, help="pages that are open at the same time")
    parser.add_argument("--events", type=int, default=100, help="events in each round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rate", type=float, default=8.0, help="events a second")
    return parser.parse_args()


if __name__ == "__main__":
    main()
