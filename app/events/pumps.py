"""The loops that bring events into a web process: one follows the log, the other listens to Redis."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.events.bus import RedisChannels
from app.events.hub import Hub
from app.events.log import Event, Tail
from app.extensions import db

_log = logging.getLogger(__name__)

# The safety net: what no bell and no Redis told of is found this soon.
LOOK_SECONDS = 1.0
_RECONNECT_SECONDS = 1.0


class LogPump:
    """Delivers what is appended to the log. `wait` returns when it is worth looking, or after the time it is given."""

    def __init__(self, app: Flask, hub: Hub, wait: Callable[[float], object]) -> None:
        self._app = app
        self._hub = hub
        self._wait = wait
        with app.app_context():
            self._tail = Tail(db.session(), datetime.now(UTC))

    def __call__(self) -> None:
        while self._hub.is_open:
            self._wait(LOOK_SECONDS)
            try:
                with self._app.app_context():
                    events = self._tail.read(db.session(), datetime.now(UTC))
            except SQLAlchemyError as err:
                _log.warning("Live events wait for the database: %s", err)
                time.sleep(LOOK_SECONDS)
                continue
            for event in events:
                self._hub.deliver(event)


class _Published(Schema):
    """What flask-sse puts on a channel."""

    class Meta:
        unknown = EXCLUDE

    id = fields.Integer(required=True, strict=True)
    data = fields.Dict(required=True)


class RedisPump:
    """Delivers what flask-sse publishes, over one connection for all pages of this process."""

    def __init__(self, client: Redis, channels: RedisChannels, hub: Hub) -> None:
        self._client = client
        self._channels = channels
        self._hub = hub

    def __call__(self) -> None:
        while self._hub.is_open:
            try:
                self._listen()
            except RedisError as err:
                _log.warning("Live events are read from the database, because Redis does not answer: %s", err)
                time.sleep(_RECONNECT_SECONDS)

    def _listen(self) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as pubsub:  # type: ignore[no-untyped-call]
            pubsub.psubscribe(self._channels.pattern)
            while self._hub.is_open:
                if (message := pubsub.get_message(timeout=LOOK_SECONDS)) and (event := self._read(message)):
                    self._hub.deliver(event)

    def _read(self, message: dict[str, bytes]) -> Event | None:
        """Read what flask-sse wrote; the owner is told by the channel. What is no event of ours is None."""
        try:
            owner_id = self._channels.owner_of(message["channel"].decode())
            body = _Published().loads(message["data"].decode())
        except (ValueError, ValidationError) as err:
            _log.warning("Something on Redis is not a live event: %s", err)
            return None
        return Event(body["id"], owner_id, body["data"], datetime.now(UTC))
