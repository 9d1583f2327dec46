"""Who lost a job can do nothing to it any more: the winner's row and results stay as they are."""

from collections.abc import Callable

import pytest

from app.errors import ClaimLost
from app.jobs.claims import Claim, Failure
from app.jobs.loading import Job
from app.models import JobKind, Role, ThumbnailJob
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    HEALS,
    STAYS,
    artifacts_of,
    claim_job,
    complete_intake,
    complete_thumbnail,
    events_of,
    make_artifact,
    make_ready_video,
    make_thumbnail,
    make_video,
    row_of,
)

Loss = Callable[[Core, Clock, Job], None]


def _taken_back(core: Core, clock: Clock, job: Job) -> None:
    clock.move(16)
    core.lifecycle.reclaim()


def _taken_by_another(core: Core, clock: Clock, job: Job) -> None:
    _taken_back(core, clock, job)
    clock.move(10)
    claim_job(core, job, worker_id=2)


def _taken_anew_by_the_same(core: Core, clock: Clock, job: Job) -> None:
    _taken_back(core, clock, job)
    clock.move(10)
    claim_job(core, job, worker_id=1)


def _failed_by_another(core: Core, clock: Clock, job: Job) -> None:
    _taken_back(core, clock, job)
    clock.move(10)
    core.lifecycle.fail(claim_job(core, job, worker_id=2), STAYS)


def _finished(core: Core, clock: Clock, job: Job) -> None:
    _taken_back(core, clock, job)
    clock.move(10)
    claim = claim_job(core, job, worker_id=2)
    if claim.ref.kind is JobKind.VIDEO:
        complete_intake(core, claim)
    else:
        complete_thumbnail(core, claim)


@pytest.fixture(params=[_taken_back, _taken_by_another, _taken_anew_by_the_same, _failed_by_another, _finished])
def lose(request: pytest.FixtureRequest) -> Loss:
    """Each way to lose a job."""
    loss: Loss = request.param
    return loss


def _lost(core: Core, clock: Clock, job: Job, lose: Loss) -> Claim:
    claim = claim_job(core, job, worker_id=1)
    lose(core, clock, job)
    return claim


def _seen(job: Job) -> tuple[object, ...]:
    """Everything about a job that anybody could see."""
    row = row_of(job)
    video = row.video if isinstance(row, ThumbnailJob) else row
    columns = [getattr(row, attribute.key) for attribute in row.__mapper__.column_attrs]
    return columns, len(events_of(job)), [artifact.key for artifact in artifacts_of(video)]


def test_a_lost_intake_cannot_be_completed(sqlite_core: Core, clock: Clock, lose: Loss) -> None:
    video = make_video(sqlite_core)
    claim = _lost(sqlite_core, clock, video, lose)
    before = _seen(video)

    with pytest.raises(ClaimLost):
        complete_intake(sqlite_core, claim)

    assert _seen(video) == before


def test_a_lost_output_cannot_be_completed(sqlite_core: Core, clock: Clock, lose: Loss) -> None:
    make_video(sqlite_core)
    job = make_thumbnail(sqlite_core, make_ready_video(sqlite_core))
    claim = _lost(sqlite_core, clock, job, lose)
    before = _seen(job)

    with pytest.raises(ClaimLost):
        complete_thumbnail(sqlite_core, claim)

    assert _seen(job) == before


@pytest.mark.parametrize("failure", [HEALS, STAYS], ids=["heals", "stays"])
def test_a_lost_job_cannot_be_failed(sqlite_core: Core, clock: Clock, lose: Loss, failure: Failure) -> None:
    video = make_video(sqlite_core)
    claim = _lost(sqlite_core, clock, video, lose)
    before = _seen(video)

    with pytest.raises(ClaimLost):
        sqlite_core.lifecycle.fail(claim, failure)

    assert _seen(video) == before


def test_a_lost_job_cannot_be_renewed_reported_or_given_back(sqlite_core: Core, clock: Clock, lose: Loss) -> None:
    video = make_video(sqlite_core)
    claim = _lost(sqlite_core, clock, video, lose)
    before = _seen(video)

    answers = (
        sqlite_core.lifecycle.renew(claim),
        sqlite_core.lifecycle.report(claim, stage="Late", progress=0.9),
        sqlite_core.lifecycle.give_back(claim, reason="Late."),
    )

    assert answers == (False, False, False)
    assert _seen(video) == before


def test_a_lost_intake_fails_nothing_that_waits(core: Core, clock: Clock) -> None:
    video = make_video(core)
    waiting = make_thumbnail(core, video)
    claim = _lost(core, clock, video, _taken_by_another)

    with pytest.raises(ClaimLost):
        core.lifecycle.fail(claim, STAYS)

    assert row_of(waiting).status == "QUEUED"


def test_the_winner_completes_after_the_loser_tried(core: Core, clock: Clock) -> None:
    video = make_video(core)
    loser = claim_job(core, video, worker_id=1)
    _taken_back(core, clock, video)
    clock.move(10)
    winner = claim_job(core, video, worker_id=2)
    with pytest.raises(ClaimLost):
        complete_intake(core, loser)

    complete_intake(core, winner)

    assert [artifact.attempt for artifact in artifacts_of(video)] == [2]
    poster = core.queries.get_video(video.owner_id, video.id).poster
    assert poster is not None
    assert poster.key == make_artifact(winner, role=Role.CANDIDATE).key


def test_a_job_is_completed_only_once(core: Core) -> None:
    video = make_video(core)
    claim = claim_job(core, video)
    complete_intake(core, claim)

    with pytest.raises(ClaimLost):
        complete_intake(core, claim)

    assert len(artifacts_of(video)) == 1
