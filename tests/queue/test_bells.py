"""What every bell promises."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.queue.conftest import MakeBell


def test_a_ring_wakes_a_waiter_in_another_thread(make_bell: MakeBell) -> None:
    waiter, ringer = make_bell(), make_bell()
    waiter.wait(0.05)
    with ThreadPoolExecutor() as pool:
        began = time.monotonic()
        waiting = pool.submit(waiter.wait, 5)
        time.sleep(0.05)

        ringer.ring()

        assert waiting.result() is True
    assert time.monotonic() - began < 1


def test_a_ring_wakes_every_waiter(make_bell: MakeBell) -> None:
    waiters, ringer = [make_bell() for _ in range(5)], make_bell()
    for waiter in waiters:
        waiter.wait(0.05)

    ringer.ring()

    assert [waiter.wait(1) for waiter in waiters] == [True] * 5


def test_who_rings_hears_it_too(make_bell: MakeBell) -> None:
    bell = make_bell()
    bell.wait(0.05)

    bell.ring()

    assert bell.wait(1) is True


def test_a_ring_between_two_waits_is_not_lost(make_bell: MakeBell) -> None:
    waiter, ringer = make_bell(), make_bell()
    waiter.wait(0.05)

    ringer.ring()
    time.sleep(0.1)

    assert waiter.wait(1) is True


def test_a_ring_is_heard_once(make_bell: MakeBell) -> None:
    waiter, ringer = make_bell(), make_bell()
    waiter.wait(0.05)
    ringer.ring()
    waiter.wait(1)

    is_woken = waiter.wait(0.1)

    assert is_woken is False


def test_without_a_ring_a_wait_ends_in_time(make_bell: MakeBell) -> None:
    waiter = make_bell()
    began = time.monotonic()

    is_woken = waiter.wait(0.2)

    assert is_woken is False
    assert 0.19 < time.monotonic() - began < 0.5


def test_a_wait_of_no_time_only_looks(make_bell: MakeBell) -> None:
    waiter = make_bell()

    is_woken = waiter.wait(0)

    assert is_woken is False


def test_ringing_when_nobody_listens_is_fine(make_bell: MakeBell) -> None:
    ringer = make_bell()

    for _ in range(3):
        ringer.ring()

    late = make_bell()
    assert late.wait(0.05) is False


def test_rings_that_nobody_answers_hold_nobody_up(make_bell: MakeBell) -> None:
    sleeper, ringer = make_bell(), make_bell()
    sleeper.wait(0.05)
    began = time.monotonic()

    for _ in range(2000):
        ringer.ring()

    assert time.monotonic() - began < 3
    assert sleeper.wait(1) is True


def test_many_threads_may_ring_at_once(make_bell: MakeBell) -> None:
    waiter, ringer = make_bell(), make_bell()
    waiter.wait(0.05)
    gate = threading.Barrier(8)

    def ring(_number: int) -> None:
        gate.wait(5)
        for _ in range(20):
            ringer.ring()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ring, range(8)))

    assert waiter.wait(1) is True
