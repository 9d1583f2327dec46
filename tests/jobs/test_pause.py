"""A paused queue hands out nothing, and forgets nothing; what is urgent is handed out first."""

import pytest

from app.errors import Conflict
from app.models import LOCAL_USER_ID, Priority
from app.wiring import Core
from tests.conftest import Clock
from tests.make import claim_job, complete_thumbnail, make_ready_video, make_thumbnail, make_video, ref_of, row_of


def test_while_it_is_paused_nothing_is_claimed(core: Core) -> None:
    video = make_video(core)
    core.controls.pause(LOCAL_USER_ID)

    assert core.lifecycle.claim_next(1) is None
    assert core.lifecycle.claim(ref_of(video), 1) is None
    core.controls.resume(LOCAL_USER_ID)
    assert core.lifecycle.claim_next(1) is not None


def test_what_is_in_hand_is_finished(sqlite_core: Core) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    claim = claim_job(sqlite_core, job)
    sqlite_core.controls.pause(LOCAL_USER_ID)

    assert sqlite_core.lifecycle.renew(claim)
    complete_thumbnail(sqlite_core, claim)


def test_the_pulse_says_what_waits_what_runs_and_since_when(core: Core, clock: Clock) -> None:
    video = make_ready_video(core)
    make_thumbnail(core, video, width=1)
    clock.move(30)
    running = make_thumbnail(core, video, width=2)
    claim_job(core, running)
    core.controls.pause(LOCAL_USER_ID)
    core.workers.enter(seats=3, jail={})

    pulse = core.queries.read_pulse(LOCAL_USER_ID, clock())

    assert (pulse.is_paused, pulse.paused_since) == (True, clock())
    assert (pulse.waiting, pulse.running, pulse.oldest_waiting_seconds) == (1, 1, 30.0)
    assert (pulse.completed, pulse.failed, pulse.workers, pulse.seats) == (1, 0, 1, 3)


def test_what_was_done_long_ago_is_not_counted(sqlite_core: Core, clock: Clock) -> None:
    make_ready_video(sqlite_core)
    clock.move(3601)

    assert sqlite_core.queries.read_pulse(LOCAL_USER_ID, clock()).completed == 0


def test_a_job_that_is_put_first_is_claimed_first(core: Core) -> None:
    video = make_ready_video(core)
    jobs = [make_thumbnail(core, video, width=width) for width in (1, 2, 3)]

    core.controls.prioritize(LOCAL_USER_ID, ref_of(jobs[2]), Priority.HIGH)
    core.controls.prioritize(LOCAL_USER_ID, ref_of(jobs[0]), Priority.LOW)

    assert [claim_job(core).ref.id for _ in jobs] == [jobs[2].id, jobs[1].id, jobs[0].id]


def test_only_what_waits_has_a_priority_to_change(sqlite_core: Core) -> None:
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    claim_job(sqlite_core, job)

    with pytest.raises(Conflict):
        sqlite_core.controls.prioritize(LOCAL_USER_ID, ref_of(job), Priority.HIGH)

    assert row_of(job).priority == Priority.NORMAL
