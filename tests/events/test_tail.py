"""Following the log: every row once, also those that become visible late."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from app.events.log import LATE_COMMIT, PAGE, Tail
from app.extensions import db
from app.wiring import Core
from tests.conftest import Clock
from tests.make import add_events, new_event

on_mariadb = pytest.mark.parametrize(
    "database_url", [pytest.param("mariadb", marks=pytest.mark.servers)], indirect=True
)
LATE_SECONDS = LATE_COMMIT.total_seconds()


def _read(tail: Tail, clock: Clock) -> list[int]:
    """What appeared since the last look, seen by a fresh transaction."""
    db.session.rollback()
    return [event.id for event in tail.read(db.session(), clock())]


@contextmanager
def _slow_writer(clock: Clock) -> Iterator[tuple[Session, int]]:
    """A transaction that has its id already, and is not committed yet."""
    with Session(db.engine) as session:
        row = new_event(clock())
        session.add(row)
        session.flush()
        yield session, row.id


def test_what_is_there_already_is_not_read(core: Core, clock: Clock) -> None:
    add_events(3, clock())

    tail = Tail(db.session(), clock())

    assert _read(tail, clock) == []


def test_what_is_appended_is_read_once_and_in_order(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())
    first = add_events(3, clock())
    reads = [_read(tail, clock)]
    second = add_events(2, clock())

    reads += [_read(tail, clock), _read(tail, clock)]

    assert reads == [first, second, []]


def test_the_first_event_of_all_is_read(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())

    ids = add_events(1, clock())

    assert _read(tail, clock) == ids


def test_more_than_a_page_is_read_bit_by_bit(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())
    ids = add_events(PAGE + 100, clock())

    reads = [_read(tail, clock), _read(tail, clock), _read(tail, clock)]

    assert reads == [ids[:PAGE], ids[PAGE:], []]


@on_mariadb
def test_a_row_that_commits_late_is_read(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())
    add_events(1, clock())
    _read(tail, clock)
    with _slow_writer(clock) as (writer, late):
        (later,) = add_events(1, clock())
        reads = [_read(tail, clock)]
        writer.commit()

    reads += [_read(tail, clock), _read(tail, clock)]

    assert late < later
    assert reads == [[later], [late], []]


@on_mariadb
def test_a_row_that_was_under_way_when_the_tail_began_is_read(core: Core, clock: Clock) -> None:
    add_events(1, clock())
    with _slow_writer(clock) as (writer, late):
        add_events(1, clock())
        tail = Tail(db.session(), clock())
        writer.commit()

    assert _read(tail, clock) == [late]


@on_mariadb
def test_a_row_that_was_under_way_after_a_quiet_time_is_read(core: Core, clock: Clock) -> None:
    add_events(1, clock())
    clock.move(2 * LATE_SECONDS)
    with _slow_writer(clock) as (writer, late):
        add_events(1, clock())
        tail = Tail(db.session(), clock())
        writer.commit()

    assert _read(tail, clock) == [late]


@on_mariadb
def test_the_first_row_of_all_is_read_even_if_it_commits_late(core: Core, clock: Clock) -> None:
    with _slow_writer(clock) as (writer, late):
        add_events(1, clock())
        tail = Tail(db.session(), clock())
        writer.commit()

    assert _read(tail, clock) == [late]


@on_mariadb
def test_several_rows_that_commit_in_any_order_are_each_read_once(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())
    add_events(1, clock())
    _read(tail, clock)
    with (
        _slow_writer(clock) as (first, one),
        _slow_writer(clock) as (second, two),
        _slow_writer(clock) as (third, three),
    ):
        reads = []
        for writer in (third, first, second):
            writer.commit()
            reads.append(_read(tail, clock))

    assert reads == [[three], [one], [two]]
    assert _read(tail, clock) == []


@on_mariadb
def test_a_row_is_waited_for_as_long_as_a_commit_may_take(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())
    add_events(1, clock())
    _read(tail, clock)
    with _slow_writer(clock) as (writer, late):
        add_events(1, clock())
        _read(tail, clock)
        clock.move(LATE_SECONDS - 1)
        writer.commit()

    assert _read(tail, clock) == [late]


@on_mariadb
def test_a_hole_is_given_up_in_time(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())
    add_events(1, clock())
    _read(tail, clock)
    with _slow_writer(clock) as (writer, _late):
        add_events(1, clock())
        _read(tail, clock)
        clock.move(LATE_SECONDS + 1)
        _read(tail, clock)
        writer.commit()

    assert _read(tail, clock) == []


@on_mariadb
def test_a_hole_that_a_rollback_left_holds_nobody_up(core: Core, clock: Clock) -> None:
    tail = Tail(db.session(), clock())
    with _slow_writer(clock) as (writer, _never):
        first = add_events(1, clock())
        writer.rollback()
    second = add_events(1, clock())

    assert _read(tail, clock) == first + second
