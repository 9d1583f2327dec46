"""Among thousands of jobs the few that are wanted are found without reading the others."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event, select, text

from app.events.log import Tail, newest_id, read_since
from app.extensions import db
from app.jobs.claims import JobRef
from app.jobs.loading import list_lapsed
from app.jobs.queries import Place
from app.models import LOCAL_USER_ID, Artifact, JobKind, Output, Source, Status, VideoJob
from app.wiring import Core
from tests.conftest import Clock
from tests.jobs.many import VIDEOS, make_many, queue_outputs
from tests.make import WORKER

# A page of fifty of each kind, each with what is shown of it, and as many entries of an index.
MOST_READ = 800
PAGE = 50


class Reads:
    """What the service reads while it runs."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self.core, self.queries, self.now = core, core.queries, clock()
        middle = db.session.get_one(VideoJob, VIDEOS // 2)
        self.place = Place(middle.created_at, JobKind.VIDEO, middle.id)
        self.newest = newest_id(db.session())
        db.session.rollback()

    def claim(self) -> None:
        assert self.core.lifecycle.claim_next(WORKER)

    def light_claim(self) -> None:
        assert self.core.lifecycle.claim_next(WORKER, only_light=True)

    def held(self) -> None:
        self.core.lifecycle.list_held(WORKER)

    def lapsed(self) -> None:
        list_lapsed(db.session(), self.now)

    def jobs(self) -> None:
        assert len(self.queries.list_jobs(LOCAL_USER_ID, limit=PAGE)) == PAGE

    def jobs_deep_down(self) -> None:
        assert len(self.queries.list_jobs(LOCAL_USER_ID, limit=PAGE, after=self.place)) == PAGE

    def failed_jobs(self) -> None:
        assert len(self.queries.list_jobs(LOCAL_USER_ID, limit=PAGE, status=Status.FAILED, after=self.place)) == PAGE

    def no_jobs(self) -> None:
        assert not self.queries.list_jobs(LOCAL_USER_ID, limit=PAGE, status=Status.EXPIRED)

    def videos(self) -> None:
        assert len(self.queries.list_videos(LOCAL_USER_ID, limit=PAGE, before_id=VIDEOS // 2)) == PAGE

    def pulse(self) -> None:
        assert self.queries.read_pulse(LOCAL_USER_ID, self.now).waiting > 50

    def history(self) -> None:
        self.queries.list_history(LOCAL_USER_ID, JobRef(JobKind.THUMBNAIL, 7), limit=PAGE)

    def replay(self) -> None:
        events = read_since(db.session(), LOCAL_USER_ID, self.newest - 3, overlap=timedelta(seconds=30))
        assert events and len(events) >= 3

    def end_of_the_log(self) -> None:
        Tail(db.session(), self.now)

    def named_keys(self) -> None:
        db.session.scalars(select(Artifact.key).where(Artifact.key.in_(("outputs/7/image.jpg", "nobody's")))).all()
        db.session.scalars(select(Source.key).where(Source.key.in_(("sources/7", "nobody's")))).all()


def test_what_is_not_wanted_is_not_read(core: Core, clock: Clock) -> None:
    make_many(clock())
    reads = Reads(core, clock)

    found = {name: _cost(getattr(reads, name)) for name in vars(Reads) if not name.startswith("_")}

    assert {name: scans for name, (_rows, scans) in found.items() if scans} == {}
    assert {name: rows for name, (rows, _scans) in found.items() if rows > MOST_READ} == {}


def test_of_thousands_that_wait_a_claim_reads_few(core: Core, clock: Clock) -> None:
    make_many(clock())
    ready = db.session.scalars(select(VideoJob.id).where(VideoJob.status == Status.COMPLETED)).all()
    queue_outputs(ready, 3000, Output.THUMBNAIL, clock() - timedelta(days=100))

    rows, scans = _cost(Reads(core, clock).claim)

    assert scans == []
    assert rows < MOST_READ


def _cost(read: Callable[[], None]) -> tuple[int, list[str]]:
    """Return how many rows are read (MariaDB counts them), and steps through a whole table (SQLite tells of them)."""
    with _sent() as sent:
        before = _rows_read(db.session.connection())
        read()
        rows = _rows_read(db.session.connection()) - before
    connection = db.session.connection()
    if connection.dialect.name != "sqlite":
        return rows, []
    return 0, [step for one in sent if one[0].startswith(("SELECT", "UPDATE")) for step in _scans(connection, *one)]


@contextmanager
def _sent() -> Iterator[list[tuple[str, Any]]]:
    """Collect every statement that is sent to the database, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def collect(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", collect)
    yield sent
    event.remove(db.engine, "before_cursor_execute", collect)


def _rows_read(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        return 0
    return sum(int(row[1]) for row in connection.execute(text("SHOW GLOBAL STATUS LIKE 'Handler_read%'")))


def _scans(connection: Connection, statement: str, parameters: Any) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    steps = [str(row[3]) for row in plan]
    tables = ("source", "video_job", "thumbnail_job", "artifact", "job_event")
    return [step for step in steps if step.startswith(tuple(f"SCAN {table}" for table in tables))]
