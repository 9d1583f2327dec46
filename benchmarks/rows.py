"""Fill a MariaDB or MySQL with as many jobs as a service has after years, quickly: rows are made by `rows.sql`."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, TextClause, text

_OUTPUTS_EACH = 9
_OWNERS = 5
_BATCH = 100_000
_TABLES = ("job_event", "artifact", "source_use", "thumbnail_job", "video_job", "source")
_STATEMENT = re.compile(r"^-- (videos|outputs)\n(.*?);$", re.MULTILINE | re.DOTALL)
_ADD_OWNER = text(
    "INSERT IGNORE INTO user (id, name, role, created_at, updated_at)"
    " VALUES (:id, CONCAT('owner ', :id), 'user', :now, :now)"
)


def fill(engine: Engine, *, jobs: int, now: datetime) -> None:
    """Empty the tables and fill them with so many jobs, most of them done, each with one event."""
    videos = jobs // (_OUTPUTS_EACH + 1)
    counts = {"videos": videos, "outputs": videos * _OUTPUTS_EACH}
    known = {**counts, "now": now.replace(tzinfo=None)}
    with engine.connect() as connection:
        _prepare(connection, known["now"])
        for name, statement in _statements():
            for first in range(1, counts[name] + 1, _BATCH):
                last = min(counts[name], first + _BATCH - 1)
                connection.execute(statement, {**known, "first": first, "last": last})
                connection.commit()
        connection.execute(text(f"ANALYZE TABLE {', '.join(_TABLES)}"))
        connection.execute(text("DROP TABLE number"))


def _statements() -> Iterator[tuple[str, TextClause]]:
    """Yield each statement after what it makes: `videos` or `outputs`."""
    for name, statement in _STATEMENT.findall(Path(__file__).with_suffix(".sql").read_text()):
        # What looks like a parameter in a text of JSON is none.
        yield name, text(statement.replace('": ', '"\\: '))


def _prepare(connection: Connection, now: object) -> None:
    """Empty the tables. What is made hereafter is of this program's own making, and checked by nobody again."""
    connection.execute(text("CREATE TABLE IF NOT EXISTS number (n INTEGER PRIMARY KEY)"))
    connection.execute(text("INSERT IGNORE INTO number VALUES (:n)"), [{"n": number} for number in range(1000)])
    connection.execute(_ADD_OWNER, [{"id": owner, "now": now} for owner in range(2, _OWNERS + 1)])
    connection.commit()
    connection.execute(text("SET foreign_key_checks = 0, unique_checks = 0"))
    for table in _TABLES:
        connection.execute(text(f"TRUNCATE TABLE {table}"))
