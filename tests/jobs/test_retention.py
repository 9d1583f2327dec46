"""Files are let go of by the rules that are set, and by none that is not; jobs and posters stay."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import Conflict, Gone
from app.extensions import db
from app.jobs import retention
from app.jobs.controls import Filter
from app.jobs.moves.expiring import expire_video
from app.jobs.retention import ALL_DONE, DOWNLOADED, NO_ROOM, OLD_OUTPUT, OLD_SOURCE, Expired, Retention, Rules
from app.models import LOCAL_USER_ID, Source, Status, ThumbnailJob, VideoJob
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    STAYS,
    artifacts_of,
    claim_job,
    complete_thumbnail,
    count_rows,
    events_of,
    make_artifact,
    make_failed_thumbnail,
    make_ready_video,
    make_thumbnail,
    make_video,
    ref_of,
    row_of,
    wish_of,
)

DAY = 24 * 3600.0

Keeping = Callable[..., Retention]


@pytest.fixture
def keeping(core: Core) -> Keeping:
    """Retention by the given rules."""
    return lambda **rules: Retention(core.transactions, core.storage, Rules(**rules))


def _made(core: Core, video: VideoJob, **options: object) -> ThumbnailJob:
    """A finished output whose file is there."""
    claim = claim_job(core, make_thumbnail(core, video, **options))
    artifact = make_artifact(claim)
    incoming = core.storage.receive(artifact.key)
    incoming.write(b"picture")
    incoming.keep()
    core.lifecycle.complete_thumbnail(claim, [artifact])
    return core.queries.get_thumbnail(LOCAL_USER_ID, claim.ref.id)


def _path(core: Core, key: str) -> Path:
    return core.settings.data_path / key


def test_without_rules_all_is_kept(core: Core, keeping: Keeping, clock: Clock) -> None:
    job = _made(core, make_ready_video(core))
    clock.move(9999 * DAY)

    assert keeping().run() == Expired()
    assert row_of(job).status is Status.COMPLETED


def test_an_old_output_goes_with_its_files(core: Core, keeping: Keeping, clock: Clock) -> None:
    job = _made(core, make_ready_video(core))
    [artifact] = job.artifacts
    path, name = _path(core, artifact.key), artifact.name
    clock.move(DAY)
    young = _made(core, make_ready_video(core, data=b"another"))
    clock.move(1)
    assert path.is_file()

    assert keeping(output_age=timedelta(days=1)).run() == Expired(outputs=1)

    assert (row_of(job).status, row_of(young).status) == (Status.EXPIRED, Status.COMPLETED)
    assert not path.exists()
    *_, told = events_of(job)
    assert (told.event, told.reason, told.payload["files"]) == ("job.expired", OLD_OUTPUT, [])
    with pytest.raises(Gone, match="Retry it"):
        core.queries.get_file(core.queries.get_thumbnail(LOCAL_USER_ID, job.id), name)


def test_an_expired_output_is_made_again(core: Core, keeping: Keeping, clock: Clock) -> None:
    video = make_ready_video(core)
    job = _made(core, video)
    clock.move(2 * DAY)
    keeping(output_age=timedelta(days=1)).run()

    again = core.service.request_output(LOCAL_USER_ID, video.id, wish_of())

    assert (again.job.id, again.job.status, again.is_new) == (job.id, Status.QUEUED, False)
    complete_thumbnail(core, claim_job(core, again.job))
    assert [artifact.attempt for artifact in artifacts_of(video) if artifact.thumbnail_job_id] == [2]


def test_an_old_source_goes_and_what_was_made_stays(core: Core, keeping: Keeping, clock: Clock) -> None:
    video = make_ready_video(core)
    job = _made(core, video)
    assert video.source is not None
    path = _path(core, video.source.key)
    clock.move(DAY + 1)

    assert keeping(source_age=timedelta(days=1)).run() == Expired(sources=1)

    assert (row_of(video).status, row_of(job).status, path.exists()) == (Status.EXPIRED, Status.COMPLETED, False)
    assert count_rows(Source) == 0
    assert core.queries.get_poster(core.queries.get_video(LOCAL_USER_ID, video.id))
    *_, told = events_of(video)
    assert (told.event, told.reason, told.payload["poster"]["width"]) == ("job.expired", OLD_SOURCE, 320)


def test_nothing_more_is_made_of_an_expired_video(core: Core, keeping: Keeping, clock: Clock) -> None:
    video = make_ready_video(core)
    failed = make_thumbnail(core, video)
    core.lifecycle.fail(claim_job(core, failed), STAYS)
    clock.move(DAY + 1)
    keeping(source_age=timedelta(days=1)).run()

    for refused in (
        lambda: make_thumbnail(core, video, width=5),
        lambda: core.controls.retry(LOCAL_USER_ID, ref_of(video)),
        lambda: core.controls.retry(LOCAL_USER_ID, ref_of(failed)),
    ):
        with pytest.raises(Conflict, match="Upload it again") as caught:
            refused()
        assert caught.value.code == "source_expired"


def test_bytes_that_a_younger_video_has_stay(core: Core, keeping: Keeping, clock: Clock) -> None:
    older = make_ready_video(core)
    clock.move(DAY)
    younger = make_ready_video(core)
    clock.move(1)

    assert keeping(source_age=timedelta(days=1)).run() == Expired(sources=1)

    assert (row_of(older).status, row_of(younger).status) == (Status.EXPIRED, Status.COMPLETED)
    source = core.queries.get_video(LOCAL_USER_ID, younger.id).source
    assert source is not None
    assert _path(core, source.key).is_file()


def test_a_source_waits_for_what_is_made_of_it(core: Core, keeping: Keeping, clock: Clock) -> None:
    video = make_ready_video(core)
    claim = claim_job(core, make_thumbnail(core, video))
    clock.move(DAY + 1)
    retention = keeping(source_age=timedelta(days=1))

    assert retention.run() == Expired()

    complete_thumbnail(core, claim)
    assert retention.run() == Expired(sources=1)


def test_an_output_goes_after_its_first_download(core: Core, keeping: Keeping, clock: Clock) -> None:
    job = _made(core, make_ready_video(core))
    retention = keeping(after_download=timedelta(hours=1))
    clock.move(DAY)
    assert retention.run() == Expired()

    retention.note_download(job.id)
    clock.move(3000)
    retention.note_download(job.id)
    assert retention.run() == Expired()
    clock.move(601)

    assert retention.run() == Expired(outputs=1)
    assert events_of(job)[-1].reason == DOWNLOADED


def test_a_source_goes_once_all_is_made(core: Core, keeping: Keeping, clock: Clock) -> None:
    video, bare = make_ready_video(core), make_ready_video(core, data=b"nothing is asked of it")
    _made(core, video)
    retention = keeping(after_last_output=timedelta(minutes=1))
    clock.move(59)
    waiting = make_thumbnail(core, video, width=7)
    clock.move(2)
    assert retention.run() == Expired()

    complete_thumbnail(core, claim_job(core, waiting))
    clock.move(61)

    assert retention.run() == Expired(sources=1)
    assert (row_of(video).status, row_of(bare).status) == (Status.EXPIRED, Status.COMPLETED)
    assert events_of(video)[-1].reason == ALL_DONE


def test_a_source_waits_for_what_failed(core: Core, keeping: Keeping, clock: Clock) -> None:
    failed = make_failed_thumbnail(core)
    _made(core, core.queries.get_video(LOCAL_USER_ID, failed.video_id), width=7)
    clock.move(DAY)

    assert keeping(after_last_output=timedelta(minutes=1)).run() == Expired()


def test_over_the_limit_the_oldest_go(core: Core, keeping: Keeping, clock: Clock) -> None:
    jobs = []
    for number in range(3):
        video = make_ready_video(core, data=b"x" * (100 + number))
        clock.move(10)
        jobs.append(_made(core, video))
    # Each has a source of about 100 bytes, a poster of 7 and an output of 7.
    assert keeping(most_bytes=400).run() == Expired()
    clock.move(60)

    assert keeping(most_bytes=300).run() == Expired(sources=1)

    videos = [row_of(core.queries.get_video(LOCAL_USER_ID, job.video_id)).status for job in jobs]
    assert videos == [Status.EXPIRED, Status.COMPLETED, Status.COMPLETED]
    clock.move(60)
    assert keeping(most_bytes=1).run() == Expired(outputs=3, sources=2)
    assert events_of(jobs[2])[-1].reason == NO_ROOM


def test_the_picture_that_stands_for_a_video_stays(core: Core, keeping: Keeping, clock: Clock) -> None:
    video = make_ready_video(core)
    job = _made(core, video)
    row = core.queries.get_video(LOCAL_USER_ID, video.id)
    row.poster_artifact_id = job.artifacts[0].id
    db.session.commit()
    clock.move(2 * DAY)

    assert keeping(output_age=timedelta(days=1)).run() == Expired()


@pytest.mark.parametrize("rules", [{"source_age": timedelta(days=1)}, {"most_bytes": 1}])
def test_the_file_of_a_video_that_was_never_read_goes_too(
    core: Core, keeping: Keeping, clock: Clock, rules: dict[str, object]
) -> None:
    video = make_video(core)
    path = _path(core, core.queries.get_video(LOCAL_USER_ID, video.id).source.key)  # type: ignore[union-attr]
    core.lifecycle.fail(claim_job(core, video), STAYS)
    clock.move(DAY + 1)

    assert keeping(**rules).run() == Expired(sources=1)

    assert (row_of(video).status, path.exists()) == (Status.FAILED, False)
    with pytest.raises(Conflict, match="Upload it again"):
        core.controls.retry(LOCAL_USER_ID, ref_of(video))
    assert core.controls.retry_many(LOCAL_USER_ID, Filter()).count == 0


def test_one_process_weighs_at_a_time(core: Core, keeping: Keeping, clock: Clock) -> None:
    for number in range(2):
        make_ready_video(core, data=bytes([number]) * 100)
        clock.move(1)

    assert keeping(most_bytes=150).run() == Expired(sources=1)
    assert keeping(most_bytes=1).run() == Expired()
    clock.move(60)
    assert keeping(most_bytes=1).run() == Expired(sources=1)


def test_a_file_that_somebody_else_let_go_of_is_not_made_up_for_by_a_younger_one(
    core: Core, keeping: Keeping, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = (make_ready_video(core, data=bytes([number]) * 100) for number in range(2))
    seen = retention._oldest()
    monkeypatch.setattr(retention, "_oldest", lambda: seen)
    core.transactions.run(lambda transaction: expire_video(transaction, old.id, "first"))

    assert keeping(most_bytes=1).run() == Expired()
    assert row_of(young).status is Status.COMPLETED


def test_what_is_kept_with_its_video_has_no_end(core: Core, keeping: Keeping) -> None:
    job = _made(core, make_ready_video(core))
    kept = keeping(output_age=timedelta(days=2))
    assert kept.kept_until(job) == job.finished_at + timedelta(days=2)

    job.video.poster_artifact_id = job.artifacts[0].id
    assert kept.kept_until(job) is None
