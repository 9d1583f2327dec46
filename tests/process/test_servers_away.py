"""Database and Redis killed under a running service: it goes on by itself when they are back, and nothing was lost."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.extensions import db
from app.servers import PrivateDatabase, PrivateRedis, PrivateServer
from app.wiring import Core
from tests.events.pages import Page
from tests.service import Service

pytestmark = [pytest.mark.processes, pytest.mark.servers]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[PrivateDatabase]:
    database = PrivateDatabase(tmp_path / "mariadb")
    database.start()
    yield database
    database.stop()


@pytest.fixture
def served(service: Service, database: PrivateDatabase, own_redis: PrivateRedis) -> Service:
    """A service on servers that are not its own."""
    service.settings.update(DATABASE_URL=database.url(), REDIS_URL=own_redis.url(), LEASE_SECONDS="2")
    service.start()
    return service


def _kill(server: PrivateServer) -> None:
    os.kill(server.pid, signal.SIGKILL)
    while server.poll() is None:
        time.sleep(0.01)


def _wait_until_told(page: Page, video: dict[str, Any], status: str = "COMPLETED") -> None:
    while (job := page.next().data["job"])["id"] != video["id"] or job["status"] != status:
        pass


def test_without_redis_jobs_are_done_and_told_all_the_same(
    served: Service, own_redis: PrivateRedis, clip: Path
) -> None:
    page = Page(("127.0.0.1", served.port))
    _wait_until_told(page, served.upload(clip, "before.mp4"))

    _kill(own_redis)
    _wait_until_told(page, served.upload(clip, "while away.mp4"))
    own_redis.start()
    _wait_until_told(page, served.upload(clip, "afterwards.mp4"))

    page.close()
    assert "Traceback" not in served.said()


def test_a_redis_that_is_away_is_told_by_readyz(served: Service, own_redis: PrivateRedis) -> None:
    _kill(own_redis)

    answer = httpx.get(f"{served.base}/readyz", timeout=10)

    assert answer.status_code == 503
    assert not answer.json()["checks"]["events"]["ok"]


def test_a_connection_that_breaks_at_the_end_of_its_use_undoes_nothing(
    database: PrivateDatabase, build: Callable[..., Core]
) -> None:
    core = build(database_url=database.url())

    with core.app.app_context():
        found = db.session.scalar(text("SELECT 1"))
        _kill(database)
    database.start()

    with core.app.app_context():
        assert (found, db.session.scalar(text("SELECT 2"))) == (1, 2)


def test_a_job_that_is_done_while_the_database_is_away_does_not_wait_for_its_lease(
    served: Service, database: PrivateDatabase, clip: Path
) -> None:
    served.stop()
    served.settings.update(LEASE_SECONDS="100", SEATS="1")
    served.start()
    video = served.upload(clip)
    served.wait_until(f"/videos/{video['id']}", "COMPLETED")
    decoder = served.kill("app.media.decoder_process", signal.SIGSTOP)
    path = f"/jobs/thumbnails/{served.ask(video['id'])['id']}"
    served.wait_until(path, "PROCESSING")

    _kill(database)
    os.kill(decoder, signal.SIGCONT)
    served.wait_for(lambda: "cannot be written down" in served.said())
    database.start()

    job = served.wait_until(path, "COMPLETED")
    # It was no fault of the job's: as many tries are left as before.
    assert (job["attempt"], job["max_attempts"]) == (2, 4)


def test_a_database_killed_in_the_middle_loses_nothing(served: Service, database: PrivateDatabase, clip: Path) -> None:
    videos = [served.upload(clip, f"{number}.mp4") for number in range(6)]

    _kill(database)
    time.sleep(1)
    answer = httpx.get(f"{served.base}/videos", timeout=30)
    database.start()

    assert answer.status_code == 503
    assert answer.json()["code"] == "temporarily_unavailable"
    for video in videos:
        served.wait_until(f"/videos/{video['id']}", "COMPLETED", seconds=60)
    assert served.process.poll() is None
