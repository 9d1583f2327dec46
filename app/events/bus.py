"""Tell open pages of committed moves: through flask-sse and Redis, or by a bell that sends readers to the log.

Publishing comes after the commit and never fails the one who publishes: what is lost here is found in the log within
a second by every process that has pages open.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from flask_sse import ServerSentEventsBlueprint
from redis.exceptions import RedisError

from app.events.log import Event

_log = logging.getLogger(__name__)

EVENT_TYPE = "job_status"


class EventBus(Protocol):
    """Tells every process with open pages of events that are committed."""

    def publish(self, events: Sequence[Event]) -> None:
        """Tell of events. Never raises."""


def channel_of(owner_id: int) -> str:
    """Return the name under which a caller asks for an owner's events; nobody else may."""
    return f"owner-{owner_id}"


class RedisChannels:
    """The Redis channels of one service. Others may share its Redis, and pub/sub does not keep databases apart."""

    def __init__(self, service: str) -> None:
        self._prefix = f"{service}:owner-"
        self.pattern = f"{self._prefix}*"

    def of(self, owner_id: int) -> str:
        return f"{self._prefix}{owner_id}"

    def owner_of(self, channel: str) -> int:
        """Return whose events travel there. Raises ValueError where it is nobody's."""
        return int(channel.removeprefix(self._prefix))


class RedisBus:
    """Publishes whole events over Redis, in flask-sse's form."""

    def __init__(self, sse: ServerSentEventsBlueprint, channels: RedisChannels) -> None:
        self._sse = sse
        self._channels = channels

    def publish(self, events: Sequence[Event]) -> None:
        try:
            for event in events:
                self._sse.publish(event.data, type=EVENT_TYPE, id=event.id, channel=self._channels.of(event.owner_id))
        except RedisError as err:
            _log.warning("Open pages learn of it late, because Redis does not answer: %s", err)


class BellBus:
    """Rings a bell; whoever has pages open reads the log."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def publish(self, events: Sequence[Event]) -> None:
        if events:
            self._ring()
