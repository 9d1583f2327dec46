"""Rows whose bytes are gone are found; what can be made or sent again is, and an empty place is not believed."""

from pathlib import Path

import pytest

from app.jobs import losses
from app.jobs.losses import REASON, Losses
from app.models import LOCAL_USER_ID, Status, ThumbnailJob, VideoJob
from app.storage.base import BytesMissing
from app.wiring import Core
from tests.make import (
    STAYS,
    artifacts_of,
    claim_job,
    complete_thumbnail,
    events_of,
    make_ready_video,
    make_thumbnail,
    make_video,
    row_of,
)


@pytest.fixture
def kept(core: Core) -> tuple[VideoJob, ThumbnailJob]:
    """A video and an output, with all their files."""
    video = make_ready_video(core)
    complete_thumbnail(core, claim_job(core, make_thumbnail(core, video)))
    for artifact in artifacts_of(video):
        incoming = core.storage.receive(artifact.key)
        incoming.write(b"picture")
        incoming.keep()
    [job] = core.queries.list_thumbnails(LOCAL_USER_ID, video.id, limit=2)
    return core.queries.get_video(LOCAL_USER_ID, video.id), job


def _source_path(core: Core, video: VideoJob) -> Path:
    assert video.source is not None
    return core.settings.data_path / video.source.key


def test_what_is_there_is_left_alone(core: Core, kept: tuple[VideoJob, ThumbnailJob]) -> None:
    assert core.losses.run() == Losses(looked_at=3)


def test_an_output_without_its_file_expires(core: Core, kept: tuple[VideoJob, ThumbnailJob]) -> None:
    video, job = kept
    core.storage.delete(job.artifacts[0].key)

    assert core.losses.run(is_trial=True) == Losses(looked_at=3, artifacts=1)
    assert row_of(job).status is Status.COMPLETED
    assert core.losses.run() == Losses(looked_at=3, artifacts=1, expired=1)

    assert (row_of(job).status, row_of(video).status) == (Status.EXPIRED, Status.COMPLETED)
    assert events_of(job)[-1].reason == REASON


def test_a_video_without_its_file_expires_and_can_come_again(core: Core, kept: tuple[VideoJob, ThumbnailJob]) -> None:
    video, _job = kept
    _source_path(core, video).unlink()

    assert core.losses.run().expired == 1

    assert row_of(video).status is Status.EXPIRED
    again = core.queries.get_video(LOCAL_USER_ID, make_ready_video(core).id)
    assert _source_path(core, again).is_file()


def test_a_lost_file_comes_again_though_a_failed_video_still_names_it(core: Core) -> None:
    failed = make_video(core)
    core.lifecycle.fail(claim_job(core, failed), STAYS)
    _source_path(core, core.queries.get_video(LOCAL_USER_ID, failed.id)).unlink()
    found = core.losses.run()
    assert (found.sources, core.losses.run().missing) == (1, 0)

    again = core.queries.get_video(LOCAL_USER_ID, make_video(core).id)

    assert _source_path(core, again).is_file()


def test_a_source_that_something_else_needs_is_forgotten_not_deleted(core: Core) -> None:
    cancelled = make_video(core)
    waiting = make_video(core)
    _source_path(core, core.queries.get_video(LOCAL_USER_ID, waiting.id)).unlink()

    core.losses.run()

    assert core.queries.get_video(LOCAL_USER_ID, cancelled.id).source_id is not None
    claim = claim_job(core, waiting)
    with pytest.raises(BytesMissing):
        core.storage.open(claim.source_key)


def test_an_empty_place_is_not_believed(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "_FEW_MISSING", 2)
    videos = [make_ready_video(core, data=bytes([number])) for number in range(3)]
    for video in videos:
        _source_path(core, video).unlink()

    found = core.losses.run()

    assert (found.is_place_empty, found.expired) == (True, 0)
    assert {row_of(video).status for video in videos} == {Status.COMPLETED}


def test_a_running_service_looks_at_some_at_a_time(
    core: Core, kept: tuple[VideoJob, ThumbnailJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    _video, job = kept
    core.storage.delete(job.artifacts[0].key)
    monkeypatch.setattr(losses, "_BATCH", 1)

    goes = [core.losses.run(most=1) for _ in range(3)]

    assert [(go.looked_at, go.expired) for go in goes] == [(2, 0), (1, 1), (1, 0)]
