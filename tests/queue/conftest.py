"""Each kind of bell, as many of each as a test wants, all of one tower."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.queue.base import Bell
from app.queue.bell import SocketBell
from app.queue.redis_bell import RedisBell
from app.wiring import build_redis

MakeBell = Callable[[], Bell]


@pytest.fixture(params=["socket", pytest.param("redis", marks=pytest.mark.servers)])
def make_bell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeBell]:
    """Make bells that hear each other, as processes of one service have them."""
    made: list[Bell] = []
    clients = []

    def make() -> Bell:
        if request.param == "socket":
            made.append(SocketBell(tmp_path / "bells"))
        else:
            clients.append(build_redis(request.getfixturevalue("redis_server").url()))
            made.append(RedisBell(clients[-1], f"test:{tmp_path.name}"))
        return made[-1]

    yield make
    for bell in made:
        bell.close()
    for client in clients:
        client.close()
