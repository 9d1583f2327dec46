"""What people do with jobs reaches the processes that work on them, within a second."""

import os
import time
from pathlib import Path

import httpx
import pytest

from tests.clips import Recipe, make_clip
from tests.service import Service, is_alive

pytestmark = pytest.mark.processes

DECODER = "app.media.decoder_process"
# The worker looks twice a second; the rest is what a loaded machine takes.
SOON_SECONDS = 3.0


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video whose rendition takes long enough to be met in the middle."""
    return make_clip(tmp_path_factory.mktemp("clips") / "long.mp4", Recipe(frames=600, width=640, height=360))


@pytest.fixture
def rendering(service: Service, long_clip: Path) -> tuple[Service, int, int, int]:
    """A service in the middle of a rendition: the service, the video, the job, its decoder."""
    service.settings["SEATS"] = "1"
    service.start()
    video = service.upload(long_clip)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")
    options = {"output": "rendition", "container": "webm", "width": 640, "height": 360}
    answer = httpx.post(f"{service.base}/videos/{video['id']}/outputs", json=options, timeout=30)
    assert answer.status_code == 201, answer.text
    job = answer.json()["id"]
    service.wait_until(f"/jobs/thumbnails/{job}", "PROCESSING")
    decoder = service.wait_for(lambda: [pid for pid in service.pids(DECODER) if _is_busy(pid)])[0]
    return service, video["id"], job, decoder


def test_a_running_job_that_is_cancelled_stops_at_once(rendering: tuple[Service, int, int, int]) -> None:
    service, video, job, decoder = rendering

    answer = httpx.post(f"{service.base}/jobs/thumbnails/{job}/cancel", timeout=30)

    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")
    service.wait_for(lambda: not is_alive(decoder), seconds=SOON_SECONDS)
    assert _left(service) == []
    # The seat is free for the next job.
    done = service.ask(video)
    service.wait_until(f"/jobs/thumbnails/{done['id']}", "COMPLETED")
    assert service.get(f"/jobs/thumbnails/{job}")["status"] == "CANCELLED"


def test_a_cancelled_job_is_done_when_it_is_retried(rendering: tuple[Service, int, int, int]) -> None:
    service, _video, job, _decoder = rendering
    httpx.post(f"{service.base}/jobs/thumbnails/{job}/cancel", timeout=30)

    httpx.post(f"{service.base}/jobs/thumbnails/{job}/retry", timeout=30)

    done = service.wait_until(f"/jobs/thumbnails/{job}", "COMPLETED", seconds=60)
    assert [file["name"] for file in done["files"]] == ["rendition.webm"]


def test_a_video_that_is_deleted_takes_its_running_job_and_its_files_along(
    rendering: tuple[Service, int, int, int],
) -> None:
    service, video, job, decoder = rendering

    answer = httpx.delete(f"{service.base}/videos/{video}", timeout=30)

    assert answer.status_code == 204
    service.wait_for(lambda: not is_alive(decoder), seconds=SOON_SECONDS)
    assert httpx.get(f"{service.base}/jobs/thumbnails/{job}", timeout=30).status_code == 404
    assert [path for path in (service.data / "sources").rglob("*") if path.is_file()] == []
    assert [path for path in (service.data / "outputs").rglob("*") if path.is_file()] == []


def test_a_long_job_leaves_a_seat_to_short_ones(rendering: tuple[Service, int, int, int]) -> None:
    service, video, job, _decoder = rendering
    service.stop()
    service.settings["SEATS"] = "2"
    service.start()
    options = {"output": "rendition", "container": "webm", "width": 320}
    other = httpx.post(f"{service.base}/videos/{video}/outputs", json=options, timeout=30).json()["id"]
    service.wait_until(f"/jobs/thumbnails/{job}", "PROCESSING")

    short = service.ask(video)
    service.wait_until(f"/jobs/thumbnails/{short['id']}", "COMPLETED")

    assert [service.get(f"/jobs/thumbnails/{number}")["status"] for number in (job, other)] == ["PROCESSING", "QUEUED"]


def test_a_job_in_hand_is_finished_when_the_service_is_told_to_stop(rendering: tuple[Service, int, int, int]) -> None:
    service, _video, job, _decoder = rendering
    service.stop()
    service.settings["DRAIN_SECONDS"] = "120"
    service.start()
    attempt = service.wait_until(f"/jobs/thumbnails/{job}", "PROCESSING")["attempt"]

    assert service.stop() == 0
    service.start()

    done = service.get(f"/jobs/thumbnails/{job}")
    assert (done["status"], done["attempt"]) == ("COMPLETED", attempt)


def test_a_paused_queue_stays_paused_over_a_restart(service: Service, long_clip: Path) -> None:
    service.start()
    httpx.post(f"{service.base}/queue/pause", timeout=30)
    video = service.upload(long_clip)
    service.stop()
    service.start()
    time.sleep(1.5)

    assert service.get("/queue")["is_paused"] is True
    assert service.get(f"/videos/{video['id']}")["status"] == "QUEUED"
    httpx.post(f"{service.base}/queue/resume", timeout=30)
    service.wait_until(f"/videos/{video['id']}", "COMPLETED")


def _is_busy(pid: int) -> bool:
    """Tell whether a process has used the processor for a while: one that waits for work has not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") > 1.0


def _left(service: Service) -> list[Path]:
    """Name the files of renditions that are still about."""
    return [path for path in (service.data / "outputs").rglob("*.webm") if path.is_file()]


def test_jobs_wait_while_the_disk_is_nearly_full(service: Service, long_clip: Path) -> None:
    service.start()
    video = service.upload(long_clip)["id"]
    service.wait_until(f"/videos/{video}", "COMPLETED")
    httpx.post(f"{service.base}/queue/pause", timeout=30)
    path = f"/jobs/thumbnails/{service.ask(video)['id']}"
    service.stop()

    service.settings["MIN_FREE_BYTES"] = str(10**18)
    service.launch()
    service.wait_for(lambda: httpx.post(f"{service.base}/queue/resume", timeout=30).is_success)
    service.wait_for(lambda: "Jobs wait" in service.said())
    time.sleep(1.5)
    assert service.get(path)["status"] == "QUEUED"
    service.stop()
    del service.settings["MIN_FREE_BYTES"]
    service.start()

    assert service.wait_until(path, "COMPLETED")["attempt"] == 1
