"""A worker that lives keeps its job."""

from app.wiring import Core
from tests.conftest import Clock
from tests.make import claim_job, events_of, make_video, row_of

LEASE = 15


def test_a_renewed_lease_counts_from_now(core: Core, clock: Clock) -> None:
    video = make_video(core)
    claim = claim_job(core, video)
    clock.move(LEASE - 1)

    is_held = core.lifecycle.renew(claim)

    lease_until = row_of(video).lease_until
    assert is_held
    assert lease_until is not None
    assert (lease_until - clock()).total_seconds() == LEASE


def test_a_renewed_job_is_not_taken_away(core: Core, clock: Clock) -> None:
    claim = claim_job(core, make_video(core))
    clock.move(LEASE - 1)
    core.lifecycle.renew(claim)
    clock.move(LEASE - 1)

    taken = core.lifecycle.reclaim()

    assert taken == 0


def test_renewing_is_told_to_nobody(core: Core) -> None:
    video = make_video(core)
    claim = claim_job(core, video)
    before = row_of(video).version

    core.lifecycle.renew(claim)

    assert row_of(video).version == before
    assert [event.event for event in events_of(video)] == ["job.queued", "job.started"]


def test_a_late_worker_whose_job_nobody_took_may_go_on(core: Core, clock: Clock) -> None:
    claim = claim_job(core, make_video(core))
    clock.move(10 * LEASE)

    is_held = core.lifecycle.renew(claim)

    assert is_held
    assert core.lifecycle.reclaim() == 0
