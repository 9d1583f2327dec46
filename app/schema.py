"""The database's shape: brought up to date at every start, and written out as `schema.sql`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateIndex, CreateTable

from app.errors import SettingsError
from app.extensions import WRITES
from app.models import Base

_MIGRATIONS = Path(__file__).parent / "migrations"
# Two processes that start together must not both create the tables; one waits this long for the other.
_LOCK, _LOCK_SECONDS = "vtm-schema", 60

_HEADING = """\
-- The tables as MySQL 8 and MariaDB 10.6+ have them. Written by `python -m app schema`, never by hand.
-- The service creates and upgrades them itself at its start; this file is for reading.
"""


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest shape; costs one query where it is there already."""
    with engine.connect() as connection:
        if _revision(connection) == newest_revision():
            return
    # Loaded only when there is something to do: every process comes by here at its start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.execution_options(**{WRITES: True}).connect() as connection, _locked(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def newest_revision() -> str:
    """Return the revision that this code needs: migrations are numbered, and the number is the file's name."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return cast("str | None", connection.scalar(text("SELECT version_num FROM alembic_version")))


def to_sql() -> str:
    """Return the tables as SQL for MySQL and MariaDB, each with its indexes, in an order that can be run."""
    dialect = mysql.dialect()
    parts = [_HEADING]
    for table in Base.metadata.sorted_tables:
        parts.append(str(CreateTable(table).compile(dialect=dialect)).strip().replace("\t", "    ") + ";\n")
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            parts.append(str(CreateIndex(index).compile(dialect=dialect)).strip() + ";\n")
    lines = "\n".join(parts).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


@contextmanager
def _unbound(connection: Connection) -> Iterator[None]:
    """Let tables be written anew without what points at their rows going with the old ones, as SQLite advises.

    The pragma means nothing inside a transaction, so it goes past SQLAlchemy, which would begin one.
    """
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _locked(connection: Connection) -> Iterator[None]:
    """Hold the lock under which the shape is changed. SQLite needs none: its writing transaction is one."""
    if connection.dialect.name == "sqlite":
        with _unbound(connection):
            yield
        return
    wanted = {"name": _LOCK, "seconds": _LOCK_SECONDS}
    if connection.scalar(text("SELECT GET_LOCK(:name, :seconds)"), wanted) != 1:
        raise SettingsError(f"DATABASE_URL: another process has been changing its tables for {_LOCK_SECONDS} s.")
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": _LOCK})
