"""The command line on the jobs of a service: each verb, what it says, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.models import Status
from app.wiring import Core
from tests.make import make_failed_thumbnail, make_ready_video, make_thumbnail, row_of
from tests.service import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.processes


@pytest.fixture
def run(sqlite_core: Core) -> Run:
    """Run a command on the same database as the test's core."""

    def run_one(*arguments: str) -> subprocess.CompletedProcess[str]:
        data = str(sqlite_core.settings.data_path)
        environment = {**os.environ, "DATA_DIR": data, "DATABASE_URL": "", "REDIS_URL": ""}
        command = [sys.executable, "-m", "app", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run_one


def test_jobs_are_cancelled_and_retried(sqlite_core: Core, run: Run) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))

    cancelled = run("cancel", f"thumbnail-{job.id}")
    assert (cancelled.returncode, cancelled.stdout) == (0, f"thumbnail-{job.id}: done.\n"), cancelled.stderr
    assert row_of(job).status is Status.CANCELLED

    assert run("retry", f"thumbnail-{job.id}").returncode == 0
    assert row_of(job).status is Status.QUEUED


def test_all_that_failed_is_retried(sqlite_core: Core, run: Run) -> None:
    job = make_failed_thumbnail(sqlite_core)

    ended = run("retry", "--failed")

    assert (ended.returncode, ended.stdout) == (0, "1 jobs are in the queue again.\n")
    assert row_of(job).status is Status.QUEUED


def test_the_queue_is_paused_and_goes_on(sqlite_core: Core, run: Run) -> None:
    make_ready_video(sqlite_core)

    paused = run("queue", "pause", "--json")
    resumed = run("queue", "resume")

    assert json.loads(paused.stdout)["is_paused"] is True
    running, _counts, workers = resumed.stdout.splitlines()
    assert (running, workers) == ("The queue is running.", "No worker is running.")


def test_videos_are_deleted(sqlite_core: Core, run: Run) -> None:
    video = make_ready_video(sqlite_core)

    ended = run("delete", f"video-{video.id}", "video-999")

    assert (ended.returncode, ended.stdout) == (2, f"video-{video.id}: done.\n")
    assert ended.stderr == "video-999: There is no video 999.\n"
    assert [path for path in Path(sqlite_core.settings.data_path / "sources").rglob("*") if path.is_file()] == []


def test_what_is_not_to_be_kept_is_let_go_of(sqlite_core: Core, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    video = make_ready_video(sqlite_core)
    monkeypatch.setenv("SOURCE_DAYS", "0.01")

    ended = run("expire")

    assert (ended.returncode, ended.stdout) == (0, "0 outputs and 1 videos' own files have expired.\n")
    assert row_of(video).status is Status.EXPIRED


def test_a_sweep_tells_what_is_missing(sqlite_core: Core, run: Run) -> None:
    video = make_ready_video(sqlite_core)
    assert video.source is not None
    (sqlite_core.settings.data_path / video.source.key).unlink()

    ended = run("sweep")

    assert ended.stdout.splitlines()[1] == "2 files of 2 are missing; 1 jobs have expired by it."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cancel", "7"), "7 is no job: write video-3 or thumbnail-12."),
        (("cancel", "video-x"), "video-x is no job: write video-3 or thumbnail-12."),
        (("retry",), "Say which jobs: video-3, thumbnail-12, or --failed for all that failed."),
        (("delete", "thumbnail-1"), "thumbnail-1: Only videos can be deleted: write video-3."),
        (("cancel", "thumbnail-1"), "thumbnail-1: There is no thumbnail job 1."),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ended = run(*arguments)

    assert (ended.returncode, ended.stderr) == (2, f"{said}\n")
