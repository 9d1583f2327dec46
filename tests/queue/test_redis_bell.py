"""The bell over Redis, while Redis is away and after."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.queue.redis_bell import RedisBell
from app.servers import PrivateRedis, free_port
from app.wiring import build_redis
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
def server(tmp_path: Path) -> Iterator[PrivateRedis]:
    """A Redis that can be stopped and started again at the same address; not running yet."""
    server = PrivateRedis(tmp_path / "redis")
    server.port = free_port()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: PrivateRedis) -> Iterator[Redis]:
    client = build_redis(server.url())
    yield client
    client.close()


@pytest.fixture
def bell(client: Redis) -> Iterator[RedisBell]:
    """A bell that has heard of Redis already."""
    bell = RedisBell(client, CHANNEL)
    bell.wait(0.05)
    yield bell
    bell.close()


@pytest.mark.processes
def test_a_ring_wakes_a_waiter_in_another_process(server: PrivateRedis, bell: RedisBell) -> None:
    command = [sys.executable, "-c", _WAIT, server.url(), CHANNEL]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"

        bell.ring()

        said, _ = process.communicate(timeout=5)
    assert said == "True\n"


def test_two_channels_do_not_hear_each_other(client: Redis, bell: RedisBell) -> None:
    other = RedisBell(client, "test:other")

    other.ring()

    assert bell.wait(0.1) is False
    other.close()


def test_ringing_while_redis_is_away_does_not_fail_and_does_not_wait(server: PrivateRedis, bell: RedisBell) -> None:
    server.stop()
    began = time.monotonic()

    bell.ring()

    assert time.monotonic() - began < 0.5


def test_waiting_while_redis_is_away_takes_its_time_and_no_longer(server: PrivateRedis, bell: RedisBell) -> None:
    server.stop()
    began = time.monotonic()

    answers = [bell.wait(0.3), bell.wait(0.3)]

    assert answers == [False, False]
    assert 0.59 < time.monotonic() - began < 0.9


def test_a_bell_made_while_redis_is_away_works_once_it_is_back(server: PrivateRedis, client: Redis) -> None:
    server.stop()
    bell = RedisBell(client, CHANNEL)
    bell.wait(0.05)
    server.start()
    bell.wait(0.05)

    bell.ring()

    assert bell.wait(1) is True
    bell.close()


def test_a_bell_works_again_after_redis_is_back(server: PrivateRedis, bell: RedisBell) -> None:
    server.stop()
    bell.ring()
    bell.wait(0.05)
    server.start()
    bell.wait(0.05)

    bell.ring()

    assert bell.wait(1) is True


def test_a_redis_that_came_back_unnoticed_costs_one_wait_at_most(server: PrivateRedis, bell: RedisBell) -> None:
    server.stop()
    server.start()
    bell.wait(0.1)
    bell.wait(0.1)

    bell.ring()

    assert bell.wait(1) is True


def test_a_redis_that_hangs_costs_a_second_at_most(server: PrivateRedis, bell: RedisBell) -> None:
    os.kill(server.pid, signal.SIGSTOP)
    began = time.monotonic()

    bell.ring()
    is_woken = bell.wait(0.2)

    took = time.monotonic() - began
    os.kill(server.pid, signal.SIGCONT)
    assert is_woken is False
    assert took < 1.5
