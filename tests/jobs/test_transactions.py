"""Commit, then tell: nothing that was rolled back is told, and what collides is tried again."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, create_engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.events.bus import BellBus
from app.extensions import db
from app.jobs.claims import JobRef
from app.jobs.loading import load_job
from app.jobs.transactions import Transaction, Transactions
from app.models import JobEvent, JobKind, QueueState, VideoJob
from app.queue.base import Doorbell
from app.queue.silent import SilentBell
from app.wiring import Core
from tests.make import all_at_once, claim_job, count_rows, events_of, make_video, row_of


class _Told:
    """Transactions whose bell and bus count how often they were told."""

    def __init__(self, on_news: Callable[[], object] = lambda: None) -> None:
        self.bell = SilentBell()
        self.news = SilentBell()
        self._on_news = on_news
        self.transactions = Transactions(BellBus(self._tell), Doorbell(self.bell))

    def _tell(self) -> None:
        self.news.ring()
        self._on_news()


def _elsewhere(core: Core) -> Engine:
    """Another connection to the same database, which sees only what is committed."""
    return create_engine(core.settings.database_address, isolation_level="AUTOCOMMIT")


def _count_on(transaction: Transaction, video_id: int) -> None:
    """Change a row, and hold its lock until the transaction ends."""
    change = update(VideoJob).where(VideoJob.id == video_id).values(version=VideoJob.version + 1)
    transaction.session.execute(change, execution_options={"synchronize_session": False})


def _mark(transaction: Transaction, video_id: int) -> None:
    job = load_job(transaction.session, JobRef(JobKind.VIDEO, video_id))
    job.stage = "marked"
    transaction.record(job, "job.queued")


def test_a_change_is_told_after_it_is_committed(core: Core) -> None:
    video_id = make_video(core).id
    seen: list[int | None] = []
    engine = _elsewhere(core)

    def look() -> None:
        with engine.connect() as connection:
            seen.append(connection.scalar(select(func.count()).select_from(JobEvent)))

    _Told(look).transactions.run(lambda transaction: _mark(transaction, video_id))

    engine.dispose()
    assert seen == [2]


def test_nothing_is_told_of_what_was_rolled_back(core: Core) -> None:
    video, told = make_video(core), _Told()

    def work(transaction: Transaction) -> None:
        _mark(transaction, video.id)
        raise ValueError("on second thoughts")

    with pytest.raises(ValueError, match="second thoughts"):
        told.transactions.run(work)

    assert (told.bell.rings, told.news.rings) == (0, 0)
    assert (row_of(video).stage, len(events_of(video))) == ("", 1)


def test_nothing_is_told_when_the_database_refuses(core: Core) -> None:
    video, told = make_video(core), _Told()

    def work(transaction: Transaction) -> None:
        _mark(transaction, video.id)
        times = {"created_at": transaction.now, "updated_at": transaction.now}
        transaction.session.execute(insert(QueueState).values(id=1, **times))

    with pytest.raises(IntegrityError):
        told.transactions.run(work)

    assert (told.bell.rings, told.news.rings, len(events_of(video))) == (0, 0, 1)


def test_a_transaction_without_events_tells_nobody(core: Core) -> None:
    told = _Told()

    answer = told.transactions.run(lambda _transaction: "done")

    assert answer == "done"
    assert (told.bell.rings, told.news.rings) == (0, 0)


def test_only_what_is_queued_rings_for_workers(core: Core) -> None:
    video, told = make_video(core), _Told()
    claim_job(core, video)

    told.transactions.run(lambda transaction: _mark(transaction, video.id))

    assert (told.bell.rings, told.news.rings) == (0, 1)


def test_what_was_read_before_does_not_hide_what_is_there_now(core: Core) -> None:
    video = make_video(core)
    db.session.scalars(select(VideoJob)).all()
    engine = _elsewhere(core)
    with engine.connect() as connection:
        connection.execute(update(VideoJob).values(stage="changed"))
    engine.dispose()

    stage = core.transactions.run(lambda transaction: transaction.session.get_one(VideoJob, video.id).stage)

    assert stage == "changed"


def test_two_that_lock_each_other_out_both_succeed_and_tell_once(core: Core) -> None:
    videos = [make_video(core), make_video(core)]
    ids = [video.id for video in videos]

    def cross(number: int) -> None:
        def work(transaction: Transaction) -> None:
            for id_ in ids if number % 2 else ids[::-1]:
                _count_on(transaction, id_)
                time.sleep(0.05)
            transaction.record(load_job(transaction.session, JobRef(JobKind.VIDEO, ids[0])), "job.queued")

        core.transactions.run(work)

    all_at_once(core, 2, cross)

    assert [row_of(video).version for video in videos] == [3, 3]
    assert count_rows(JobEvent) == 4


def test_a_writer_waits_for_another(core: Core) -> None:
    video, is_writing = make_video(core), threading.Event()
    video_id = video.id

    def hold(transaction: Transaction) -> None:
        _count_on(transaction, video_id)
        is_writing.set()
        time.sleep(0.3)

    def wait(transaction: Transaction) -> None:
        _count_on(transaction, video_id)

    def run(number: int) -> None:
        if number:
            is_writing.wait(5)
        core.transactions.run(wait if number else hold)

    all_at_once(core, 2, run)

    assert row_of(video).version == 3


@pytest.mark.servers
@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
def test_a_lock_that_is_held_too_long_is_asked_for_again(core: Core) -> None:
    video = make_video(core)
    video_id, is_writing, tries = video.id, threading.Event(), []

    def hold(transaction: Transaction) -> None:
        _count_on(transaction, video_id)
        is_writing.set()
        time.sleep(1.2)

    def ask(transaction: Transaction) -> None:
        tries.append(is_writing.wait(5))
        transaction.session.execute(text("SET innodb_lock_wait_timeout = 1"))
        _count_on(transaction, video_id)

    all_at_once(core, 2, lambda number: core.transactions.run(ask if number else hold))

    assert row_of(video).version == 3
    assert len(tries) == 2
