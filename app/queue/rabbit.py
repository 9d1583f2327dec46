"""RabbitMQ as this service uses it: two queues, and messages that carry the kind and the id of a job.

Jobs that take minutes have a queue of their own, so that a worker can take fewer of them. Nothing of Dramatiq's
middleware is used: tries and times are decided where the rows are.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dramatiq import Message
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.errors import DramatiqError
from pika import BlockingConnection, URLParameters
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ProbableAccessDeniedError, ProbableAuthenticationError

from app.errors import BrokerAway
from app.models import Priority
from app.queue.base import Notice

# The actors by whose names workers know our messages.
RUN_JOB, RUN_LONG_JOB = "run_job", "run_long_job"
# RabbitMQ counts the other way: what is larger is sooner.
_SOONEST = 2
_CONNECT_SECONDS = 3.0
# After so long, and five seconds more, a connection on which nothing comes is given up.
_HEARTBEAT_SECONDS = 10


class Rabbit:
    """The broker's queues of one service. Each thread that uses it has a connection of its own.

    Raises ValueError for an address that cannot be read.
    """

    def __init__(self, url: str, service: str) -> None:
        _quieten()
        self.light, self.heavy = f"{service}.light", f"{service}.heavy"
        self.broker = _Broker(url)
        for name in (self.light, self.heavy):
            self.broker.declare_queue(name)

    def check(self) -> None:
        """See whether RabbitMQ takes us, on a connection of its own. Raises BrokerAway."""
        with _told():
            BlockingConnection(self.broker.parameters).close()

    def send(self, notice: Notice) -> None:
        """Send one message and wait until RabbitMQ has it. Raises BrokerAway."""
        message: Message[None] = Message(
            queue_name=self.heavy if notice.is_heavy else self.light,
            actor_name=RUN_LONG_JOB if notice.is_heavy else RUN_JOB,
            args=(notice.kind.value, notice.id),
            kwargs={},
            options={"broker_priority": _broker_priority(notice.priority)},
        )
        with _told():
            self.broker.enqueue(message)

    def count(self, *, is_heavy: bool) -> int:
        """Return how many messages wait for a worker. Makes the queue where it is gone. Raises BrokerAway."""
        name = self.heavy if is_heavy else self.light
        try:
            with _told():
                return int(self.broker.get_queue_message_counts(name)[0])
        except BrokerAway:
            self.hang_up()
            raise

    def breathe(self) -> None:
        """Answer what came on this thread's connection, so that it is not given up for dead."""
        try:
            with _told():
                self.broker.connection.process_data_events(0)
        except BrokerAway:
            self.hang_up()

    def hang_up(self) -> None:
        """Close this thread's connection; the next use makes another."""
        with suppress(BrokerAway), _told():
            del self.broker.connection


class _Broker(RabbitmqBroker):
    """Hands a worker no more of a queue's messages than its share, those in work included."""

    def __init__(self, url: str) -> None:
        super().__init__(url=url, middleware=[], max_priority=_SOONEST, confirm_delivery=True)
        self.parameters = _parameters(url)
        self.shares: dict[str, int] = {}

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:
        return super().consume(queue_name, self.shares.get(queue_name, prefetch), timeout)


def _parameters(url: str) -> URLParameters:
    parameters = URLParameters(url)
    parameters.socket_timeout = _CONNECT_SECONDS
    parameters.stack_timeout = _CONNECT_SECONDS
    parameters.heartbeat = _HEARTBEAT_SECONDS
    # RabbitMQ short of memory or room takes no messages; whoever sends must not wait for that to end.
    parameters.blocked_connection_timeout = _CONNECT_SECONDS
    return parameters


@contextmanager
def _told() -> Iterator[None]:
    """Turn what several libraries raise into one error with a sentence."""
    try:
        yield
    except (DramatiqError, AMQPError, AMQPConnectorException, OSError) as err:
        raise BrokerAway(sentence_of(err)) from err


def sentence_of(err: Exception) -> str:
    """Return what an error means with which RabbitMQ was not reached."""
    if isinstance(err, ProbableAuthenticationError):
        return "RabbitMQ does not know this user, or this password."
    if isinstance(err, ProbableAccessDeniedError):
        return "RabbitMQ has no such virtual host, or not for this user."
    return "RabbitMQ does not answer."


def _broker_priority(priority: int) -> int:
    return {Priority.HIGH.value: _SOONEST, Priority.NORMAL.value: 1}.get(priority, 0)


def _quieten() -> None:
    # It tells of each broken connection in a dozen lines; what matters of that is told by who uses it.
    logging.getLogger("pika").setLevel(logging.CRITICAL + 1)
