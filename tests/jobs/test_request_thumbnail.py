"""Asking for a thumbnail: the same wish is the same job."""

import pytest

from app.errors import Conflict, NotFound
from app.jobs.options.thumbnail import read_thumbnail_options
from app.jobs.service import Answer
from app.models import LOCAL_USER_ID, Status, VideoJob
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    STAYS,
    claim_job,
    complete_thumbnail,
    events_of,
    make_owner,
    make_ready_video,
    make_thumbnail,
    make_video,
    row_of,
    set_columns,
    wish_of,
)

WANTED = {"width": "320", "height": "180"}


def _ask(core: Core, video: VideoJob, **wanted: str) -> Answer:
    options = read_thumbnail_options({**WANTED, **wanted})
    return core.service.request_output(video.owner_id, video.id, options)


def test_a_wish_is_a_queued_job(core: Core, clock: Clock) -> None:
    video = make_ready_video(core)

    answer = _ask(core, video, t="10", fit="fill", format="png")

    row = core.queries.get_thumbnail(LOCAL_USER_ID, answer.job.id)
    assert (answer.is_new, row.status, row.video_id, row.width, row.height) == (True, Status.QUEUED, video.id, 320, 180)
    assert row.options == {"t": "10", "fit": "fill", "format": "png"}
    assert row.created_at == row.queued_at == row.run_after == clock()


def test_a_wish_is_told(core: Core) -> None:
    answer = _ask(core, make_ready_video(core))

    (told,) = events_of(answer.job)
    assert (told.event, told.status, told.version) == ("job.queued", Status.QUEUED, 1)
    assert (told.payload["width"], told.payload["height"], told.payload["filename"]) == (320, 180, "clip.mp4")


def test_the_same_wish_is_the_same_job(core: Core) -> None:
    video = make_ready_video(core)

    first, second = _ask(core, video), _ask(core, video)

    assert (first.job.id, first.is_new) == (second.job.id, True)
    assert not second.is_new
    assert len(events_of(first.job)) == 1


@pytest.mark.parametrize("written", ["10.0", "10.000000000", "0010", "00:00:10", "0:10", "00:00:10.000", " 10 "])
def test_equal_positions_written_differently_are_one_wish(sqlite_core: Core, written: str) -> None:
    video = make_ready_video(sqlite_core)
    first = _ask(sqlite_core, video, t="10")

    second = _ask(sqlite_core, video, t=written)

    assert (second.job.id, second.is_new) == (first.job.id, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"t": "10%"}, {"t": "10.00 %"}),
        ({}, {"t": ""}),
        ({}, {"t": "poster", "fit": "fit", "format": "jpg"}),
        ({"width": "320"}, {"width": "0320"}),
        ({}, {"unknown": "ignored"}),
    ],
)
def test_what_is_left_out_is_the_default(sqlite_core: Core, one: dict[str, str], other: dict[str, str]) -> None:
    video = make_ready_video(sqlite_core)

    first, second = _ask(sqlite_core, video, **one), _ask(sqlite_core, video, **other)

    assert first.job.id == second.job.id


@pytest.mark.parametrize(
    "other",
    [{"width": "321"}, {"height": "181"}, {"t": "10.001"}, {"t": "10%"}, {"fit": "pad"}, {"format": "webp"}],
)
def test_another_wish_is_another_job(sqlite_core: Core, other: dict[str, str]) -> None:
    video = make_ready_video(sqlite_core)
    first = _ask(sqlite_core, video, t="10")

    second = _ask(sqlite_core, video, **{"t": "10", **other})

    assert second.is_new
    assert second.job.id != first.job.id


def test_the_same_wish_of_another_video_is_another_job(core: Core) -> None:
    first, second = _ask(core, make_ready_video(core)), _ask(core, make_ready_video(core))

    assert second.is_new
    assert first.job.id != second.job.id


def test_a_video_that_is_not_read_yet_can_be_asked(sqlite_core: Core) -> None:
    answer = _ask(sqlite_core, make_video(sqlite_core))

    assert answer.is_new
    assert answer.job.status is Status.QUEUED


def test_a_video_that_cannot_be_read_gives_nothing(core: Core) -> None:
    video = make_video(core)
    core.lifecycle.fail(claim_job(core, video), STAYS)

    with pytest.raises(Conflict) as refusal:
        _ask(core, video)

    assert refusal.value.code == "source_failed"
    assert STAYS.message in refusal.value.message
    assert core.queries.list_thumbnails(LOCAL_USER_ID, video.id, limit=10) == []


def test_an_output_that_failed_with_its_video_stays_failed(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    job = make_thumbnail(sqlite_core, video)
    sqlite_core.lifecycle.fail(claim_job(sqlite_core, video), STAYS)

    with pytest.raises(Conflict):
        _ask(sqlite_core, video)

    assert row_of(job).status is Status.FAILED


def test_what_was_made_before_is_given_even_if_the_video_is_lost(sqlite_core: Core) -> None:
    video = make_ready_video(sqlite_core)
    job = make_thumbnail(sqlite_core, video)
    complete_thumbnail(sqlite_core, claim_job(sqlite_core, job))
    set_columns(video, status=Status.FAILED)

    answer = _ask(sqlite_core, video)

    assert (answer.job.id, answer.job.status) == (job.id, Status.COMPLETED)


@pytest.mark.parametrize("video_id", [0, -1, 10**12, 2**63 - 1])
def test_an_unknown_video_is_not_found(sqlite_core: Core, video_id: int) -> None:
    with pytest.raises(NotFound) as refusal:
        sqlite_core.service.request_output(LOCAL_USER_ID, video_id, wish_of(width=1, height=1))

    assert (refusal.value.code, refusal.value.field) == ("video_not_found", "video_id")


def test_somebody_elses_video_is_not_found(sqlite_core: Core) -> None:
    theirs = make_video(sqlite_core, owner_id=make_owner())

    with pytest.raises(NotFound) as refusal:
        sqlite_core.service.request_output(LOCAL_USER_ID, theirs.id, wish_of(width=1, height=1))

    assert refusal.value.code == "video_not_found"
