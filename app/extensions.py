"""The database session, not yet bound to a database, and how each kind of database is set up."""

import logging
import sqlite3
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

_log = logging.getLogger(__name__)


class _Database(SQLAlchemy):
    """Flask-SQLAlchemy, with sessions whose end cannot undo what was done in them."""

    def _teardown_session(self, exc: BaseException | None) -> None:
        try:
            super()._teardown_session(exc)
        except DBAPIError as err:
            # By now everything is committed or read, and an answer or a claim is made of it, which is not to be lost.
            _log.warning("A connection to the database broke after its use: %s", err)
            self.session.registry.clear()


# What was loaded stays readable after a commit: it is shown, not changed, from then on.
db = _Database(session_options={"expire_on_commit": False})

# A transaction is marked with this option when it will write, see `begins_writing`.
WRITES = "writes"

# Longer than any transaction of ours takes; a lock held longer than this is a fault to be told.
_SQLITE_BUSY_MS = 10_000
_MYSQL_TIMEOUT_SECONDS = 10


def engine_options(database_url: str) -> dict[str, Any]:
    """Return how SQLAlchemy connects to this kind of database."""
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": _SQLITE_BUSY_MS / 1000}}
    return {
        # Connections that the server closed in the meantime are noticed before they are used.
        "pool_pre_ping": True,
        "pool_size": 20,
        "max_overflow": 20,
        "pool_timeout": _MYSQL_TIMEOUT_SECONDS,
        # Moves are single conditional UPDATEs: they need no snapshot, and gap locks would only deadlock them.
        "isolation_level": "READ COMMITTED",
        "connect_args": {"charset": "utf8mb4", "connect_timeout": 5, "read_timeout": 60, "write_timeout": 60},
    }


def prepare_sqlite(engine: Engine, *, is_durable: bool) -> None:
    """Set up SQLite: WAL, foreign keys, and transactions that say at their start whether they write.

    `is_durable` waits for the disk at each commit. What people were told is stored must survive a power cut; what a
    worker loses that way is only done again.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is of the wrong kind
        for pragma in (
            f"busy_timeout={_SQLITE_BUSY_MS}",  # first: each of the others may have to wait for somebody
            "journal_mode=WAL",
            f"synchronous={'FULL' if is_durable else 'NORMAL'}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A reader that turns writer fails at once if somebody wrote meanwhile; one that says so first waits.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def begins_writing() -> None:
    """Begin the session's transaction as one that writes; must come before its first statement."""
    db.session.connection(execution_options={WRITES: True})
