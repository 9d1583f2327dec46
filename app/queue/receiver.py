"""Receives messages with Dramatiq's worker, and hands each to a function in a thread."""

import threading
from collections.abc import Callable
from functools import partial

import dramatiq

from app.models import JobKind
from app.queue.away import hush
from app.queue.rabbit import RUN_JOB, RUN_LONG_JOB, Rabbit

# Kind and id of a job, and whether it takes minutes.
Work = Callable[[JobKind, int, bool], None]

# How long a thread that has nothing to do waits before it looks whether it is to end.
_LOOK_MILLISECONDS = 250
_LEAVE_SECONDS = 5.0


class Receiver:
    """Takes as many messages as can be begun, and keeps each unacknowledged until `work` returns.

    Of the messages of long jobs it takes one fewer, so that one seat can never be theirs. Each message it took has a
    thread, which waits for a seat if need be. `work` must not raise: a message that fails is set aside for good.
    """

    def __init__(self, rabbit: Rabbit, *, seats: int, work: Work) -> None:
        heavy = max(1, seats - 1)
        rabbit.broker.shares = {rabbit.light: seats, rabbit.heavy: heavy}
        for name, queue, is_heavy in ((RUN_JOB, rabbit.light, False), (RUN_LONG_JOB, rabbit.heavy, True)):
            actor = dramatiq.actor(broker=rabbit.broker, actor_name=name, queue_name=queue)
            actor(partial(_read, work, is_heavy))
        hush(rabbit.broker.queues | rabbit.broker.delay_queues)
        self._worker = dramatiq.Worker(rabbit.broker, worker_threads=seats + heavy, worker_timeout=_LOOK_MILLISECONDS)

    def start(self) -> None:
        """Begin; where the broker is away, it is tried again every few seconds."""
        self._worker.start()

    def take_no_more(self) -> None:
        """Begin with no other message; those in hand go on."""
        for thread in self._worker.workers:
            thread.stop()

    def is_idle(self) -> bool:
        """Tell whether, after `take_no_more`, nothing is in hand any more."""
        return not any(thread.is_alive() for thread in self._worker.workers)

    def close(self) -> None:
        """Let go of the broker, which gives to others what was not begun; of one that hangs no leave is taken."""
        leaving = threading.Thread(target=self._worker.stop, daemon=True)
        leaving.start()
        leaving.join(_LEAVE_SECONDS)


def _read(work: Work, is_heavy: bool, kind: str, job_id: int) -> None:
    work(JobKind(kind), job_id, is_heavy)
