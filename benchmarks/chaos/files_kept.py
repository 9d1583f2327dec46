"""The stored files in the end: each that a row names is there and whole, and the sweep finds the others."""

import hashlib
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import httpx
from PIL import Image
from sqlalchemy import Row

from benchmarks.chaos.rows import Found
from tests.service import ROOT, Service

_FOLDERS = ("sources", "outputs")
# The sweep leaves alone what came within a day; the files are made to look older than that.
_OLD_SECONDS = 25 * 3600
_BEGINNINGS = {
    "text/vtt": b"WEBVTT",
    "application/vnd.apple.mpegurl": b"#EXTM3U",
    "application/vnd.roku.bif": b"\x89BIF\r\n\x1a\n",
}


def list_broken(service: Service, found: Found) -> list[str]:
    """Fetch every source and every result, open it, and hold it against its row; return what does not agree."""
    with httpx.Client(base_url=service.base, timeout=30) as client, ThreadPoolExecutor(4) as pool:
        broken = [
            *pool.map(lambda one: _check(client, _address(one), one, is_opened=True), found.artifacts),
            *pool.map(
                lambda one: _check(client, f"/videos/{one.video_id}/source", one, is_opened=False), found.sources
            ),
        ]
    return [sentence for sentence in broken if sentence]


def list_strays(data: Path, found: Found) -> list[str]:
    """Return the stored files that no row names."""
    named = {one.key for one in (*found.artifacts, *found.sources)}
    return sorted(set(_stored(data)) - named)


def sweep(service: Service, found: Found) -> list[str]:
    """Let a day pass for the stored files, run the sweep, and return what it left or took wrongly."""
    old = time.time() - _OLD_SECONDS
    for key in _stored(service.data):
        os.utime(service.data / key, (old, old))
    environment = {**os.environ, **service.settings, "DATA_DIR": str(service.data)}
    subprocess.run([sys.executable, "-m", "app", "sweep"], cwd=ROOT, env=environment, check=True, capture_output=True)
    left = [f"{key} belongs to nothing and was left." for key in list_strays(service.data, found)]
    kept = set(_stored(service.data))
    gone = [one.key for one in (*found.artifacts, *found.sources) if one.key not in kept]
    begun = [f"incoming/{path.name} was left." for path in (service.data / "incoming").iterdir()]
    return [*left, *(f"{key} is gone." for key in gone), *begun]


def _stored(data: Path) -> Iterator[str]:
    for folder in _FOLDERS:
        for path in (data / folder).rglob("*"):
            if path.is_file():
                yield str(path.relative_to(data))


def _address(artifact: Row[Any]) -> str:
    if artifact.thumbnail_job_id is None:
        return f"/videos/{artifact.video_id}/candidates/{artifact.public_id}"
    return f"/jobs/thumbnails/{artifact.thumbnail_job_id}/files/{artifact.key.rpartition('/')[2]}"


def _check(client: httpx.Client, address: str, row: Row[Any], *, is_opened: bool) -> str:
    answer = client.get(address)
    if answer.status_code != 200:
        return f"{address} is answered with {answer.status_code}."
    if (len(answer.content), hashlib.sha256(answer.content).hexdigest()) != (row.size_bytes, row.sha256):
        return f"{address} has other bytes than its row tells."
    if not is_opened:
        return ""
    try:
        _open(answer.content, row)
    except (OSError, ValueError, SyntaxError, zipfile.BadZipFile) as err:
        return f"{address} does not open: {err}"
    return ""


def _open(data: bytes, row: Row[Any]) -> None:
    """Open what was made. Raises OSError or ValueError when it is not what it is said to be."""
    kind = row.media_type.partition(";")[0]
    if kind.startswith("image/"):
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            _expect(picture.size, (row.width, row.height))
    elif kind.startswith("video/"):
        with av.open(io.BytesIO(data), "r") as film:
            sizes = [(frame.width, frame.height) for frame in film.decode(video=0)]
            _expect({*sizes}, {(row.width, row.height)})
    elif kind == "application/json":
        json.loads(data)
    elif kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _expect(archive.testzip(), None)
    else:
        beginning = _BEGINNINGS[kind]
        _expect(data[: len(beginning)], beginning)


def _expect(found: object, promised: object) -> None:
    if found != promised:
        raise ValueError(f"It is {found} and not {promised}.")
