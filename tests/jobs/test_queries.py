"""What pages and programs read: always an owner's, newest first."""

from collections.abc import Callable

import pytest

from app.errors import NotFound
from app.jobs.claims import JobRef
from app.jobs.queries import Queries
from app.models import LOCAL_USER_ID, JobKind, Status
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    claim_job,
    complete_thumbnail,
    make_owner,
    make_ready_video,
    make_thumbnail,
    make_video,
    ref_of,
)


@pytest.mark.parametrize(
    "read",
    [
        lambda queries, ids: queries.list_videos(LOCAL_USER_ID, limit=10),
        lambda queries, ids: queries.list_videos(LOCAL_USER_ID, limit=10, before_id=2**62),
        lambda queries, ids: queries.list_videos_by_id(LOCAL_USER_ID, [ids[0].id]),
        lambda queries, ids: queries.list_thumbnails(LOCAL_USER_ID, ids[0].id, limit=10),
        lambda queries, ids: queries.list_jobs(LOCAL_USER_ID, limit=10),
        lambda queries, ids: queries.list_jobs(LOCAL_USER_ID, limit=10, status=Status.COMPLETED),
        lambda queries, ids: queries.list_jobs_by_ref(LOCAL_USER_ID, ids),
        lambda queries, ids: queries.list_history(LOCAL_USER_ID, ids[0], limit=10),
        lambda queries, ids: queries.list_history(LOCAL_USER_ID, ids[1], limit=10),
        lambda queries, ids: [count for count in queries.count_jobs(LOCAL_USER_ID).values() if count],
        lambda queries, ids: [count for count in [queries.count_videos(LOCAL_USER_ID)] if count],
    ],
    ids="list before by_id thumbnails jobs status by_ref history history_of_output count_jobs count_videos".split(),
)
def test_nobody_is_shown_what_is_somebody_elses(
    sqlite_core: Core, read: Callable[[Queries, list[JobRef]], list[object]]
) -> None:
    refs = _somebody_elses(sqlite_core)

    found = read(sqlite_core.queries, refs)

    assert found == []


@pytest.mark.parametrize(
    "get",
    [
        lambda queries, ids: queries.get_video(LOCAL_USER_ID, ids[0].id),
        lambda queries, ids: queries.get_thumbnail(LOCAL_USER_ID, ids[1].id),
    ],
    ids=["video", "thumbnail"],
)
def test_what_is_somebody_elses_is_not_found(sqlite_core: Core, get: Callable[[Queries, list[JobRef]], object]) -> None:
    refs = _somebody_elses(sqlite_core)

    with pytest.raises(NotFound) as refusal:
        get(sqlite_core.queries, refs)

    assert str(refs[0].id) in refusal.value.message or str(refs[1].id) in refusal.value.message


def test_videos_are_listed_newest_first(core: Core, clock: Clock) -> None:
    ids = [make_video(core).id for _ in range(5)]

    first = core.queries.list_videos(LOCAL_USER_ID, limit=3)
    rest = core.queries.list_videos(LOCAL_USER_ID, limit=3, before_id=first[-1].id)

    assert [video.id for video in first + rest] == ids[::-1]


def test_videos_by_id_are_those_that_exist(core: Core) -> None:
    ids = [make_video(core).id for _ in range(3)]

    found = core.queries.list_videos_by_id(LOCAL_USER_ID, [ids[0], ids[2], 10**12])

    assert [video.id for video in found] == [ids[2], ids[0]]


def test_the_outputs_of_a_video_are_listed_newest_first(core: Core) -> None:
    video, other = make_video(core), make_video(core)
    ids = [make_thumbnail(core, video, width=width).id for width in (1, 2, 3)]
    make_thumbnail(core, other)

    found = core.queries.list_thumbnails(LOCAL_USER_ID, video.id, limit=2)

    assert [job.id for job in found] == [ids[2], ids[1]]


def test_jobs_by_reference_are_found_in_both_tables(core: Core) -> None:
    video = make_video(core)
    job = make_thumbnail(core, video)

    found = core.queries.list_jobs_by_ref(
        LOCAL_USER_ID, [ref_of(video), ref_of(job), JobRef(JobKind.VIDEO, 10**12), JobRef(JobKind.THUMBNAIL, 10**12)]
    )

    assert {ref_of(one) for one in found} == {ref_of(video), ref_of(job)}


def test_references_to_nothing_find_nothing(sqlite_core: Core) -> None:
    make_video(sqlite_core)

    found = sqlite_core.queries.list_jobs_by_ref(LOCAL_USER_ID, [])

    assert found == []


def test_a_picture_is_the_newest_of_its_size(sqlite_core: Core) -> None:
    video = make_ready_video(sqlite_core)
    for position in ("1", "2"):
        complete_thumbnail(sqlite_core, claim_job(sqlite_core, make_thumbnail(sqlite_core, video, position=position)))
    newest = sqlite_core.queries.list_thumbnails(LOCAL_USER_ID, video.id, limit=1)[0]

    artifact = sqlite_core.queries.find_picture(video, width=320, height=180, options={})

    assert artifact is not None and artifact.thumbnail_job_id == newest.id


def test_a_picture_is_the_one_with_the_options_named(core: Core) -> None:
    video = make_ready_video(core)
    jobs = [make_thumbnail(core, video, position=position) for position in ("1", "2")]
    for job in jobs:
        complete_thumbnail(core, claim_job(core, job))

    artifact = core.queries.find_picture(video, width=320, height=180, options={"t": "1"})

    assert artifact is not None and artifact.thumbnail_job_id == jobs[0].id


def test_a_picture_is_found_however_many_of_its_size_came_after_it(sqlite_core: Core) -> None:
    video = make_ready_video(sqlite_core)
    for position in range(120):
        job = make_thumbnail(sqlite_core, video, position=str(position))
        complete_thumbnail(sqlite_core, claim_job(sqlite_core, job))

    artifact = sqlite_core.queries.find_picture(video, width=320, height=180, options={"t": "0", "fit": "fit"})

    assert artifact is not None


def test_a_picture_that_is_not_made_yet_is_not_found(sqlite_core: Core) -> None:
    video = make_ready_video(sqlite_core)
    make_thumbnail(sqlite_core, video)

    assert sqlite_core.queries.find_picture(video, width=320, height=180, options={}) is None


def test_a_video_without_a_poster_says_so(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)

    with pytest.raises(NotFound) as refusal:
        sqlite_core.queries.get_poster(sqlite_core.queries.get_video(LOCAL_USER_ID, video.id))

    assert refusal.value.code == "picture_not_found"


def _somebody_elses(core: Core) -> list[JobRef]:
    """A video and an output of another owner, both COMPLETED."""
    video = make_ready_video(core, owner_id=make_owner())
    job = make_thumbnail(core, video)
    complete_thumbnail(core, claim_job(core, job))
    return [ref_of(video), ref_of(job)]
