"""What the broker lost is sent again, as much as is missing and never more."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.models import LOCAL_USER_ID, Output, Priority, ThumbnailJob
from app.queue.rabbit import Rabbit
from app.queue.sender import Sender
from app.refill import Refill
from app.wiring import Core
from tests.conftest import Clock
from tests.jobs.many import queue_outputs
from tests.make import claim_job, make_ready_video, make_thumbnail, make_video, set_columns
from tests.queue.test_rabbit import wait_for
from tests.rabbit import PrivateRabbit

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

MakeRefill = Callable[..., Refill]


@pytest.fixture
def rabbit(rabbit_server: PrivateRabbit, tmp_path: Path) -> Iterator[Rabbit]:
    rabbit = Rabbit(rabbit_server.url(), tmp_path.name)
    yield rabbit
    rabbit.hang_up()
    gc.collect()


@pytest.fixture
def make_refill(sqlite_core: Core, rabbit: Rabbit) -> Iterator[MakeRefill]:
    """Make what several workers would have: all send over one broker."""
    sender = Sender(rabbit)
    yield lambda **timer: Refill(replace(sqlite_core, dispatch=sender, rabbit=rabbit), rabbit, **timer)
    sender.close()


def test_a_job_without_a_message_gets_one(
    sqlite_core: Core, make_refill: MakeRefill, rabbit: Rabbit, clock: Clock
) -> None:
    video = make_video(sqlite_core)
    clock.move(2)

    sent = make_refill().look()

    assert [notice.id for notice in sent] == [video.id]
    wait_for(lambda: rabbit.count(is_heavy=False) == 1)


def test_a_job_that_was_just_queued_is_left_to_its_own_message(sqlite_core: Core, make_refill: MakeRefill) -> None:
    make_video(sqlite_core)

    assert make_refill().look() == []


def test_however_many_look_messages_do_not_pile_up(
    sqlite_core: Core, make_refill: MakeRefill, rabbit: Rabbit, clock: Clock
) -> None:
    for _ in range(5):
        make_video(sqlite_core)
    clock.move(60)

    for _ in range(10):
        sent = make_refill().look()
        wait_for(lambda: rabbit.count(is_heavy=False) == 5)

    assert sent == []


def test_one_worker_does_not_send_the_same_again_at_once(
    sqlite_core: Core, make_refill: MakeRefill, rabbit: Rabbit, clock: Clock
) -> None:
    make_video(sqlite_core)
    clock.move(2)
    refill = make_refill()
    refill.look()
    wait_for(lambda: rabbit.count(is_heavy=False) == 1)
    rabbit.broker.flush_all()

    assert refill.look() == []


def test_another_try_is_sent_once_its_time_has_come(
    sqlite_core: Core, make_refill: MakeRefill, rabbit: Rabbit, clock: Clock
) -> None:
    video = make_video(sqlite_core)
    clock.move(2)
    refill = make_refill()
    refill.look()
    wait_for(lambda: rabbit.count(is_heavy=False) == 1)
    rabbit.broker.flush_all()
    claim = claim_job(sqlite_core, video)

    sqlite_core.lifecycle.give_back(claim, reason="No decoder could be started.", after_seconds=5)
    early = refill.look()
    clock.move(7)

    assert early == []
    assert [notice.id for notice in refill.look()] == [video.id]


def test_a_paused_queue_is_left_alone(sqlite_core: Core, make_refill: MakeRefill, clock: Clock) -> None:
    make_video(sqlite_core)
    sqlite_core.controls.pause(LOCAL_USER_ID)
    clock.move(2)

    assert make_refill().look() == []


def test_what_takes_minutes_goes_to_its_own_queue(
    sqlite_core: Core, make_refill: MakeRefill, rabbit: Rabbit, clock: Clock
) -> None:
    set_columns(make_thumbnail(sqlite_core, make_ready_video(sqlite_core)), output=Output.RENDITION)
    clock.move(2)

    make_refill().look()

    wait_for(lambda: rabbit.count(is_heavy=True) == 1)
    assert rabbit.count(is_heavy=False) == 0


def _queue_many(core: Core, *, are_heavy: bool, number: int = 150) -> ThumbnailJob:
    """Let so many jobs of one kind wait before one of the other, and return that."""
    video = make_ready_video(core)
    one = make_thumbnail(core, video)
    queue_outputs([video.id], number, Output.RENDITION if are_heavy else Output.THUMBNAIL, one.run_after)
    set_columns(one, priority=Priority.LOW)
    if not are_heavy:
        set_columns(one, output=Output.RENDITION, options={"container": "mp4", "audio": True})
    return one


@pytest.mark.parametrize("are_heavy", [False, True])
def test_what_waits_behind_hundreds_of_the_other_kind_is_found(
    sqlite_core: Core, make_refill: MakeRefill, clock: Clock, are_heavy: bool
) -> None:
    one = _queue_many(sqlite_core, are_heavy=are_heavy)
    clock.move(2)

    sent = make_refill().look()

    assert [notice.id for notice in sent if notice.is_heavy is not are_heavy] == [one.id]
    assert len(sent) == 101


def test_what_comes_to_wait_there_later_is_found_within_half_a_minute(
    sqlite_core: Core, make_refill: MakeRefill, clock: Clock
) -> None:
    one = _queue_many(sqlite_core, are_heavy=False)
    clock.move(2)
    claim = claim_job(sqlite_core, one)
    seconds = 0.0
    refill = make_refill(timer=lambda: seconds)
    refill.look()
    sqlite_core.lifecycle.give_back(claim, reason="No decoder could be started.")
    clock.move(2)

    seconds = 29.0
    early = refill.look()
    seconds = 31.0

    assert [notice.id for notice in early if notice.is_heavy] == []
    assert [notice.id for notice in refill.look() if notice.is_heavy] == [one.id]


def test_a_broker_that_is_away_is_asked_again_later(sqlite_core: Core, clock: Clock) -> None:
    rabbit = Rabbit("amqp://vtm:x@127.0.0.1:1/", "service")
    make_video(sqlite_core)
    clock.move(2)

    assert Refill(sqlite_core, rabbit).look() == []
    gc.collect()
