"""Seats are lent to one job at a time, and the last one not to work that takes minutes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.seats import Seats
from app.storage.workroom import Workroom
from app.wiring import Core


@pytest.fixture
def seats(sqlite_core: Core) -> Iterator[Seats]:
    """Three free seats."""
    room = Workroom(sqlite_core.settings.data_path)
    seats = Seats(replace(sqlite_core, settings=replace(sqlite_core.settings, seats=3)), room)
    for seat in seats.all:
        seats.put_back(seat)
    yield seats
    seats.close()
    room.close()


def test_each_seat_is_lent_once(seats: Seats) -> None:
    lent = {seats.lend(0) for _ in range(3)}

    assert lent == set(seats.all)
    assert seats.lend(0) is None


def test_long_work_does_not_get_the_last_seat(seats: Seats) -> None:
    assert seats.lend(0, is_heavy=True)
    assert seats.lend(0, is_heavy=True)

    assert seats.lend(0, is_heavy=True) is None
    assert seats.lend(0) is not None


def test_long_work_gets_a_seat_again_when_other_long_work_is_over(seats: Seats) -> None:
    first, _second = seats.lend(0, is_heavy=True), seats.lend(0, is_heavy=True)
    assert first is not None

    seats.put_back(first)

    assert seats.lend(0, is_heavy=True) is not None


def test_short_work_holds_no_long_work_up(seats: Seats) -> None:
    seats.lend(0)

    assert seats.lend(0, is_heavy=True) is not None
