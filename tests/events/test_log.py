"""The log of events: what happened since, and how far back it goes."""

from datetime import timedelta

import pytest

from app.events.log import PAGE, newest_id, oldest_id, prune, read_since, to_event
from app.extensions import db
from app.models import LOCAL_USER_ID, JobEvent
from app.wiring import Core
from tests.conftest import Clock
from tests.make import add_events, count_rows, make_owner, make_video

NONE = timedelta(0)
SOME = timedelta(seconds=30)


def _ids_since(last_id: int, overlap: timedelta = NONE) -> list[int]:
    events = read_since(db.session(), LOCAL_USER_ID, last_id, overlap=overlap)
    assert events is not None
    return [event.id for event in events]


def test_an_empty_log_has_no_ids(core: Core) -> None:
    ids = (newest_id(db.session()), oldest_id(db.session()))

    assert ids == (0, 0)
    assert _ids_since(0) == []


def test_the_ends_of_the_log_are_known(core: Core, clock: Clock) -> None:
    ids = add_events(5, clock())

    assert newest_id(db.session()) == ids[-1]
    assert oldest_id(db.session()) == ids[0]


def test_what_happened_since_is_read_in_order(core: Core, clock: Clock) -> None:
    ids = add_events(5, clock())

    since = _ids_since(ids[1])

    assert since == ids[2:]


def test_nothing_happened_since_the_newest(core: Core, clock: Clock) -> None:
    ids = add_events(3, clock())

    assert _ids_since(ids[-1]) == []
    assert _ids_since(ids[-1] + 1000) == []


def test_only_an_owners_events_are_read(core: Core, clock: Clock) -> None:
    mine = add_events(2, clock())
    theirs = add_events(2, clock(), owner_id=make_owner())
    mine += add_events(1, clock())

    assert _ids_since(mine[0] - 1) == mine
    assert _ids_since(theirs[0]) == mine[2:]


def test_an_overlap_reads_what_may_have_come_late(core: Core, clock: Clock) -> None:
    ids = []
    for _ in range(4):
        ids += add_events(1, clock())
        clock.move(20)

    since = _ids_since(ids[2], SOME)

    assert since == [ids[1], ids[3]]


def test_an_overlap_counts_from_the_event_and_not_from_now(core: Core, clock: Clock) -> None:
    ids = add_events(3, clock())
    clock.move(3600)
    ids += add_events(1, clock())

    since = _ids_since(ids[2], SOME)

    assert since == [ids[0], ids[1], ids[3]]


def test_an_overlap_with_an_id_that_was_never_given_reads_what_is_new(core: Core, clock: Clock) -> None:
    ids = add_events(2, clock())

    since = _ids_since(0, SOME)

    assert since == ids


def test_more_than_a_page_is_not_read_at_all(core: Core, clock: Clock) -> None:
    ids = add_events(PAGE + 1, clock())

    assert read_since(db.session(), LOCAL_USER_ID, ids[0] - 1, overlap=NONE) is None
    assert _ids_since(ids[0]) == ids[1:]


def test_an_overlap_reads_no_more_than_a_page(core: Core, clock: Clock) -> None:
    ids = add_events(PAGE + 10, clock())

    since = _ids_since(ids[-1], SOME)

    assert since == ids[9:-1]


def test_an_event_is_told_as_the_job_is_shown(core: Core, clock: Clock) -> None:
    video = make_video(core, filename="holiday.mp4")
    row = db.session.query(JobEvent).one()

    event = to_event(row)

    assert (event.id, event.owner_id, event.created_at) == (row.id, LOCAL_USER_ID, clock())
    assert (event.data["event"], event.data["version"]) == ("job.queued", 1)
    assert event.data["message"] == "The intake of holiday.mp4 is in the queue."
    assert (event.data["job"]["id"], event.data["job"]["status"]) == (video.id, "QUEUED")


def test_old_events_are_forgotten(core: Core, clock: Clock) -> None:
    add_events(3, clock())
    clock.move(10)
    kept = add_events(2, clock())

    forgotten = prune(db.session(), before=clock())

    assert forgotten == 3
    assert _ids_since(0) == kept


@pytest.mark.parametrize("seconds", [1, 10**7])
def test_the_newest_event_is_never_forgotten(core: Core, clock: Clock, seconds: int) -> None:
    ids = add_events(3, clock())

    forgotten = prune(db.session(), before=clock() + timedelta(seconds=seconds))

    assert forgotten == 2
    assert _ids_since(0) == ids[-1:]


def test_an_empty_log_has_nothing_to_forget(core: Core, clock: Clock) -> None:
    forgotten = prune(db.session(), before=clock())

    assert forgotten == 0


def test_an_id_is_never_given_twice(core: Core, clock: Clock) -> None:
    ids = add_events(3, clock())
    db.session.query(JobEvent).delete()
    db.session.commit()

    more = add_events(1, clock())

    assert more[0] > ids[-1]
    assert count_rows(JobEvent) == 1
