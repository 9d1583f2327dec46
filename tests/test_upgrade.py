"""An upgrade of a database that is in use: what is in it stays, and what is new is filled in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event, text

from app import migrations
from app.extensions import WRITES, engine_options, prepare_sqlite
from app.models import Base
from app.schema import upgrade
from app.servers import PrivateDatabase

NOW = datetime(2026, 11, 21, tzinfo=UTC).replace(tzinfo=None)
MADE = {"created_at": NOW, "updated_at": NOW}
LIFE = {
    "owner_id": 1,
    "status": "COMPLETED",
    "progress": 1.0,
    "stage": "",
    "priority": 20,
    "attempt": 1,
    "max_attempts": 3,
    "run_after": NOW,
    "is_retryable": False,
    "version": 3,
    "queued_at": NOW,
    **MADE,
}


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.servers)])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database as the second migration left it, with a video, its watermarked thumbnail and a slideshow in it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'vtm.sqlite3'}"
    else:
        server: PrivateDatabase = request.getfixturevalue("mariadb")
        url = server.url("older")
        _make_database(server, "older")
    engine = create_engine(url, **engine_options(url))
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine, is_durable=False)
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    with engine.execution_options(**{WRITES: True}).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.commit()
    with engine.begin() as connection:
        _fill(connection)
    yield engine
    engine.dispose()


def test_what_was_there_is_there_after_it(older: Engine) -> None:
    upgrade(older)

    with older.connect() as connection:
        counts = [
            connection.scalar(text(f"SELECT COUNT(*) FROM {table}"))  # noqa: S608
            for table in ("video_job", "thumbnail_job", "artifact", "source")
        ]
        crashes = connection.scalars(text("SELECT crashes FROM video_job")).all()
    assert (counts, crashes) == ([2, 1, 1, 3], [0, 0])


def test_who_needs_which_bytes_is_written_down(older: Engine) -> None:
    upgrade(older)

    with older.connect() as connection:
        uses = connection.execute(
            text("SELECT sha256, video_id, thumbnail_job_id FROM source_use JOIN source ON source.id = source_id")
        )
        assert {tuple(row) for row in uses} == {("logo", None, 5), ("slide", 8, None)}


def test_a_number_is_not_given_again(older: Engine) -> None:
    upgrade(older)

    with older.begin() as connection:
        connection.execute(text("DELETE FROM video_job WHERE id = 8"))
        _insert(connection, "video_job", id=None, public_id="c", origin="upload", filename="new.mp4", **LIFE)
        assert connection.scalar(text("SELECT MAX(id) FROM video_job")) == 9


def test_what_belongs_to_a_video_still_goes_with_it(older: Engine) -> None:
    upgrade(older)

    with older.begin() as connection:
        connection.execute(text("DELETE FROM video_job WHERE id = 7"))
        left = [connection.scalar(text(f"SELECT COUNT(*) FROM {table}")) for table in ("thumbnail_job", "artifact")]  # noqa: S608
    assert left == [0, 0]


def test_no_other_process_gets_in_between_two_steps(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'vtm.sqlite3'}"
    engine = create_engine(url, **engine_options(url))
    prepare_sqlite(engine, is_durable=False)
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)

    upgrade(engine)

    assert len(commits) == 1
    engine.dispose()


@pytest.mark.servers
def test_an_upgrade_that_was_killed_in_its_middle_goes_on(mariadb: PrivateDatabase) -> None:
    _make_database(mariadb, "killed")
    engine = create_engine(mariadb.url("killed"), **engine_options(mariadb.url("killed")))
    tries = 0

    while True:
        tries += 1
        try:
            with _killed_after_one_change(engine):
                upgrade(engine)
            break
        except _Killed:
            engine.dispose()

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert connection.scalar(text("SELECT COUNT(*) FROM user")) == 1
    assert tries > 20
    engine.dispose()


class _Killed(Exception):
    """Stands for the end of the process."""


@contextmanager
def _killed_after_one_change(engine: Engine) -> Iterator[None]:
    def end(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("ALTER", "CREATE", "DROP")):
            raise _Killed

    event.listen(engine, "after_cursor_execute", end)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", end)


def _make_database(server: PrivateDatabase, name: str) -> None:
    with create_engine(server.url(), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))


def _fill(connection: object) -> None:
    for number, name in enumerate(("film", "logo", "slide"), start=1):
        _insert(connection, "source", id=number, owner_id=1, sha256=name, size_bytes=1, key=name, **MADE)
    recipe = json.dumps({"options": {}, "sources": {"upload 0": "slide", "upload 1": "slide"}})
    _insert(connection, "video_job", id=7, public_id="a", source_id=1, origin="upload", filename="a.mp4", **LIFE)
    _insert(connection, "video_job", id=8, public_id="b", recipe=recipe, origin="slideshow", filename="b.mp4", **LIFE)
    options = json.dumps({"t": "1", "watermark": {"video": 3, "sha256": "logo"}})
    wish = {"output": "thumbnail", "options": options, "fingerprint": "f"}
    _insert(connection, "thumbnail_job", id=5, public_id="t", video_id=7, **wish, **LIFE)
    about = {"role": "image", "key": "k", "media_type": "image/jpeg", "size_bytes": 1, "sha256": "s", "attempt": 1}
    _insert(connection, "artifact", id=1, public_id="r", owner_id=1, video_id=7, thumbnail_job_id=5, **about, **MADE)


def _insert(connection: object, table: str, **values: object) -> None:
    names = ", ".join(f"`{name}`" for name in values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)  # type: ignore[attr-defined]  # noqa: S608
