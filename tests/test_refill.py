"""What the broker lost is sent again, as much as is missing and never more."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.models import LOCAL_USER_ID, Output
from app.queue.rabbit import Rabbit
from app.queue.sender import Sender
from app.refill import Refill
from app.wiring import Core
from tests.conftest import Clock
from tests.make import claim_job, make_ready_video, make_thumbnail, make_video, set_columns
from tests.queue.test_rabbit import wait_for
from tests.rabbit import PrivateRabbit

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

MakeRefill = Callable[[], Refill]


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
    yield lambda: Refill(replace(sqlite_core, dispatch=sender, rabbit=rabbit), rabbit)
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


def test_another_try_is_sent_once_its_time_has_come(sqlite_core: Core, make_refill: MakeRefill, clock: Clock) -> None:
    video = make_video(sqlite_core)
    clock.move(2)
    refill = make_refill()
    refill.look()
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


def test_a_broker_that_is_away_is_asked_again_later(sqlite_core: Core, clock: Clock) -> None:
    rabbit = Rabbit("amqp://vtm:x@127.0.0.1:1/", "service")
    make_video(sqlite_core)
    clock.move(2)

    assert Refill(sqlite_core, rabbit).look() == []
    gc.collect()
