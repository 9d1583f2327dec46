"""A store that is away or breaks off: a sentence within seconds, and on with it when it is back."""

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.errors import StorageError
from app.storage.cache import Cache
from app.storage.s3 import S3Storage, build_s3
from tests.bucket import CREDENTIALS, Bucket
from tests.service import ROOT

KEY = "sources/1/ab/abc"
DATA = bytes(range(256)) * 8192
_MIB = 1024 * 1024
_UPLOAD = """
import resource, sys
from pathlib import Path
from app.storage.cache import Cache
from app.storage.s3 import build_s3
storage = build_s3(sys.argv[1], Cache(Path(sys.argv[2]), most_bytes=10**9, min_free_bytes=0), {})
storage.receive("first").keep()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
incoming = storage.receive("large")
for number in range(96):
    incoming.write(bytes(1024 * 1024))
incoming.keep()
storage.open("large").close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, incoming.size_bytes)
"""


class _BreaksOff(BaseHTTPRequestHandler):
    """A store with one object; it closes the connection in the middle of each answer, but for the third."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self._head(200, len(DATA))

    def do_GET(self) -> None:
        self.asked.append(self.headers.get("Range", ""))
        start = int(re.sub(r"\D", "", self.asked[-1]) or 0)
        self._head(206 if start else 200, len(DATA) - start)
        whole = len(self.asked) == 3
        self.wfile.write(DATA[start:] if whole else DATA[start : start + len(DATA) // 3])
        self.close_connection = True

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", '"abc"')
        self.end_headers()

    def log_message(self, *_about: object) -> None:
        pass


@pytest.fixture
def breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[S3Storage, list[str]]]:
    """A storage on a store that breaks off, and which parts it was asked for."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    asked: list[str] = []
    handler = type("_Handler", (_BreaksOff,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"s3://films?endpoint=http://127.0.0.1:{server.server_port}&region=us-east-1"
        with closing(build_s3(url, Cache(tmp_path, most_bytes=10**9, min_free_bytes=0), {})) as storage:
            yield storage, asked
        server.shutdown()


def _store(storage: S3Storage, data: bytes = b"some bytes", key: str = KEY) -> None:
    incoming = storage.receive(key)
    incoming.write(data)
    incoming.keep()


def _acts(storage: S3Storage) -> list[Callable[[], object]]:
    return [
        lambda: storage.open(KEY),
        lambda: storage.exists(KEY),
        lambda: storage.delete(KEY),
        lambda: storage.delete_below("sources/"),
        lambda: list(storage.list_below("sources/")),
        lambda: _store(storage, b"more", "sources/1/more"),
        lambda: _store(storage, bytes(9 * _MIB), "sources/1/large"),
        storage.check,
    ]


def test_a_store_that_is_away_is_told_soon_and_used_again_when_it_is_back(own_bucket: Bucket, tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=10**9, min_free_bytes=0)
    with closing(build_s3(own_bucket.url(), cache, {})) as storage:
        _store(storage)
        own_bucket.server.stop()
        for act in _acts(storage):
            started = time.monotonic()
            with pytest.raises(StorageError) as refusal:
                act()
            assert time.monotonic() - started < 15
            assert refusal.value.is_retryable
            assert "the store does not answer" in refusal.value.message

        own_bucket.server.start()

        with storage.open(KEY) as file:
            assert file.read() == b"some bytes"


@pytest.mark.processes  # for its seconds
def test_who_does_not_answer_at_all_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0), backlog=8) as silent:
        url = f"s3://films?endpoint=http://127.0.0.1:{silent.getsockname()[1]}&region=us-east-1"
        with closing(build_s3(url, Cache(tmp_path, most_bytes=10**9, min_free_bytes=0), {})) as storage:
            started = time.monotonic()
            with pytest.raises(StorageError, match="does not answer"):
                storage.exists(KEY)

    assert time.monotonic() - started < 60


def test_a_download_that_breaks_off_goes_on_where_it_was(breaks_off: tuple[S3Storage, list[str]]) -> None:
    storage, asked = breaks_off

    with storage.open(KEY) as file:
        assert file.read() == DATA

    third = len(DATA) // 3
    assert asked == ["", f"bytes={third}-", f"bytes={2 * third}-"]


def test_nothing_of_a_download_that_fails_is_left(breaks_off: tuple[S3Storage, list[str]], tmp_path: Path) -> None:
    storage, asked = breaks_off
    asked += ["", "", ""]

    with pytest.raises(StorageError):
        storage.open(KEY)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.processes
def test_a_large_upload_and_its_copy_take_no_more_memory_than_some_parts(bucket: Bucket, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _UPLOAD, bucket.url(), str(tmp_path)]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    grown_kib, size = map(int, ran.stdout.split())
    assert size == 96 * _MIB
    assert grown_kib < 48 * 1024
