"""Real processes, killed in the middle: every job that was accepted is done in the end, once."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.processes import end, spawn
from tests.service import ROOT, Service, descendants, is_alive

pytestmark = pytest.mark.processes

DECODER = "app.media.decoder_process"


@pytest.fixture
def stuck(service: Service, clip: Path) -> Iterator[tuple[Service, int, int]]:
    """A service whose one decoder was stopped (SIGSTOP) in the middle of a job: the service, the job, the decoder."""
    service.settings["SEATS"] = "1"
    service.start()
    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")
    decoder = service.kill(DECODER, signal.SIGSTOP)
    job = service.ask(video["id"])
    service.wait_until(f"/jobs/thumbnails/{job['id']}", "PROCESSING")
    yield service, job["id"], decoder


def test_a_decoder_killed_in_the_middle_costs_one_try(stuck: tuple[Service, int, int]) -> None:
    service, job_id, decoder = stuck

    os.kill(decoder, signal.SIGKILL)

    job = service.wait_until(f"/jobs/thumbnails/{job_id}", "COMPLETED")
    assert job["attempt"] == 2


def test_a_decoder_that_hangs_is_stopped_and_fails_only_its_own_job(service: Service, clip: Path) -> None:
    service.settings.update(DECODER_SECONDS="2", MAX_ATTEMPTS="1")
    service.start()
    video = service.upload(clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")
    for decoder in service.pids(DECODER)[:1]:
        os.kill(decoder, signal.SIGSTOP)

    jobs = [service.ask(video["id"], f"{width}/90") for width in (100, 110, 120, 130)]

    ended = [service.wait_for(lambda job=job: _ended(service, job["id"])) for job in jobs]
    assert sorted(job["status"] for job in ended) == ["COMPLETED", "COMPLETED", "COMPLETED", "FAILED"]
    assert {job["error"]["code"] for job in ended if job["error"]} == {"decoder_timeout"}


def test_a_worker_killed_in_the_middle_loses_nothing(stuck: tuple[Service, int, int]) -> None:
    service, job_id, decoder = stuck

    service.kill("app work")
    service.wait()
    service.start()

    job = service.wait_until(f"/jobs/thumbnails/{job_id}", "COMPLETED")
    assert job["attempt"] == 2
    assert not is_alive(decoder)


def test_a_web_process_killed_in_the_middle_loses_nothing(service: Service, clip: Path) -> None:
    service.start()
    accepted = [service.upload(clip)["id"] for _ in range(5)]

    service.kill("gunicorn")
    service.wait()
    service.start()

    assert all(service.wait_until(f"/videos/{number}", "COMPLETED") for number in accepted)


def test_term_gives_back_what_cannot_be_finished_in_time(stuck: tuple[Service, int, int]) -> None:
    service, job_id, _decoder = stuck

    code = service.stop()
    service.start()

    job = service.wait_until(f"/jobs/thumbnails/{job_id}", "COMPLETED")
    assert code == 0
    assert (job["attempt"], job["max_attempts"]) == (2, 4)


def test_a_worker_that_wakes_up_late_cannot_overwrite_the_winner(stuck: tuple[Service, int, int]) -> None:
    service, job_id, _decoder = stuck
    first = service.kill("app work", signal.SIGSTOP)

    second = _second_worker(service)
    job = service.wait_until(f"/jobs/thumbnails/{job_id}", "COMPLETED")
    os.kill(first, signal.SIGCONT)
    time.sleep(3)
    end(second, patience_seconds=30)

    assert service.get(f"/jobs/thumbnails/{job_id}") == job
    assert (
        _count(service, "SELECT count(*) FROM job_event WHERE event = 'job.completed' AND job_type = 'thumbnail'") == 1
    )
    assert _count(service, "SELECT count(*) FROM artifact WHERE thumbnail_job_id IS NOT NULL") == 1


def test_a_client_that_goes_away_leaves_nothing_behind(service: Service) -> None:
    service.start()

    def half() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n' + bytes(200_000)
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        httpx.post(
            f"{service.base}/videos", content=half(), headers={"Content-Type": "multipart/form-data; boundary=x"}
        )

    service.wait_for(lambda: not list((service.data / "incoming").iterdir()))
    assert service.get("/videos") == {"videos": [], "next": None}


def test_an_upload_goes_to_the_disk_and_not_through_memory(service: Service, tmp_path: Path) -> None:
    service.start()
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(400_000_000)
    master = service.pids("gunicorn")[0]
    web = descendants(master)[0]
    before = _resident_bytes(web)

    service.upload(large)

    assert _resident_bytes(web) - before < 40 * 1024 * 1024


def _ended(service: Service, job_id: int) -> dict[str, object] | None:
    job = service.get(f"/jobs/thumbnails/{job_id}")
    return job if job["status"] in ("COMPLETED", "FAILED") else None


def _second_worker(service: Service) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATA_DIR": str(service.data), **service.settings}
    with service.log.open("ab") as log:
        return spawn([service.python, "-m", "app", "work"], cwd=ROOT, environment=environment, log=log)


def _count(service: Service, query: str) -> int:
    with sqlite3.connect(service.data / "vtm.sqlite3") as connection:
        return int(connection.execute(query).fetchone()[0])


def _resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
