"""The bell over Redis, while Redis is away and after."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from app.queue.redis_bell import RedisBell
from app.servers import PrivateRedis
from tests.service import ROOT

pytestmark = pytest.mark.servers

CHANNEL = "test:work"
_WAIT = """
import sys
from app.queue.redis_bell import RedisBell
from app.wiring import build_redis
bell = RedisBell(build_redis(sys.argv[1]), sys.argv[2])
bell.wait(0.1)
print("waiting", flush=True)
print(bell.wait(10), flush=True)
"""


@pytest.fixture
def bell(redis_client: Redis) -> Iterator[RedisBell]:
    """A bell that has heard of Redis already."""
    bell = RedisBell(redis_client, CHANNEL)
    bell.wait(0.05)
    yield bell
    bell.close()


@pytest.mark.processes
def test_a_ring_wakes_a_waiter_in_another_process(own_redis: PrivateRedis, bell: RedisBell) -> None:
    command = [sys.executable, "-c", _WAIT, own_redis.url(), CHANNEL]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"

        bell.ring()

        said, _ = process.communicate(timeout=5)
    assert said == "True\n"


def test_two_channels_do_not_hear_each_other(redis_client: Redis, bell: RedisBell) -> None:
    other = RedisBell(redis_client, "test:other")

    other.ring()

    assert bell.wait(0.1) is False
    other.close()


def test_ringing_while_redis_is_away_does_not_fail_and_does_not_wait(own_redis: PrivateRedis, bell: RedisBell) -> None:
    own_redis.stop()
    began = time.monotonic()

    bell.ring()

    assert time.monotonic() - began < 0.5


def test_waiting_while_redis_is_away_takes_its_time_and_no_longer(own_redis: PrivateRedis, bell: RedisBell) -> None:
    own_redis.stop()
    began = time.monotonic()

    answers = [bell.wait(0.3), bell.wait(0.3)]

    assert answers == [False, False]
    assert 0.59 < time.monotonic() - began < 0.9


def test_a_bell_made_while_redis_is_away_works_once_it_is_back(own_redis: PrivateRedis, redis_client: Redis) -> None:
    own_redis.stop()
    bell = RedisBell(redis_client, CHANNEL)
    bell.wait(0.05)
    own_redis.start()
    bell.wait(0.05)

    bell.ring()

    assert bell.wait(1) is True
    bell.close()


def test_a_bell_works_again_after_redis_is_back(own_redis: PrivateRedis, bell: RedisBell) -> None:
    own_redis.stop()
    bell.ring()
    bell.wait(0.05)
    own_redis.start()
    bell.wait(0.05)

    bell.ring()

    assert bell.wait(1) is True


def test_a_redis_that_came_back_unnoticed_costs_one_wait_at_most(own_redis: PrivateRedis, bell: RedisBell) -> None:
    own_redis.stop()
    own_redis.start()
    bell.wait(0.1)
    bell.wait(0.1)

    bell.ring()

    assert bell.wait(1) is True


def test_a_redis_that_hangs_costs_a_second_at_most(own_redis: PrivateRedis, bell: RedisBell) -> None:
    os.kill(own_redis.pid, signal.SIGSTOP)
    began = time.monotonic()

    bell.ring()
    is_woken = bell.wait(0.2)

    took = time.monotonic() - began
    os.kill(own_redis.pid, signal.SIGCONT)
    assert is_woken is False
    assert took < 1.5
