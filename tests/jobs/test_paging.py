"""The list of jobs: two tables, one order, every job exactly once."""

import pytest

from app.jobs.claims import JobRef
from app.jobs.queries import Place
from app.models import LOCAL_USER_ID, Status
from app.wiring import Core
from tests.conftest import Clock
from tests.make import make_ready_video, make_thumbnail, make_video, ref_of, set_columns


def _walk(core: Core, *, limit: int, status: Status | None = None) -> list[JobRef]:
    """Page through the whole list."""
    seen: list[JobRef] = []
    after = None
    while page := core.queries.list_jobs(LOCAL_USER_ID, limit=limit, status=status, after=after):
        assert len(page) <= limit
        seen += [ref_of(job) for job in page]
        after = Place(page[-1].created_at, page[-1].kind_of_job, page[-1].id)
    return seen


@pytest.mark.parametrize("limit", [1, 3])
def test_jobs_of_the_same_instant_are_each_listed_once(core: Core, limit: int) -> None:
    made = set()
    for width in range(1, 6):
        video = make_video(core)
        made |= {ref_of(video), ref_of(make_thumbnail(core, video, width=width))}

    seen = _walk(core, limit=limit)

    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_jobs_are_listed_newest_first_across_both_tables(core: Core, clock: Clock) -> None:
    made = []
    video = make_video(core)
    made.append(ref_of(video))
    for number in range(1, 8):
        clock.move(0.000001)
        made.append(ref_of(make_thumbnail(core, video, width=number) if number % 3 else make_video(core)))

    seen = _walk(core, limit=3)

    assert seen == made[::-1]


def test_times_that_meet_in_part_are_each_listed_once(core: Core, clock: Clock) -> None:
    made = []
    for number in range(12):
        clock.move(number % 3 // 2)
        video = make_video(core)
        made += [ref_of(video), ref_of(make_thumbnail(core, video))]

    seen = _walk(core, limit=5)

    assert sorted(seen, key=str) == sorted(made, key=str)


def test_a_job_that_arrives_meanwhile_disturbs_nothing(core: Core, clock: Clock) -> None:
    made = [ref_of(make_video(core)) for _ in range(4)]
    first = core.queries.list_jobs(LOCAL_USER_ID, limit=2)
    clock.move(1)
    make_video(core)

    rest = core.queries.list_jobs(
        LOCAL_USER_ID, limit=10, after=Place(first[-1].created_at, first[-1].kind_of_job, first[-1].id)
    )

    assert [ref_of(job) for job in [*first, *rest]] == made[::-1]


def test_a_list_of_one_status_holds_no_other(sqlite_core: Core) -> None:
    ready = make_ready_video(sqlite_core)
    queued = [ref_of(make_thumbnail(sqlite_core, ready, width=width)) for width in (1, 2, 3)]
    failed = make_thumbnail(sqlite_core, ready, width=4)
    set_columns(failed, status=Status.FAILED)

    seen = {status: _walk(sqlite_core, limit=2, status=status) for status in Status}

    assert seen.pop(Status.QUEUED) == queued[::-1]
    assert (seen.pop(Status.FAILED), seen.pop(Status.COMPLETED)) == ([ref_of(failed)], [ref_of(ready)])
    assert not any(seen.values())
