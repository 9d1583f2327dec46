"""Web applications with both ways of live events, and a server that serves them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.exceptions import RedisError
from werkzeug.serving import make_server

from app import create_app
from app.config import Settings
from app.events.bus import RedisChannels
from app.servers import PrivateDatabase, PrivateRedis
from app.web.access import CORE
from app.wiring import Core, service_name
from tests.conftest import clear_away
from tests.events.pages import Page

MakeWeb = Callable[..., Core]
OpenPage = Callable[..., Page]


@pytest.fixture
def make_web(tmp_path: Path, data_dir: Path) -> Iterator[MakeWeb]:
    """Make web applications that are cleared away after the test; settings by name."""
    made: list[Core] = []

    def make(data: str = data_dir.name, **settings: str) -> Core:
        app = create_app(Settings(data_dir=str(tmp_path / data), **settings))  # type: ignore[arg-type]
        made.append(app.extensions[CORE])
        return made[-1]

    before = set(threading.enumerate())
    yield make
    for core in made:
        assert core.live.hub is not None
        core.live.hub.close()
    # A pump that is still reading would find its database gone.
    while any(thread.is_alive() for thread in set(threading.enumerate()) - before):
        for core in made:
            _wake_pumps(core)
        time.sleep(0.01)
    for core in made:
        clear_away(core)


def _wake_pumps(core: Core) -> None:
    if core.news is not None:
        core.news.ring()
    if core.redis is not None:
        with suppress(RedisError):
            core.live.publish({}, type="nothing", id=-1, channel=RedisChannels(service_name(core.settings)).of(0))


@pytest.fixture
def web(make_web: MakeWeb, redis_url: str) -> Core:
    """A web application's core with each way of live events."""
    return make_web(redis_url=redis_url)


@pytest.fixture
def open_page(make_web: MakeWeb) -> Iterator[OpenPage]:
    """Open pages of a running server, one server for each core."""
    servers = {}
    pages: list[Page] = []

    def open_one(core: Core, last_event_id: int | None = None) -> Page:
        if core.app not in servers:
            servers[core.app] = make_server("127.0.0.1", 0, core.app, threaded=True)
            threading.Thread(target=servers[core.app].serve_forever, args=(0.05,)).start()
        pages.append(Page(("127.0.0.1", servers[core.app].server_port), last_event_id))
        return pages[-1]

    yield open_one
    for page in pages:
        page.close()
    for app, server in servers.items():
        app.blueprints["events"].hub.close()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()


@pytest.fixture
def mariadb_url(mariadb: PrivateDatabase) -> str:
    return mariadb.url()


@pytest.fixture
def shared_redis_url(redis_server: PrivateRedis) -> str:
    return redis_server.url()
