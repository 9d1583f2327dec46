"""The database's shape: one shape, written three ways; upgraded by whoever starts, as often as they like."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, select, text

from app.extensions import engine_options, prepare_sqlite
from app.models import Base, QueueState, User
from app.schema import newest_revision, to_sql, upgrade
from app.servers import PrivateDatabase
from tests.service import ROOT

SCHEMA_SQL = (ROOT / "schema.sql").read_text()
PROCESSES = 3

_START = """
from app.config import Settings
from app.wiring import build_core
build_core(Settings.read(dotenv=None), is_web=False).close()
"""

MakeDatabase = Callable[[str], str]


@pytest.fixture
def make_database(mariadb: PrivateDatabase) -> Iterator[MakeDatabase]:
    """Make empty databases by name, as a person would before the first start; they are dropped after the test."""
    server = create_engine(mariadb.url(), isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
        return mariadb.url(name)

    yield make
    with server.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.servers)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each kind of database in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'vtm.sqlite3'}"
    make: MakeDatabase = request.getfixturevalue("make_database")
    return make("empty")


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    engine = create_engine(empty_database, **engine_options(empty_database))
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine, is_durable=False)
    yield engine
    engine.dispose()


def _tables(url: str) -> dict[str, set[str]]:
    """Every table as the server itself describes it: its lines, whatever their order."""
    engine = create_engine(url)
    with engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        described = {name: str(connection.execute(text(f"SHOW CREATE TABLE `{name}`")).one()[1]) for name in names}
    engine.dispose()
    return {name: {_line(line) for line in sql.splitlines()} for name, sql in described.items()}


def _line(text: str) -> str:
    words = [word for word in text.strip().rstrip(",").split() if not word.startswith("AUTO_INCREMENT=")]
    return " ".join(words)


def _load(url: str, sql: str) -> None:
    engine = create_engine(url)
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    with engine.begin() as connection:
        for statement in "\n".join(lines).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_file_is_what_the_command_prints() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "app", "schema"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert printed == to_sql() == SCHEMA_SQL


@pytest.mark.servers
def test_the_file_the_migrations_and_the_models_make_the_same_tables(make_database: MakeDatabase) -> None:
    by_file, by_migration, by_models = (make_database(name) for name in ("by_file", "by_migration", "by_models"))

    _load(by_file, SCHEMA_SQL)
    migrated, modelled = create_engine(by_migration), create_engine(by_models)
    upgrade(migrated)
    Base.metadata.create_all(modelled)
    for engine in (migrated, modelled):
        engine.dispose()

    assert set(_tables(by_file)) == set(Base.metadata.tables)
    assert _tables(by_migration) == _tables(by_file)
    assert _tables(by_models) == _tables(by_file)


def test_after_an_upgrade_nothing_is_missing(engine: Engine) -> None:
    upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgrade_leads_to_the_newest_revision(engine: Engine) -> None:
    upgrade(engine)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest_revision()


def test_an_upgraded_database_has_its_first_user_and_a_running_queue(engine: Engine) -> None:
    upgrade(engine)

    with engine.connect() as connection:
        users = connection.execute(select(User.id, User.name, User.role)).all()
        queue = connection.execute(select(QueueState.id, QueueState.is_paused)).all()
    assert ([tuple(user) for user in users], [tuple(row) for row in queue]) == ([(1, "local", "admin")], [(1, False)])


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE user SET name = 'renamed'"))

    upgrade(engine)

    with engine.connect() as connection:
        assert connection.scalars(select(User.name)).all() == ["renamed"]


def test_a_start_waits_for_another_that_is_writing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'vtm.sqlite3'}"
    engine = create_engine(url, **engine_options(url))
    prepare_sqlite(engine, is_durable=False)
    with closing(sqlite3.connect(tmp_path / "vtm.sqlite3", isolation_level=None, check_same_thread=False)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.2, writer.execute, ("COMMIT",))
        done.start()
        try:
            upgrade(engine)
        finally:
            done.join()

    with engine.connect() as connection:
        assert connection.scalars(select(User.id)).all() == [1]
    engine.dispose()


@pytest.mark.processes
def test_processes_that_start_at_once_upgrade_once(empty_database: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": empty_database, "DATA_DIR": str(tmp_path / "data")}
    started = [
        subprocess.Popen([sys.executable, "-c", _START], cwd=ROOT, env=environment, stderr=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]

    said = [process.communicate(timeout=60)[1].decode() for process in started]

    engine = create_engine(empty_database)
    with engine.connect() as connection:
        users = connection.scalars(select(User.id)).all()
    engine.dispose()
    assert [(process.returncode, text) for process, text in zip(started, said, strict=True)] == [(0, "")] * PROCESSES
    assert users == [1]
