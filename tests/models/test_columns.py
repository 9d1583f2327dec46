"""Times and words come back from both kinds of database as they went in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import StatementError

from app.extensions import db
from app.models import JobKind, Status, VideoJob, Worker
from app.models.base import new_public_id
from app.wiring import Core
from tests.make import make_video


def _stored(time: datetime) -> datetime:
    """Send a time through the database."""
    worker = Worker(host="here", pid=1, seats=1, heartbeat_at=time, jail={}, created_at=time, updated_at=time)
    db.session.add(worker)
    db.session.commit()
    db.session.expire_all()
    return db.session.scalars(select(Worker.heartbeat_at).where(Worker.id == worker.id)).one()


@pytest.mark.parametrize("microsecond", [0, 1, 123_456, 999_999])
def test_a_time_keeps_its_microseconds(core: Core, microsecond: int) -> None:
    time = datetime(2026, 2, 28, 23, 59, 59, microsecond, tzinfo=UTC)

    stored = _stored(time)

    assert stored == time
    assert stored.tzinfo is UTC


def test_a_time_of_another_zone_is_the_same_moment(core: Core) -> None:
    time = datetime(2026, 1, 1, 3, 15, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    stored = _stored(time)

    assert stored == time
    assert (stored.year, stored.hour, stored.minute) == (2025, 21, 45)


def test_a_time_without_a_zone_is_refused(core: Core) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        _stored(datetime(2026, 1, 1, 3, 15))  # noqa: DTZ001

    db.session.rollback()
    assert db.session.scalars(select(Worker)).all() == []


def test_times_are_compared_to_the_microsecond(core: Core) -> None:
    time = datetime(2026, 1, 1, tzinfo=UTC)
    _stored(time + timedelta(microseconds=1))

    later = db.session.scalars(select(Worker).where(Worker.heartbeat_at > time)).all()
    not_later = db.session.scalars(select(Worker).where(Worker.heartbeat_at > time + timedelta(microseconds=1))).all()

    assert (len(later), len(not_later)) == (1, 0)


def test_a_status_is_stored_as_its_word(core: Core) -> None:
    make_video(core)

    word = db.session.scalar(text("SELECT status FROM video_job"))

    assert word == "QUEUED"
    assert db.session.scalars(select(VideoJob.status)).one() is Status.QUEUED


def test_a_word_that_is_no_status_is_not_stored(core: Core) -> None:
    make_video(core)

    with pytest.raises(StatementError, match="DONE"):
        db.session.execute(update(VideoJob).values(status="DONE"))

    db.session.rollback()
    assert db.session.scalars(select(VideoJob.status)).one() is Status.QUEUED


def test_a_word_that_is_no_status_is_not_read(core: Core) -> None:
    make_video(core)
    db.session.execute(text("UPDATE video_job SET status = 'DONE'"))

    with pytest.raises(ValueError, match="DONE"):
        db.session.scalars(select(VideoJob.status)).all()


def test_a_plain_word_finds_what_its_status_finds(core: Core) -> None:
    make_video(core)

    found = db.session.scalars(select(VideoJob).where(VideoJob.status == "QUEUED")).all()

    assert len(found) == 1
    assert found[0].kind_of_job is JobKind.VIDEO


def test_public_ids_differ_and_sort_by_time() -> None:
    ids = [new_public_id() for _ in range(1000)]

    assert len(set(ids)) == 1000
    assert ids == sorted(ids)
    assert {len(id_) for id_ in ids} == {36}
