"""A job given back for no fault of its own goes on at once, and loses no try."""

from app.models import Status
from app.queue.bell import SocketBell
from app.wiring import Core
from tests.conftest import Clock
from tests.make import HEALS, claim_job, events_of, make_video, row_of

REASON = "The service was stopped before it was done."


def test_a_job_given_back_is_due_at_once(core: Core, clock: Clock) -> None:
    video = make_video(core)
    clock.move(1)

    is_given = core.lifecycle.give_back(claim_job(core, video), reason=REASON)

    row = row_of(video)
    assert is_given
    assert (row.status, row.run_after, row.worker_id, row.lease_until) == (Status.QUEUED, clock(), None, None)
    assert core.lifecycle.claim_next(2) is not None


def test_giving_back_is_told_with_its_reason(core: Core) -> None:
    video = make_video(core)

    core.lifecycle.give_back(claim_job(core, video), reason=REASON)

    told = events_of(video)[-1]
    assert (told.event, told.from_status, told.reason) == ("job.queued", Status.PROCESSING, REASON)
    assert told.payload["error"] is None


def test_giving_back_costs_no_try(core: Core, clock: Clock) -> None:
    video = make_video(core)
    for _ in range(5):
        core.lifecycle.give_back(claim_job(core, video), reason=REASON)

    statuses = []
    for _ in range(3):
        statuses.append(core.lifecycle.fail(claim_job(core, video), HEALS))
        clock.move(1000)

    assert statuses == [Status.QUEUED, Status.QUEUED, Status.FAILED]


def test_attempts_never_go_back(sqlite_core: Core) -> None:
    video = make_video(sqlite_core)
    sqlite_core.lifecycle.give_back(claim_job(sqlite_core, video), reason=REASON)

    claim = claim_job(sqlite_core, video)

    assert claim.attempt == 2


def test_a_job_given_back_wakes_the_workers(sqlite_core: Core) -> None:
    claim = claim_job(sqlite_core, make_video(sqlite_core))
    sleeper = SocketBell(sqlite_core.settings.data_path / "run" / "work")
    sleeper.wait(0)

    sqlite_core.lifecycle.give_back(claim, reason=REASON)

    is_woken = sleeper.wait(1)
    sleeper.close()
    assert is_woken
