"""The register of workers."""

import os

from app.models import Worker
from app.wiring import Core
from tests.conftest import Clock
from tests.make import count_rows

JAIL = {"landlock": "on", "seccomp": "off"}


def test_a_worker_that_enters_is_listed(core: Core, clock: Clock) -> None:
    id_ = core.workers.enter(seats=4, jail=JAIL)

    (worker,) = core.queries.list_workers(clock())
    assert (worker.id, worker.pid, worker.seats, worker.jail) == (id_, os.getpid(), 4, JAIL)
    assert (worker.heartbeat_at, worker.is_draining) == (clock(), False)


def test_every_worker_has_an_id_of_its_own(core: Core, clock: Clock) -> None:
    first, second = core.workers.enter(seats=1, jail={}), core.workers.enter(seats=1, jail={})

    assert first != second
    assert [worker.id for worker in core.queries.list_workers(clock())] == [second, first]


def test_a_worker_that_falls_silent_is_not_counted_on(core: Core, clock: Clock) -> None:
    core.workers.enter(seats=1, jail={})
    clock.move(15)

    workers = core.queries.list_workers(clock())

    assert workers == []


def test_a_worker_that_beats_is_counted_on(core: Core, clock: Clock) -> None:
    id_ = core.workers.enter(seats=1, jail={})
    clock.move(15)

    core.workers.beat(id_, is_draining=True)

    (worker,) = core.queries.list_workers(clock())
    assert (worker.heartbeat_at, worker.is_draining) == (clock(), True)


def test_a_worker_that_leaves_is_struck_off(core: Core, clock: Clock) -> None:
    stays, leaves = core.workers.enter(seats=1, jail={}), core.workers.enter(seats=1, jail={})

    core.workers.leave(leaves)

    assert [worker.id for worker in core.queries.list_workers(clock())] == [stays]


def test_workers_that_died_long_ago_are_forgotten(core: Core, clock: Clock) -> None:
    core.workers.enter(seats=1, jail={})
    clock.move(3601)

    core.workers.enter(seats=1, jail={})

    assert count_rows(Worker) == 1


def test_a_worker_that_died_lately_is_kept_for_people_to_see(core: Core, clock: Clock) -> None:
    core.workers.enter(seats=1, jail={})
    clock.move(3599)

    core.workers.enter(seats=1, jail={})

    assert count_rows(Worker) == 2


def test_the_beat_of_a_forgotten_worker_is_harmless(core: Core) -> None:
    core.workers.beat(10**6)

    assert count_rows(Worker) == 0
