"""The one map of moves between statuses."""

import pytest

from app.models import NEXT, Status

S = Status


def test_every_status_is_on_the_map() -> None:
    assert set(NEXT) == set(Status)


@pytest.mark.parametrize("status", Status)
def test_no_status_leads_to_itself(status: Status) -> None:
    assert not status.can_become(status)


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        (S.QUEUED, {S.PROCESSING, S.FAILED, S.CANCELLED}),
        (S.PROCESSING, {S.QUEUED, S.COMPLETED, S.FAILED, S.CANCELLED}),
        (S.COMPLETED, {S.EXPIRED}),
        (S.FAILED, {S.QUEUED}),
        (S.CANCELLED, {S.QUEUED}),
        (S.EXPIRED, {S.QUEUED}),
    ],
)
def test_a_status_leads_only_where_the_design_says(start: Status, ends: set[Status]) -> None:
    reached = {status for status in Status if start.can_become(status)}

    assert reached == ends


@pytest.mark.parametrize("status", Status)
def test_a_status_is_final_when_no_worker_moves_the_job_any_more(status: Status) -> None:
    assert status.is_final == (status not in (S.QUEUED, S.PROCESSING))


def test_only_a_worker_completes_a_job() -> None:
    before = {status for status in Status if status.can_become(S.COMPLETED)}

    assert before == {S.PROCESSING}


def test_the_map_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        NEXT[S.COMPLETED] = frozenset({S.QUEUED})  # type: ignore[index]
