"""Telling every process with open pages."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from flask_sse import Message
from redis import Redis
from redis.client import PubSub

from app.events.bus import BellBus, RedisBus, RedisChannels
from app.events.log import Event
from app.events.stream import LiveEvents
from app.models import LOCAL_USER_ID
from app.queue.silent import SilentBell
from app.servers import PrivateRedis

EVENT = Event(7, LOCAL_USER_ID, {"event": "job.queued", "job": {"id": 1}, "version": 1}, datetime.now(UTC))
CHANNELS = RedisChannels("vtm-test")


@pytest.fixture
def bus(redis_client: Redis) -> RedisBus:
    return RedisBus(LiveEvents(client=redis_client, owner_of=lambda: LOCAL_USER_ID), CHANNELS)


def _subscribed(redis_client: Redis, channel: str) -> PubSub:
    pubsub: PubSub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(channel)
    assert pubsub.get_message(timeout=1) is not None
    return pubsub


def _heard(pubsub: PubSub) -> Any:
    message = pubsub.get_message(timeout=1)
    return message and json.loads(message["data"])


@pytest.mark.servers
def test_an_event_is_published_in_the_form_of_flask_sse(redis_client: Redis, bus: RedisBus) -> None:
    with _subscribed(redis_client, CHANNELS.of(LOCAL_USER_ID)) as pubsub:
        bus.publish([EVENT])

        heard = _heard(pubsub)

    assert heard == {"type": "job_status", "id": 7, "data": EVENT.data}
    assert str(Message(**heard)) == f"event:job_status\ndata:{json.dumps(EVENT.data)}\nid:7\n\n"


@pytest.mark.servers
def test_an_event_is_published_to_its_owner_only(redis_client: Redis, bus: RedisBus) -> None:
    with _subscribed(redis_client, CHANNELS.of(LOCAL_USER_ID + 1)) as pubsub:
        bus.publish([EVENT])

        assert pubsub.get_message(timeout=0.1) is None


@pytest.mark.servers
def test_publishing_while_redis_is_away_neither_fails_nor_waits(own_redis: PrivateRedis, bus: RedisBus) -> None:
    bus.publish([EVENT])
    own_redis.stop()
    began = time.monotonic()

    bus.publish([EVENT] * 100)

    assert time.monotonic() - began < 0.5


@pytest.mark.servers
def test_publishing_works_again_when_redis_is_back(own_redis: PrivateRedis, redis_client: Redis, bus: RedisBus) -> None:
    bus.publish([EVENT])
    own_redis.stop()
    bus.publish([EVENT])
    own_redis.start()
    with _subscribed(redis_client, CHANNELS.of(LOCAL_USER_ID)) as pubsub:
        bus.publish([EVENT])

        assert _heard(pubsub)["id"] == 7


def test_a_bell_rings_once_for_all_that_happened() -> None:
    bell = SilentBell()

    BellBus(bell.ring).publish([EVENT, EVENT, EVENT])

    assert bell.rings == 1


def test_a_bell_does_not_ring_for_nothing() -> None:
    bell = SilentBell()

    BellBus(bell.ring).publish([])

    assert bell.rings == 0
