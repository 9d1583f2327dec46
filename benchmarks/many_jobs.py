"""The queue and its lists with ten thousand jobs, and with a million: does anything grow with them?

    python -m benchmarks.many_jobs [--jobs 10000 100000 1000000] [--rounds 50]

A private MariaDB is filled by `rows.sql`; then the service's own functions are called, each `--rounds` times, and the
table tells the median and the 95th percentile in milliseconds, and how many rows one call read.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text, update

from app.config import Settings
from app.events.log import LATE_COMMIT, Tail, newest_id, read_since
from app.extensions import db
from app.jobs.claims import JobRef
from app.jobs.loading import list_lapsed, list_stranded
from app.jobs.queries import Place
from app.models import LOCAL_USER_ID, Artifact, JobKind, Status, ThumbnailJob, VideoJob
from app.servers import PrivateDatabase
from app.wiring import Core, build_core
from benchmarks.compare import print_table
from benchmarks.rows import fill

CLAIM_BAR, READ_BAR = "≤ 20 ms", "≤ 50 ms"
_PAGE = 50
_WORKER = 1
_PERCENT = 95

Call = Callable[[], object]
# For each call: the median and the 95th percentile in milliseconds, and the rows that one call read.
Measured = dict[str, tuple[float, float, int]]


def main() -> None:
    options = _options()
    measured: dict[int, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        server = PrivateDatabase(Path(folder) / "mariadb")
        server.start()
        try:
            for jobs in options.jobs:
                measured[jobs] = _measure_all(server, Path(folder) / "data", jobs, options.rounds)
        finally:
            server.stop()
    _print(measured)


def _measure_all(server: PrivateDatabase, folder: Path, jobs: int, rounds: int) -> Measured:
    core = build_core(Settings(data_dir=str(folder), database_url=server.url()), is_web=False)
    try:
        with core.app.app_context():
            fill(db.engine, jobs=jobs, now=datetime.now(UTC))
            calls = {**_reads(core), **_claims(core)}
            found = {name: _measure(call, rounds) for name, call in calls.items()}
            _let_intakes_wait()
            found["claim, no intake due"] = _measure(calls["claim"], rounds)
            return found
    finally:
        core.close()


def _claims(core: Core) -> Mapping[str, Call]:
    """Claims come last: they change what there is to read."""
    return {
        "claim": lambda: core.lifecycle.claim_next(_WORKER),
        "claim, light work only": lambda: core.lifecycle.claim_next(_WORKER, only_light=True),
    }


def _reads(core: Core) -> Mapping[str, Call]:
    queries, session, now = core.queries, db.session(), datetime.now(UTC)
    middle = _middle()
    newest = newest_id(session)
    one = JobRef(JobKind.THUMBNAIL, session.scalar(select(func.max(ThumbnailJob.id))) or 0)
    keys = list(session.scalars(select(Artifact.key).limit(500)))
    named = select(Artifact.key).where(Artifact.key.in_(keys))

    def page(status: Status | None = None, after: Place | None = None) -> Call:
        return lambda: queries.list_jobs(LOCAL_USER_ID, limit=_PAGE, status=status, after=after)

    def replay(missed: int) -> Call:
        return lambda: read_since(db.session(), LOCAL_USER_ID, newest - missed, overlap=LATE_COMMIT)

    return {
        "list of jobs": page(),
        "list of jobs, halfway down": page(after=middle),
        "list of failed jobs": page(Status.FAILED),
        "list of failed jobs, halfway down": page(Status.FAILED, middle),
        "list of waiting jobs": page(Status.QUEUED),
        "list of expired jobs (none)": page(Status.EXPIRED),
        "library": lambda: queries.list_videos(LOCAL_USER_ID, limit=_PAGE),
        "library, halfway down": lambda: queries.list_videos(LOCAL_USER_ID, limit=_PAGE, before_id=middle.id),
        "counts by status": lambda: queries.count_jobs(LOCAL_USER_ID),
        "pulse of the queue": lambda: queries.read_pulse(LOCAL_USER_ID, now),
        "history of a job": lambda: queries.list_history(LOCAL_USER_ID, one, limit=_PAGE),
        "replay of 100 events": replay(100),
        "replay where too much was missed": replay(newest // 2),
        "end of the log": lambda: Tail(db.session(), now),
        "jobs that a worker holds": lambda: core.lifecycle.list_held(_WORKER + 1),
        "jobs of silent workers": lambda: list_lapsed(db.session(), now),
        "outputs of failed videos": lambda: list_stranded(db.session()),
        "500 files that the sweep asks for": lambda: db.session.scalars(named).all(),
    }


def _middle() -> Place:
    newest = db.session.scalar(select(func.max(VideoJob.id))) or 0
    video = db.session.get_one(VideoJob, newest // 2)
    return Place(video.created_at, JobKind.VIDEO, video.id)


def _let_intakes_wait() -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    db.session.execute(update(VideoJob).where(VideoJob.status == Status.QUEUED).values(run_after=later))
    db.session.commit()


def _measure(call: Call, rounds: int) -> tuple[float, float, int]:
    """Return the median and the 95th percentile of the milliseconds that a call takes, and how many rows it reads."""
    call()
    before = _rows_read()
    call()
    rows = _rows_read() - before
    times = []
    for _ in range(rounds):
        # As a request finds it: nothing remembered of the one before.
        db.session.remove()
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times), 1000 * sorted(times)[rounds * _PERCENT // 100], rows


def _rows_read() -> int:
    counters = db.session.execute(text("SHOW SESSION STATUS LIKE 'Handler_read%'"))
    return sum(int(number) for _name, number in counters)


def _print(measured: Mapping[int, Measured]) -> None:
    sizes = list(measured)
    head = ("p50 / p95 ms (rows read)", "bar", *(f"{jobs:,} jobs" for jobs in sizes), "last : first")
    rows = []
    for name, (first, _p95, _rows) in measured[sizes[0]].items():
        cells = ["{:.1f} / {:.1f} ({})".format(*measured[jobs][name]) for jobs in sizes]
        bar = CLAIM_BAR if name.startswith("claim") else READ_BAR
        rows.append((name, bar, *cells, f"{measured[sizes[-1]][name][0] / first:.2f}"))
    print_table(head, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=50)
    return parser.parse_args()


if __name__ == "__main__":
    main()
