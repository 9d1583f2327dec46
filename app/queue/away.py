"""One sentence a minute while the broker is away, where each of Dramatiq's consumers has a line every three seconds."""

import logging
import threading
import time

from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPConnectionError

from app.queue.rabbit import sentence_of

_log = logging.getLogger(__name__)

_SAY_AWAY_SECONDS = 60.0
# What a connection ends with, or is not made with. Whatever else a consumer meets is told in its own words.
_AWAY = (AMQPConnectionError, AMQPConnectorException, OSError)


class AwayFilter(logging.Filter):
    """For the loggers of consumers, which are all in one process: keeps back what says only that the broker is away."""

    def __init__(self) -> None:
        super().__init__()
        self._saying = threading.Lock()
        self._said_at = -_SAY_AWAY_SECONDS

    def filter(self, record: logging.LogRecord) -> bool:
        err = _error_of(record)
        if not isinstance(err, _AWAY):
            return True
        with self._saying:
            if time.monotonic() - self._said_at > _SAY_AWAY_SECONDS:
                self._said_at = time.monotonic()
                _log.warning("No jobs are received: %s It is tried again every few seconds.", sentence_of(err))
        return False


def hush(queue_names: set[str]) -> None:
    """Put one such filter on the loggers of the consumers of these queues."""
    away = AwayFilter()
    for name in queue_names:
        logging.getLogger(f"dramatiq.worker.ConsumerThread({name})").addFilter(away)


def _error_of(record: logging.LogRecord) -> object:
    """Return what a consumer failed with: it was raised, or is within the one that the line is made with."""
    if record.exc_info:
        return record.exc_info[1]
    wrapped = record.args[0] if isinstance(record.args, tuple) and record.args else None
    return wrapped.args[0] if isinstance(wrapped, Exception) and wrapped.args else None
