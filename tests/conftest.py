"""Fixtures that every test may use: private servers, a core on each kind of database, a clock that stands still."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text

from app.config import Settings
from app.extensions import db
from app.models import Base
from app.servers import PrivateDatabase, PrivateRedis
from app.wiring import Core, build_core, build_redis
from tests.rabbit import PrivateRabbit

pytest_plugins = ("tests.bucket",)

# Rows that the first migration makes; the service counts on them.
_KEPT_TABLES = frozenset(("user", "queue_state"))
# Tests marked with these need more than Python: servers, a browser, or seconds of real time.
_SLOW_MARKS = ("servers", "browser", "processes", "corpus")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="leave out what needs servers, a browser or real processes")


def pytest_configure(config: pytest.Config) -> None:
    for mark, meaning in (
        ("servers", "talks to a real MariaDB, Redis or RabbitMQ"),
        ("browser", "drives a real Chromium"),
        ("processes", "starts real processes and sends real signals"),
        ("corpus", "reads the real files of MEDIA_CORPUS"),
    ):
        config.addinivalue_line("markers", f"{mark}: {meaning}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--fast"):
        return
    slow = [item for item in items if any(item.get_closest_marker(mark) for mark in _SLOW_MARKS)]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDatabase]:
    """A database server of these tests' own."""
    server = PrivateDatabase(tmp_path_factory.mktemp("mariadb"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRedis]:
    """A Redis of these tests' own."""
    server = PrivateRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def rabbit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRabbit]:
    """A RabbitMQ of these tests' own."""
    server = PrivateRabbit(tmp_path_factory.mktemp("rabbit"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[PrivateRedis]:
    """A Redis of one test's own, which can be stopped and started again at the same address."""
    server = PrivateRedis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_client(own_redis: PrivateRedis) -> Iterator[Redis]:
    """A client of that Redis."""
    client = build_redis(own_redis.url())
    yield client
    client.close()


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.servers)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn; empty is the default one."""
    return "" if request.param == "sqlite" else request.getfixturevalue("mariadb").url()


@pytest.fixture(params=["bell", pytest.param("redis", marks=pytest.mark.servers)])
def redis_url(request: pytest.FixtureRequest) -> str:
    """Each way of live events in turn; empty is the bell."""
    return "" if request.param == "bell" else request.getfixturevalue("redis_server").url()


class Clock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings, with a data folder of the test's own."""
    return Settings(data_dir=str(tmp_path / "data"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest shape, to be copied: migrations take longer than most tests."""
    settings = Settings(data_dir=str(tmp_path_factory.mktemp("migrated")))
    build_core(settings, is_web=False).close()
    return settings.data_path / "vtm.sqlite3"


@pytest.fixture
def data_dir(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """A data folder of the test's own, with an empty default database in it."""
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(migrated_sqlite, folder / migrated_sqlite.name)
    return folder


@pytest.fixture
def build(data_dir: Path, clock: Clock) -> Iterator[Callable[..., Core]]:
    """Build cores that are cleared away after the test; settings by name."""
    built: list[Core] = []

    def build_one(*, is_web: bool = False, **settings: object) -> Core:
        core = build_core(Settings(data_dir=str(data_dir), **settings), is_web=is_web)  # type: ignore[arg-type]
        core.transactions.now = clock
        built.append(core)
        return core

    yield build_one
    for core in built:
        clear_away(core)


@pytest.fixture(scope="session")
def kept_cores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Core]]:
    """A worker's core on each database, kept for all tests: what SQLAlchemy compiled once is not compiled again."""
    known: dict[str, Core] = {}

    def core_on(database_url: str) -> Core:
        if database_url not in known:
            data_dir = str(tmp_path_factory.mktemp("kept"))
            known[database_url] = build_core(Settings(data_dir=data_dir, database_url=database_url), is_web=False)
        return known[database_url]

    yield core_on
    for core in known.values():
        core.close()


@pytest.fixture
def core(kept_cores: Callable[[str], Core], database_url: str, clock: Clock) -> Iterator[Core]:
    """A worker's core on each kind of database, empty, inside the app's context."""
    yield from _lent(kept_cores(database_url), clock)


@pytest.fixture
def sqlite_core(kept_cores: Callable[[str], Core], clock: Clock) -> Iterator[Core]:
    """A worker's core on the default database, for what has nothing to do with databases."""
    yield from _lent(kept_cores(""), clock)


def _lent(core: Core, clock: Clock) -> Iterator[Core]:
    core.transactions.now = clock
    with core.app.app_context():
        yield core
    empty(core)
    for name in ("sources", "outputs", "incoming"):
        path = core.settings.data_path / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (core.settings.data_path / "incoming").mkdir()


def empty(core: Core) -> None:
    """Empty the database."""
    with core.app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in _KEPT_TABLES:
                    connection.execute(text(f"DELETE FROM `{table.name}`"))  # noqa: S608
            connection.execute(
                text("UPDATE queue_state SET is_paused = FALSE, paused_by = NULL, since = NULL, weighed_at = NULL")
            )
            if connection.dialect.name == "sqlite":
                # Numbers begin anew, as in a database of the test's own.
                connection.execute(text("DELETE FROM sqlite_sequence WHERE name <> 'job_event'"))


def clear_away(core: Core) -> None:
    """Empty the database and close what the core holds open."""
    empty(core)
    core.close()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files; an error, not a skip, where it is missing."""
    folder = Path(os.environ.get("MEDIA_CORPUS", Path(__file__).parents[1] / "../shared/media")).resolve()
    if not (folder / "MANIFEST.json").is_file():
        raise FileNotFoundError(f"There is no corpus in {folder}. Set MEDIA_CORPUS, or run with --fast.")
    return folder
