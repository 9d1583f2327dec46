"""How the queue is doing, as far as people count."""

from app.extensions import db
from app.jobs.counting import COUNT_LIMIT, count_text
from app.models import LOCAL_USER_ID, VideoJob
from app.wiring import Core
from tests.conftest import Clock
from tests.make import STAYS, claim_job, make_owner, make_ready_video, make_thumbnail, make_video, ref_of


def test_what_waits_and_runs_and_ended_lately_is_counted_in_both_tables(core: Core, clock: Clock) -> None:
    ready = make_ready_video(core)
    core.lifecycle.fail(claim_job(core, make_thumbnail(core, ready, width=1)), STAYS)
    claim_job(core, make_thumbnail(core, ready, width=2))
    make_thumbnail(core, ready, width=3)
    make_video(core)

    pulse = core.queries.read_pulse(LOCAL_USER_ID, clock())

    assert (pulse.waiting, pulse.running, pulse.completed, pulse.failed) == (2, 1, 1, 1)


def test_what_ended_over_an_hour_ago_is_not_counted(core: Core, clock: Clock) -> None:
    make_ready_video(core)
    clock.move(3601)

    pulse = core.queries.read_pulse(LOCAL_USER_ID, clock())

    assert pulse.completed == 0


def test_the_longest_wait_is_that_of_the_job_that_waits_longest(core: Core, clock: Clock) -> None:
    make_video(core)
    clock.move(40)
    make_thumbnail(core, make_ready_video(core))
    clock.move(2)

    pulse = core.queries.read_pulse(LOCAL_USER_ID, clock())

    assert pulse.oldest_waiting_seconds == 42


def test_asked_for_again_a_job_waits_from_then_on(core: Core, clock: Clock) -> None:
    video = make_video(core)
    core.lifecycle.fail(claim_job(core, video), STAYS)
    clock.move(100)
    core.controls.retry(LOCAL_USER_ID, ref_of(video))
    clock.move(3)

    pulse = core.queries.read_pulse(LOCAL_USER_ID, clock())

    assert (pulse.waiting, pulse.oldest_waiting_seconds) == (1, 3)


def test_others_are_not_counted(core: Core, clock: Clock) -> None:
    make_video(core, owner_id=make_owner())

    pulse = core.queries.read_pulse(LOCAL_USER_ID, clock())

    assert (pulse.waiting, pulse.oldest_waiting_seconds) == (0, None)


def test_counting_stops_where_people_stop_counting(core: Core, clock: Clock) -> None:
    now = clock()
    times = {"run_after": now, "queued_at": now, "created_at": now, "updated_at": now}
    db.session.add_all(
        VideoJob(owner_id=LOCAL_USER_ID, filename=f"{number}.mp4", **times) for number in range(COUNT_LIMIT + 50)
    )
    db.session.commit()

    pulse = core.queries.read_pulse(LOCAL_USER_ID, now)

    assert pulse.waiting == COUNT_LIMIT + 1
    assert (count_text(pulse.waiting), count_text(COUNT_LIMIT)) == ("1000+", "1000")
