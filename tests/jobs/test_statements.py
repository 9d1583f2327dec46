"""However many rows are shown, the database is asked the same number of times."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.extensions import db
from app.jobs.claims import JobRef
from app.jobs.loading import Job
from app.jobs.shown import show_job
from app.models import LOCAL_USER_ID, JobKind
from app.wiring import Core
from tests.make import claim_job, complete_thumbnail, make_ready_video, make_thumbnail

Read = Callable[[Core], list[Job]]


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Collect every statement that is sent to the database."""
    sent: list[str] = []

    def collect(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", collect)
    yield sent
    event.remove(db.engine, "before_cursor_execute", collect)


def _refs() -> list[JobRef]:
    return [JobRef(kind, number) for kind in JobKind for number in range(1, 100)]


@pytest.mark.parametrize(
    "read",
    [
        lambda core: core.queries.list_videos(LOCAL_USER_ID, limit=100),
        lambda core: core.queries.list_videos_by_id(LOCAL_USER_ID, range(1, 100)),
        lambda core: core.queries.list_jobs(LOCAL_USER_ID, limit=100),
        lambda core: core.queries.list_jobs_by_ref(LOCAL_USER_ID, _refs()),
        lambda core: core.queries.list_thumbnails(LOCAL_USER_ID, 1, limit=100),
    ],
    ids=["videos", "videos by id", "jobs", "jobs by reference", "outputs of a video"],
)
def test_showing_more_rows_asks_no_more_questions(sqlite_core: Core, read: Read) -> None:
    first = make_ready_video(sqlite_core)
    asked = []
    for widths in ((1, 2), range(3, 10)):
        for width in widths:
            make_ready_video(sqlite_core)
            complete_thumbnail(sqlite_core, claim_job(sqlite_core, make_thumbnail(sqlite_core, first, width=width)))
        db.session.remove()
        with _counted() as sent:
            shown = [show_job(job) for job in read(sqlite_core)]
        asked.append((len(sent), len(shown)))

    (few_statements, few_rows), (statements, rows) = asked
    assert rows > few_rows
    assert statements == few_statements <= 4


def test_claiming_does_not_read_the_whole_queue(sqlite_core: Core) -> None:
    video = make_ready_video(sqlite_core)
    for width in range(1, 40):
        make_thumbnail(sqlite_core, video, width=width)

    with _counted() as sent:
        claim_job(sqlite_core)

    assert len(sent) <= 8


def test_a_job_is_claimed_and_completed_with_few_questions(sqlite_core: Core) -> None:
    make_thumbnail(sqlite_core, make_ready_video(sqlite_core), width=1)

    with _counted() as sent:
        complete_thumbnail(sqlite_core, claim_job(sqlite_core))

    # What is due in each table; the move, the row, its event; and again, with its file.
    asked = [statement.split()[0] for statement in sent if not statement.startswith("BEGIN")]
    assert asked == ["SELECT", "SELECT", "UPDATE", "SELECT", "INSERT", "UPDATE", "SELECT", "INSERT", "INSERT"]
