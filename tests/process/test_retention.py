"""A running service lets go of files by itself, and pages that are open hear of it."""

from pathlib import Path

import pytest

from tests.clips import Recipe, make_clip
from tests.service import Service

pytestmark = pytest.mark.processes


def test_a_worker_lets_go_of_what_is_not_to_be_kept(service: Service, tmp_path: Path) -> None:
    service.settings |= {"DONE_SOURCE_MINUTES": "0.001", "OUTPUT_DAYS": "0.00001"}
    service.start()
    video = service.upload(make_clip(tmp_path / "clip.mp4", Recipe(frames=20)))
    job = service.ask(video["id"])

    service.wait_until(f"/videos/{video['id']}", "EXPIRED")
    service.wait_until(f"/jobs/thumbnails/{job['id']}", "EXPIRED")

    left = [path for path in service.data.rglob("*") if path.is_file() and {"sources", "outputs"} & set(path.parts)]
    # The poster, and the stills from which it was chosen.
    assert left
    assert all(video["public_id"] in str(path) and job["public_id"] not in str(path) for path in left)
