"""A bell between machines: Redis pub/sub. While Redis is away nobody is woken, and everybody looks once a second."""

import logging
import time

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)


class RedisBell:
    """Rings and listens on one channel; the connection that listens is made at the first wait, and made anew."""

    def __init__(self, client: Redis, channel: str) -> None:
        self._client = client
        self._channel = channel
        self._own: PubSub | None = None

    def ring(self) -> None:
        try:
            self._client.publish(self._channel, "")
        except RedisError as err:
            _log.warning("Nobody was woken, because Redis does not answer: %s", err)

    def wait(self, timeout_seconds: float) -> bool:
        deadline = time.monotonic() + timeout_seconds
        try:
            if self._own is None:
                self._own = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                self._own.subscribe(self._channel)
            while (left := deadline - time.monotonic()) > 0:
                if self._own.get_message(timeout=left):
                    self._drain(self._own)
                    return True
        except RedisError:
            self._forget()
            time.sleep(max(0.0, deadline - time.monotonic()))
        return False

    def close(self) -> None:
        self._forget()

    def _drain(self, own: PubSub) -> None:
        while own.get_message(timeout=0):
            pass

    def _forget(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None
