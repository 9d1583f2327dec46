"""The whole service on a bucket: from an upload to a picture, through a store that goes away and comes back."""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.processes import end, spawn
from tests.bucket import CREDENTIALS, Bucket
from tests.clips import Recipe, make_clip
from tests.service import ROOT, Service

pytestmark = pytest.mark.processes
_FRAME = {"w": "320", "h": "180"}


@pytest.fixture
def served(service: Service, own_bucket: Bucket) -> Service:
    """A service on a bucket, started."""
    service.settings.update(STORAGE_URL=own_bucket.url(), **CREDENTIALS)
    service.start()
    return service


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@contextmanager
def _alone(service: Service, part: str) -> Iterator[None]:
    """One part of a service, as on a machine of its own."""
    environment = {**os.environ, "PORT": str(service.port), "DATA_DIR": str(service.data), **service.settings}
    with service.log.open("ab") as log:
        process = spawn([sys.executable, "-m", "app", part], cwd=ROOT, environment=environment, log=log)
    try:
        yield
    finally:
        end(process, patience_seconds=30)


def test_from_an_upload_to_a_picture_and_nothing_is_left_here(served: Service, own_bucket: Bucket, clip: Path) -> None:
    video = served.upload(clip)
    served.wait_until(f"/jobs/videos/{video['id']}", "COMPLETED")
    job = served.ask(video["id"])
    served.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED")

    picture = httpx.get(f"{served.base}/t/{video['id']}", params=_FRAME, timeout=30)
    film = httpx.get(f"{served.base}/videos/{video['id']}/source", follow_redirects=True, timeout=30)

    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert (film.content, film.history[0].status_code) == (clip.read_bytes(), 302)
    assert any(name.startswith("films/sources/1/") for name in own_bucket.names())
    assert any(name.endswith("/1/image.jpg") for name in own_bucket.names())
    assert not (served.data / "sources").exists() and not (served.data / "outputs").exists()
    assert CREDENTIALS["AWS_SECRET_ACCESS_KEY"] not in served.said()


def test_a_deleted_video_is_gone_from_the_bucket_and_from_here(served: Service, own_bucket: Bucket, clip: Path) -> None:
    video = served.upload(clip)
    served.wait_until(f"/jobs/videos/{video['id']}", "COMPLETED")

    httpx.post(f"{served.base}/videos/{video['id']}/delete", timeout=30)

    assert own_bucket.names() == []
    assert _files(served.data / "cache") == []


def test_work_waits_for_a_store_that_is_away_and_is_done_when_it_is_back(
    served: Service, own_bucket: Bucket, clip: Path
) -> None:
    video = served.upload(clip)
    served.wait_until(f"/jobs/videos/{video['id']}", "COMPLETED")
    own_bucket.server.stop()

    job = served.ask(video["id"])
    started = time.monotonic()
    refused = httpx.post(f"{served.base}/videos", files={"video": ("2.mp4", b"other bytes")}, timeout=30)
    ready = httpx.get(f"{served.base}/readyz", timeout=30)
    seconds = time.monotonic() - started
    own_bucket.server.start()

    assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
    assert (ready.status_code, ready.json()["checks"]["storage"]["ok"]) == (503, False)
    assert seconds < 45
    served.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED", seconds=60)


def test_others_are_answered_while_a_large_film_is_on_its_way_to_the_store(
    served: Service, own_bucket: Bucket, tmp_path: Path
) -> None:
    film = make_clip(tmp_path / "film.mp4", Recipe(frames=25))
    with film.open("ab") as file:
        file.write(bytes(64 * 1024 * 1024))
    waited = []

    with ThreadPoolExecutor(1) as pool:
        upload = pool.submit(served.upload, film)
        while not upload.done():
            waited.append(httpx.get(f"{served.base}/healthz", timeout=10).elapsed.total_seconds())
    served.wait_until(f"/jobs/videos/{upload.result()['id']}", "COMPLETED", seconds=60)

    assert len(waited) > 3 and max(waited) < 6
    assert own_bucket.uploads() == []


def test_web_and_worker_without_a_disk_in_common_do_it_together(
    service: Service, own_bucket: Bucket, clip: Path, tmp_path: Path
) -> None:
    service.settings.update(
        STORAGE_URL=own_bucket.url(), DATABASE_URL=f"sqlite:///{tmp_path / 'shared.sqlite3'}", **CREDENTIALS
    )
    elsewhere = Service(tmp_path / "elsewhere", **service.settings)
    with _alone(service, "web"):
        service.wait_for(lambda: httpx.get(f"{service.base}/healthz").status_code == 200)
        with _alone(elsewhere, "work"):
            video = service.upload(clip)
            service.wait_until(f"/jobs/videos/{video['id']}", "COMPLETED")
            job = service.ask(video["id"])
            service.wait_until(f"/jobs/thumbnails/{job['id']}", "COMPLETED")
            picture = httpx.get(f"{service.base}/t/{video['id']}", params=_FRAME, timeout=30)

    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert len(_files(service.data / "cache")) == 1
    assert len(_files(elsewhere.data / "cache")) == 1
