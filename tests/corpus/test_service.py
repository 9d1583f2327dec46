"""Real files, good and bad, through a running service: what the manifest promises of each, and nothing left over."""

import io
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.corpus.entries import LONGEST_SECONDS, MISSING, SIDE, is_promised, list_entries, may_be_read, may_be_refused
from tests.service import Service, descendants, is_alive, running

pytestmark = [pytest.mark.corpus, pytest.mark.processes]

ENDED = ("COMPLETED", "FAILED")


@dataclass
class Found:
    """What came of one file: the answer to its upload, its row in the end, the thumbnail's job, and its bytes."""

    uploaded: httpx.Response
    video: dict[str, Any] | None = None
    asked: httpx.Response | None = None
    job: dict[str, Any] | None = None
    picture: bytes = b""


@dataclass
class Past:
    """A service that took in the whole corpus and was stopped."""

    service: Service
    temporary: Path
    found: dict[str, Found]
    processes: list[int] = field(default_factory=list)

    def keys(self, table: str) -> list[str]:
        """Return the storage keys that a table names."""
        with closing(sqlite3.connect(self.service.data / "vtm.sqlite3")) as database:
            return [key for (key,) in database.execute(f"SELECT key FROM {table}")]  # noqa: S608

    def files(self, folder: str) -> list[str]:
        """Name the files in a folder of the data folder, as keys name them."""
        top = self.service.data / folder
        return sorted(str(path.relative_to(self.service.data)) for path in top.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Past:
    """Upload every file, wait for its intake, ask for a thumbnail of it, fetch that, and stop."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "temporary").mkdir()
    names = [entry["name"] for entry in list_entries() if entry["name"] != MISSING]
    with running(folder / "data", TMPDIR=str(folder / "temporary"), MAX_ATTEMPTS="1") as service:
        found = {name: _upload(service, corpus / name) for name in names}
        for one in found.values():
            _ask(service, one)
        for one in found.values():
            _fetch(service, one)
        processes = descendants(service.process.pid)
    return Past(service, folder / "temporary", found, processes)


def _upload(service: Service, path: Path) -> Found:
    with path.open("rb") as file:
        return Found(httpx.post(f"{service.base}/videos", files={"video": (path.name, file)}, timeout=60))


def _ask(service: Service, found: Found) -> None:
    if found.uploaded.status_code == 201:
        found.video = _wait(service, found.uploaded.headers["Location"])
        path = f"/thumbnails/{found.video['id']}/{SIDE}/{SIDE}"
        found.asked = httpx.post(f"{service.base}{path}", params={"t": "10%", "format": "png"})


def _fetch(service: Service, found: Found) -> None:
    if found.asked is not None and found.asked.status_code == 201:
        found.job = _wait(service, found.asked.headers["Location"])
        if found.job["image"]:
            found.picture = httpx.get(f"{service.base}{found.job['image']['url']}").raise_for_status().content


def _wait(service: Service, path: str) -> dict[str, Any]:
    """Wait until a job has ended, and return it."""

    def look() -> dict[str, Any] | None:
        job = service.get(path)
        return job if job["status"] in ENDED else None

    return service.wait_for(look, seconds=120)


def test_a_file_gives_what_its_entry_promises(past: Past, entry: dict[str, Any]) -> None:
    found = past.found[entry["name"]]

    assert all(_took_seconds(job) < LONGEST_SECONDS for job in (found.video, found.job) if job)
    if found.video and found.video["status"] == "COMPLETED":
        assert found.job and found.job["status"] == "COMPLETED", found.job and found.job["error"]
        with Image.open(io.BytesIO(found.picture)) as picture:
            assert may_be_read(entry)
            assert is_promised(entry, (found.video["width"], found.video["height"]), picture.size)
    else:
        assert may_be_refused(entry), found.video["error"]
        assert _reason(found).endswith(".")


def _took_seconds(job: dict[str, Any]) -> float:
    return (datetime.fromisoformat(job["finished_at"]) - datetime.fromisoformat(job["started_at"])).total_seconds()


def _reason(found: Found) -> str:
    """Return what is said of a file that cannot be read: at once of an empty one, of others in the row of the video."""
    if not found.video:
        assert found.uploaded.status_code == 400
        return str(found.uploaded.json()["error"])
    assert found.asked is not None and found.asked.status_code == 409
    assert not found.video["error"]["is_retryable"]
    return str(found.video["error"]["message"])


def test_no_file_upset_the_service(past: Past) -> None:
    assert "Traceback" not in past.service.said()
    assert "ended by itself" not in past.service.said()


def test_no_process_is_left(past: Past) -> None:
    assert past.processes
    assert [pid for pid in past.processes if is_alive(pid)] == []


def test_no_temporary_file_is_left(past: Past) -> None:
    assert list(past.temporary.rglob("*")) == []
    assert list((past.service.data / "incoming").iterdir()) == []
    assert list((past.service.data / "work").iterdir()) == []


@pytest.mark.parametrize(("folder", "table"), [("sources", "source"), ("outputs", "artifact")])
def test_each_file_has_a_row_and_each_row_a_file(past: Past, folder: str, table: str) -> None:
    assert past.files(folder) == sorted(past.keys(table))
