"""Messages over a real RabbitMQ: what is urgent first, what takes minutes apart, and each service for itself."""

import gc
import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dramatiq.errors import ConnectionClosed
from pika.exceptions import ChannelClosedByBroker

from app.errors import BrokerAway
from app.models import JobKind, Priority
from app.queue.away import hush
from app.queue.base import Notice
from app.queue.rabbit import Rabbit
from app.queue.receiver import Receiver
from app.queue.sender import Sender
from tests.rabbit import PrivateRabbit

# Of a connection that it could not make, pika leaves two sockets to the garbage collector.
pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def notice(job_id: int, priority: Priority = Priority.NORMAL, *, is_heavy: bool = False) -> Notice:
    return Notice(JobKind.THUMBNAIL, job_id, priority, NOW, is_heavy)


def wait_for(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def rabbit(rabbit_server: PrivateRabbit, tmp_path: Path) -> Iterator[Rabbit]:
    """The queues of a service of the test's own."""
    rabbit = Rabbit(rabbit_server.url(), tmp_path.name)
    yield rabbit
    rabbit.hang_up()


class _Desk:
    """Notes what a receiver hands out, and is busy with it for as long as it is told."""

    def __init__(self, rabbit: Rabbit, *, seats: int, busy: bool = False) -> None:
        self.taken: list[tuple[int, bool]] = []
        self.is_busy = busy
        self._receiver = Receiver(rabbit, seats=seats, work=self._work)
        self._receiver.start()

    def _work(self, _kind: JobKind, job_id: int, is_heavy: bool) -> None:
        self.taken.append((job_id, is_heavy))
        while self.is_busy:
            time.sleep(0.01)

    def close(self) -> None:
        self._receiver.take_no_more()
        self.is_busy = False
        wait_for(self._receiver.is_idle)
        self._receiver.close()


def test_what_people_wait_for_is_handed_out_first(rabbit: Rabbit) -> None:
    for number, priority in enumerate((Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.NORMAL)):
        rabbit.send(notice(number, priority))

    desk = _Desk(rabbit, seats=1)
    wait_for(lambda: len(desk.taken) == 4)

    desk.close()
    assert [job_id for job_id, _is_heavy in desk.taken] == [2, 1, 3, 0]


def test_of_long_jobs_one_fewer_is_handed_out_than_there_are_seats(rabbit: Rabbit) -> None:
    for number in range(5):
        rabbit.send(notice(number, is_heavy=True))

    desk = _Desk(rabbit, seats=3, busy=True)
    wait_for(lambda: len(desk.taken) == 2)
    rabbit.send(notice(9))
    wait_for(lambda: len(desk.taken) == 3)

    assert desk.taken[2] == (9, False)
    assert rabbit.count(is_heavy=True) == 3
    desk.close()


def test_a_worker_takes_no_more_than_it_can_begin_and_leaves_the_rest(rabbit: Rabbit) -> None:
    for number in range(10):
        rabbit.send(notice(number))

    desk = _Desk(rabbit, seats=2, busy=True)
    wait_for(lambda: len(desk.taken) == 2)

    assert rabbit.count(is_heavy=False) == 8
    desk.close()
    wait_for(lambda: rabbit.count(is_heavy=False) + len(desk.taken) == 10)


def test_services_that_share_a_broker_do_not_hear_each_other(rabbit: Rabbit, rabbit_server: PrivateRabbit) -> None:
    other = Rabbit(rabbit_server.url(), f"{rabbit.light}-other")

    rabbit.send(notice(1))

    assert (rabbit.count(is_heavy=False), other.count(is_heavy=False)) == (1, 0)
    other.hang_up()


def test_a_wrong_password_is_told_without_it(rabbit_server: PrivateRabbit) -> None:
    stranger = Rabbit(rabbit_server.url(password="not-the-one"), "service")

    with pytest.raises(BrokerAway) as caught:
        stranger.check()

    assert caught.value.message == "RabbitMQ does not know this user, or this password."


def test_a_broker_that_is_away_holds_nobody_up() -> None:
    sender = Sender(Rabbit("amqp://vtm:secret@127.0.0.1:1/", "service"))
    began = time.monotonic()

    for number in range(1000):
        sender.announce([notice(number)])

    assert time.monotonic() - began < 2
    sender.close()


class _Stumbler(Rabbit):
    """Falls over once, in a way that nobody foresaw, when it has nothing to send."""

    has_stumbled = False

    def breathe(self) -> None:
        if not self.has_stumbled:
            self.has_stumbled = True
            raise AssertionError("pika lost count of its frames")
        super().breathe()


def test_the_sender_lives_on_whatever_becomes_of_its_connection(
    rabbit_server: PrivateRabbit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rabbit = _Stumbler(rabbit_server.url(), tmp_path.name)
    sender = Sender(rabbit, breathe_seconds=0.05)
    sender.announce([notice(1)])
    wait_for(lambda: "Sending messages met something unforeseen." in caplog.text)

    wait_for(lambda: sender.announce([notice(2)]) or rabbit.count(is_heavy=False) >= 2)

    sender.close()
    rabbit.hang_up()


def test_of_a_broker_that_is_away_one_line_is_written_for_all_consumers(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    desk = _Desk(Rabbit("amqp://vtm:secret@127.0.0.1:1/", tmp_path.name), seats=1)

    wait_for(lambda: caplog.records)
    time.sleep(0.5)

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "No jobs are received: RabbitMQ does not answer. It is tried again every few seconds."
    ]
    desk.close()


def test_whatever_else_consumers_meet_is_told_in_their_own_words(
    rabbit: Rabbit, caplog: pytest.LogCaptureFixture
) -> None:
    hush({rabbit.light})
    consumer = logging.getLogger(f"dramatiq.worker.ConsumerThread({rabbit.light})")
    late = ChannelClosedByBroker(406, "PRECONDITION_FAILED - delivery acknowledgement timed out")

    consumer.critical("Consumer encountered a connection error: %s", ConnectionClosed(late))
    consumer.critical("Consumer encountered an unexpected error.", exc_info=RuntimeError("no more threads"))

    assert ["timed out" in caplog.text, "no more threads" in caplog.text] == [True, True]


def test_what_is_announced_after_the_broker_is_back_arrives(tmp_path: Path) -> None:
    server = PrivateRabbit(tmp_path / "rabbit")
    server.start()
    rabbit = Rabbit(server.url(), "service")
    sender = Sender(rabbit)
    sender.announce([notice(1)])
    wait_for(lambda: rabbit.count(is_heavy=False) == 1)
    rabbit.hang_up()

    server.kill()
    sender.announce([notice(2)])
    server.start()
    sender.announce([notice(3)])

    wait_for(lambda: rabbit.count(is_heavy=False) >= 2)
    sender.close()
    rabbit.hang_up()
    server.stop()
