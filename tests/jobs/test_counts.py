"""How many there are, as far as people count."""

from app.extensions import db
from app.jobs.counting import COUNT_LIMIT
from app.models import LOCAL_USER_ID, Status, VideoJob
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    STAYS,
    claim_job,
    make_failed_thumbnail,
    make_ready_video,
    make_thumbnail,
    make_video,
)


def test_jobs_of_both_tables_are_counted_by_status(core: Core) -> None:
    ready = make_ready_video(core)
    make_failed_thumbnail(core)
    make_thumbnail(core, ready)
    make_video(core)

    counts = core.queries.count_jobs(LOCAL_USER_ID)

    assert {status: count for status, count in counts.items() if count} == {
        Status.QUEUED: 2,
        Status.COMPLETED: 2,
        Status.FAILED: 1,
    }


def test_every_status_has_a_count(core: Core) -> None:
    core.lifecycle.fail(claim_job(core, make_video(core)), STAYS)

    counts = core.queries.count_jobs(LOCAL_USER_ID)

    assert set(counts) == set(Status)
    assert sum(counts.values()) == 1


def test_counting_stops_where_people_stop_counting(core: Core, clock: Clock) -> None:
    now = clock()
    times = {"run_after": now, "queued_at": now, "created_at": now, "updated_at": now}
    db.session.add_all(
        VideoJob(owner_id=LOCAL_USER_ID, filename=f"{number}.mp4", **times) for number in range(COUNT_LIMIT + 50)
    )
    db.session.commit()

    videos = core.queries.count_videos(LOCAL_USER_ID)
    jobs = core.queries.count_jobs(LOCAL_USER_ID)

    assert videos == jobs[Status.QUEUED] == COUNT_LIMIT + 1
