"""Bytes that are to go and are gone already, in a store that says so."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.storage.cache import Cache
from app.storage.removal import remove_all
from app.storage.s3 import S3Storage, build_s3
from tests.bucket import CREDENTIALS

_LISTED = b"<ListBucketResult><Contents><Key>outputs/1/gone.jpg</Key><Size>1</Size></Contents></ListBucketResult>"
_NOT_THERE = b"<DeleteResult><Error><Key>outputs/1/gone.jpg</Key><Code>NoSuchKey</Code></Error></DeleteResult>"


class _HasNothing(BaseHTTPRequestHandler):
    """A store that lists what is gone, and refuses to remove it; a bucket named "none" is not there."""

    asked: list[str]

    def do_DELETE(self) -> None:
        self._answer(404, b"")

    def do_GET(self) -> None:
        self._answer(200, _LISTED)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, _NOT_THERE)

    def _answer(self, status: int, body: bytes) -> None:
        is_missing = self.path.startswith("/none")
        self.asked.append(self.command)
        self.send_response(404 if is_missing else status)
        self.send_header("Content-Length", str(0 if is_missing else len(body)))
        self.end_headers()
        self.wfile.write(b"" if is_missing else body)

    def log_message(self, *_about: object) -> None:
        pass


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str]]]:
    """The port of a store that has nothing, and what it was asked."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), type("_Handler", (_HasNothing,), {"asked": asked})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


def _storage(port: int, bucket: str, folder: Path) -> S3Storage:
    url = f"s3://{bucket}?endpoint=http://127.0.0.1:{port}&region=us-east-1&addressing=path"
    return build_s3(url, Cache(folder, most_bytes=10**9, min_free_bytes=0), {})


def test_what_is_gone_already_counts_as_removed(
    store: tuple[int, list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port, asked = store
    with closing(_storage(port, "films", tmp_path)) as storage, caplog.at_level(logging.WARNING):
        remove_all(storage, ["sources/1/a", "outputs/1/"])

    assert asked == ["DELETE", "GET", "POST"]
    assert caplog.messages == []


def test_a_bucket_that_is_not_there_leaves_it_to_the_sweep(
    store: tuple[int, list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port, _asked = store
    with closing(_storage(port, "none", tmp_path)) as storage, caplog.at_level(logging.WARNING):
        remove_all(storage, ["outputs/1/"])

    assert caplog.messages == [
        "outputs/1/ is left to the sweep: The stored files cannot be listed: there is no such bucket."
    ]
