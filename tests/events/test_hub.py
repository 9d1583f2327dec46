"""Fanning out inside one process: to whom, how much, and until when."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice

import pytest

from app.events.hub import MAX_BEHIND, Hub, Subscription
from app.events.log import Event

MINE, THEIRS = 1, 2


def _event(id_: int, owner_id: int = MINE) -> Event:
    return Event(id_, owner_id, {}, datetime.now(UTC))


def _encode(event: Event) -> bytes:
    return b"%d" % event.id


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub without pumps: the test delivers."""
    hub = Hub(_encode, lambda _hub: [])
    yield hub
    hub.close()


def _received(subscription: Subscription) -> list[bytes]:
    """Everything that is queued for a page."""
    messages = []
    for message in subscription.messages(0.01):
        if message is None:
            break
        messages.append(message)
    return messages


def test_an_event_reaches_every_page_of_its_owner(hub: Hub) -> None:
    pages = [hub.subscribe(MINE) for _ in range(3)]

    hub.deliver(_event(1))

    assert [_received(page) for page in pages] == [[b"1"]] * 3


def test_an_event_reaches_nobody_elses_page(hub: Hub) -> None:
    mine, theirs = hub.subscribe(MINE), hub.subscribe(THEIRS)

    hub.deliver(_event(1, MINE))
    hub.deliver(_event(2, THEIRS))

    assert (_received(mine), _received(theirs)) == ([b"1"], [b"2"])


def test_events_come_in_the_order_of_delivery(hub: Hub) -> None:
    page = hub.subscribe(MINE)

    for id_ in (3, 1, 2):
        hub.deliver(_event(id_))

    assert _received(page) == [b"3", b"1", b"2"]


def test_an_event_that_comes_twice_is_told_once(hub: Hub) -> None:
    page = hub.subscribe(MINE)

    for id_ in (1, 2, 1, 2, 3):
        hub.deliver(_event(id_))

    assert _received(page) == [b"1", b"2", b"3"]


def test_what_was_told_thousands_of_events_ago_is_forgotten(hub: Hub) -> None:
    for id_ in range(1, 10_003):
        hub.deliver(_event(id_))
    page = hub.subscribe(MINE)

    hub.deliver(_event(1))
    hub.deliver(_event(10_002))

    assert _received(page) == [b"1"]


def test_an_event_that_nobody_waits_for_is_no_trouble(hub: Hub) -> None:
    hub.deliver(_event(1))

    assert _received(hub.subscribe(MINE)) == []


def test_a_page_that_left_is_told_nothing_more(hub: Hub) -> None:
    page = hub.subscribe(MINE)

    hub.unsubscribe(MINE, page)
    hub.deliver(_event(1))

    assert (_received(page), hub.count()) == ([], 0)


def test_leaving_twice_is_no_trouble(hub: Hub) -> None:
    page = hub.subscribe(MINE)

    for _ in range(2):
        hub.unsubscribe(MINE, page)

    assert hub.count() == 0


def test_a_page_that_is_too_far_behind_is_cut_off(hub: Hub) -> None:
    slow = hub.subscribe(MINE)

    for id_ in range(1, MAX_BEHIND + 100):
        hub.deliver(_event(id_))

    assert list(slow.messages(1)) == [b"%d" % id_ for id_ in range(1, MAX_BEHIND + 1)]
    assert hub.count() == 0


def test_a_slow_page_costs_the_others_nothing(hub: Hub) -> None:
    hub.subscribe(MINE)
    quick = hub.subscribe(MINE)
    received: list[bytes | None] = []

    for id_ in range(1, MAX_BEHIND + 100):
        hub.deliver(_event(id_))
        received += islice(quick.messages(1), 1)

    assert len(received) == MAX_BEHIND + 99
    assert hub.count() == 1


def test_a_silent_line_gives_heartbeats(hub: Hub) -> None:
    page = hub.subscribe(MINE)

    messages = list(islice(page.messages(0.01), 3))

    assert messages == [None, None, None]


def test_closing_ends_every_stream_after_what_is_queued(hub: Hub) -> None:
    mine, theirs = hub.subscribe(MINE), hub.subscribe(THEIRS)
    hub.deliver(_event(1))

    hub.close()

    assert (list(mine.messages(1)), list(theirs.messages(1))) == ([b"1"], [])


def test_a_page_that_comes_after_the_end_is_sent_away(hub: Hub) -> None:
    hub.close()

    page = hub.subscribe(MINE)

    assert list(page.messages(1)) == []


def test_a_pause_ends_with_the_hub(hub: Hub) -> None:
    threading.Timer(0.05, hub.close).start()

    hub.pause(30)

    assert not hub.is_open


def test_the_pumps_start_with_the_first_page_and_only_once() -> None:
    started: list[int] = []

    def make_pumps(_hub: Hub) -> list[Callable[[], None]]:
        started.append(1)
        return []

    hub = Hub(_encode, make_pumps)
    before = list(started)

    for _ in range(3):
        hub.subscribe(MINE)

    assert (before, started) == ([], [1])


def test_pumps_that_could_not_start_are_tried_again() -> None:
    failures = [ConnectionError("the database is away")]

    def make_pumps(_hub: Hub) -> list[Callable[[], None]]:
        if failures:
            raise failures.pop()
        return []

    hub = Hub(_encode, make_pumps)

    with pytest.raises(ConnectionError):
        hub.subscribe(MINE)

    assert hub.count() == 0
    assert hub.subscribe(MINE) is not None


def test_many_may_come_go_and_be_told_at_once(hub: Hub) -> None:
    stays = hub.subscribe(MINE)

    def come_and_go() -> None:
        for _ in range(200):
            hub.unsubscribe(MINE, hub.subscribe(MINE))

    visitors = [threading.Thread(target=come_and_go) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for id_ in range(1, 501):
        hub.deliver(_event(id_))
    for visitor in visitors:
        visitor.join()

    assert _received(stays) == [b"%d" % id_ for id_ in range(1, 501)]
    assert hub.count() == 1
