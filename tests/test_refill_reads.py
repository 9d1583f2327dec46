"""However many jobs wait, workers that look after their messages read few of them."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.extensions import db
from app.models import Output, Status, VideoJob
from app.queue.rabbit import Rabbit
from app.queue.sender import Sender
from app.refill import Refill
from app.wiring import Core
from tests.conftest import Clock
from tests.jobs.many import make_many, queue_outputs
from tests.queue.test_rabbit import wait_for
from tests.rabbit import PrivateRabbit

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

# What asking for the number reads itself is in it.
WAITING, MOST_READ = 5000, 2000


@pytest.fixture
def refill(core: Core, rabbit_server: PrivateRabbit, tmp_path: Path) -> Iterator[Refill]:
    rabbit = Rabbit(rabbit_server.url(), tmp_path.name)
    sender = Sender(rabbit)
    yield Refill(replace(core, dispatch=sender, rabbit=rabbit), rabbit, timer=lambda: 0.0)
    sender.close()
    rabbit.hang_up()
    gc.collect()


@pytest.mark.parametrize("output", [Output.THUMBNAIL, Output.RENDITION])
def test_of_those_that_wait_few_are_read(core: Core, refill: Refill, clock: Clock, output: Output) -> None:
    make_many(clock())
    ready = db.session.scalars(select(VideoJob.id).where(VideoJob.status == Status.COMPLETED)).all()
    queue_outputs(ready, WAITING, output, clock() - timedelta(days=100))
    first = refill.look()
    wait_for(lambda: sum(refill._rabbit.count(is_heavy=is_heavy) for is_heavy in (False, True)) == len(first))

    before = _rows_read()
    refill.look()
    rows = _rows_read() - before

    assert len(first) >= 100
    assert rows < MOST_READ


def _rows_read() -> int:
    """Return how many rows all connections have read; MariaDB counts them."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        return 0
    return sum(int(row[1]) for row in connection.execute(text("SHOW GLOBAL STATUS LIKE 'Handler_read%'")))
