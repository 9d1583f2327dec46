"""Many open pages in one light process: connections to a stream, and when each message reached each of them.

    python -m benchmarks.listeners PORT PATH COUNT

Says `open` when every connection has heard something, or no further one does. Told on standard input how many messages
there were in all, it listens until it has as many, or nothing comes any more, and prints as JSON the Unix times at
which each event came, by its id, and how many connections the server closed.
"""

import json
import re
import resource
import select
import socket
import sys
import time
from collections import defaultdict
from collections.abc import Callable

# A message that did not come for so long after the last one does not come any more.
_PATIENCE_SECONDS = 15.0
_ID = re.compile(rb"\nid:([0-9]+)\n")


def main() -> None:
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    raise_file_limit()
    print(json.dumps(Listeners(port, path, count).listen()), flush=True)
    sys.stdin.read()  # the pages stay open until this process is ended: what they weigh is measured meanwhile


def raise_file_limit() -> None:
    """Allow this process, and those it starts, as many open files as the system lets it ask for."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Listeners:
    """Connections, each read as soon as there is something to read."""

    def __init__(self, port: int, path: str, count: int) -> None:
        self._lines: dict[int, socket.socket] = {}
        self._rest: dict[int, bytes] = {}
        self._silent: set[int] = set()
        self._times: defaultdict[int, list[float]] = defaultdict(list)
        self._expected: int | None = None
        self._count, self._last = 0, 0.0
        self._closed = 0
        self._poll = select.epoll()
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode()
        for _ in range(count):
            self._open(port, request)

    def listen(self) -> dict[str, object]:
        """Read until everything came."""
        self._read_until(lambda: not self._silent)
        print("open", flush=True)
        self._poll.register(sys.stdin, select.EPOLLIN)
        self._read_until(lambda: self._expected is not None, patience_seconds=float("inf"))
        self._read_until(lambda: self._count >= (self._expected or 0))
        return {"times": self._times, "closed": self._closed}

    def _read_until(self, is_enough: Callable[[], bool], patience_seconds: float = _PATIENCE_SECONDS) -> None:
        """Read until it is enough, or for as long as something new comes."""
        self._last = time.time()
        while not is_enough() and time.time() - self._last < patience_seconds:
            for number, _what in self._poll.poll(1):
                if number == sys.stdin.fileno():
                    self._expected = int(sys.stdin.readline())
                    self._poll.unregister(sys.stdin)
                else:
                    self._read(number)

    def _open(self, port: int, request: bytes) -> None:
        line = socket.create_connection(("127.0.0.1", port), timeout=30)
        line.sendall(request)
        line.setblocking(False)
        self._lines[line.fileno()] = line
        self._rest[line.fileno()] = b""
        self._silent.add(line.fileno())
        self._poll.register(line, select.EPOLLIN)

    def _read(self, number: int) -> None:
        data = self._lines[number].recv(262_144)
        now = time.time()
        if number in self._silent:
            self._silent.remove(number)
            self._last = now
        if not data:
            self._poll.unregister(number)
            self._lines.pop(number).close()
            self._closed += 1
            return
        # A message ends with an empty line; HTTP's own chunk sizes stand between messages and harm nothing.
        whole, _end, self._rest[number] = (self._rest[number] + data).rpartition(b"\n\n")
        for found in _ID.findall(whole + b"\n"):
            self._count, self._last = self._count + 1, now
            self._times[int(found)].append(round(now, 6))


if __name__ == "__main__":
    main()
