"""Two web processes and three workers, one of which is killed every now and then: every job is done, once, and told."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, select, text

from app.models import ThumbnailJob, VideoJob
from tests.bucket import CREDENTIALS, Bucket
from tests.events.pages import Page
from tests.machines import Machines, Servers

pytestmark = [pytest.mark.processes, pytest.mark.servers]

_VIDEOS, _SIZES = 20, (100, 101, 102, 103)
_JOBS = _VIDEOS * (1 + len(_SIZES))
# A worker needs two seconds to begin.
_KILL_SECONDS, _MOST_KILLS = 3.0, 10
_ALL_DONE_SECONDS = 240.0


@pytest.fixture
def machines(tmp_path: Path, bucket: Bucket) -> Iterator[Machines]:
    """Five processes, each with a data folder of its own; the files are in a bucket."""
    settings = {"LEASE_SECONDS": "2", "MAX_ATTEMPTS": "20", "STORAGE_URL": bucket.url(), **CREDENTIALS}
    with Servers(tmp_path) as servers:
        machines = Machines(tmp_path, servers, webs=2, workers=3, **settings)
        try:
            machines.start()
            yield machines
        finally:
            machines.stop()


class _Ear:
    """An open page that counts how often each job was told to be completed."""

    def __init__(self, port: int) -> None:
        self.told: Counter[tuple[str, int]] = Counter()
        self._page = Page(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for message in self._page.until_it_ends():
            if message.type == "job_status" and message.data["event"] == "job.completed":
                self.told[message.data["job"]["type"], message.data["job"]["id"]] += 1

    def close(self) -> None:
        """Wait for the end of the stream."""
        self._thread.join(10)
        self._page.close()


def _ask_for_all(machines: Machines, clip: Path) -> None:
    """Upload to one web and ask the other for outputs, before the video can have been read."""
    for number in range(_VIDEOS):
        first, second = machines.webs[number % 2], machines.webs[(number + 1) % 2]
        with clip.open("rb") as file:
            answer = httpx.post(f"{first.base}/videos", files={"video": (f"{number}.mp4", file)}, timeout=30)
        for width in _SIZES:
            httpx.post(f"{second.base}/thumbnails/{answer.json()['id']}/{width}/90", timeout=30).raise_for_status()


def _is_over(machines: Machines) -> bool:
    queue = machines.webs[0].get("/queue")
    return queue["waiting"] == queue["running"] == 0


def _events(machines: Machines, event: str) -> tuple[int, int]:
    """Return how many such events there were, and of how many jobs."""
    engine = create_engine(machines.webs[0].settings["DATABASE_URL"])
    with engine.connect() as connection:
        query = text("SELECT count(*), count(DISTINCT job_type, job_id) FROM job_event WHERE event = :event")
        total, jobs = connection.execute(query, {"event": event}).one()
    engine.dispose()
    return total, jobs


def _is_one_in_danger(machines: Machines) -> bool:
    """Tell whether a job saw two workers die: with the third it would rightly be given up."""
    engine = create_engine(machines.webs[0].settings["DATABASE_URL"])
    with engine.connect() as connection:
        found = [
            connection.scalar(select(model.id).where(model.crashes >= 2, model.finished_at.is_(None)).limit(1))
            for model in (VideoJob, ThumbnailJob)
        ]
    engine.dispose()
    return any(found)


def _kill_until_all_is_done(machines: Machines, asking: threading.Thread) -> int:
    """Kill one worker after the other while there are jobs; return how many."""
    deaths, deadline = 0, time.monotonic() + _ALL_DONE_SECONDS
    while asking.is_alive() or not _is_over(machines):
        assert time.monotonic() < deadline, f"after {deaths} deaths not all is done:\n{machines.said()[-3000:]}"
        if deaths < _MOST_KILLS and not _is_one_in_danger(machines):
            worker = machines.workers[deaths % len(machines.workers)]
            worker.kill()
            worker.start()
            deaths += 1
        time.sleep(_KILL_SECONDS)
    return deaths


def test_however_many_workers_die_every_job_is_done_once_and_told_to_all(machines: Machines, clip: Path) -> None:
    ears = [_Ear(web.port) for web in machines.webs]
    asking = threading.Thread(target=_ask_for_all, args=(machines, clip), daemon=True)
    asking.start()

    assert _kill_until_all_is_done(machines, asking) >= 2

    assert _events(machines, "job.completed") == (_JOBS, _JOBS)
    machines.wait_for(lambda: all(len(ear.told) == _JOBS for ear in ears))
    machines.stop()
    for ear in ears:
        ear.close()
        assert max(ear.told.values()) == 1
    assert "Traceback" not in machines.said()


def test_all_stop_in_order_and_leave_the_rest_to_others(machines: Machines, clip: Path) -> None:
    _ask_for_all(machines, clip)
    first, *others = machines.workers

    code = first.stop()

    assert code == 0
    machines.wait_for(lambda: _is_over(machines), seconds=60)
    assert [worker.stop() for worker in others] == [0, 0]
    assert _events(machines, "job.failed") == (0, 0)


def test_a_worker_without_room_leaves_jobs_to_others(tmp_path: Path, clip: Path) -> None:
    with Servers(tmp_path) as servers:
        machines = Machines(tmp_path, servers, webs=1, workers=2)
        full, other = machines.workers
        full.settings["MIN_FREE_BYTES"] = "1000T"
        try:
            for part in (*machines.webs, full):
                part.start()
            machines.wait_for(lambda: machines.webs[0].get("/readyz")["status"] == "ready")
            with clip.open("rb") as file:
                httpx.post(f"{machines.webs[0].base}/videos", files={"video": file}, timeout=30).raise_for_status()
            time.sleep(3)
            before = _events(machines, "job.started")
            other.start()
            machines.wait_for(lambda: _is_over(machines))
        finally:
            machines.stop()

    assert before == (0, 0)
    assert full.said().count("Jobs wait: less than") == 1
