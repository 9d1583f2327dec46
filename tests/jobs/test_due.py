"""Workers are told of a job when it may be claimed, and not before."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.jobs.controls import Controls
from app.jobs.lifecycle import Lifecycle
from app.jobs.service import Service
from app.jobs.sources import Sources
from app.jobs.transactions import Transactions
from app.models import LOCAL_USER_ID, JobKind, Output, Priority
from app.queue.base import Notice
from app.wiring import Core
from tests.conftest import Clock
from tests.make import (
    HEALS,
    claim_job,
    complete_intake,
    make_ready_video,
    make_thumbnail,
    make_video,
    ref_of,
    set_columns,
)


class _Heard:
    """What workers were told, in its order."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def announce(self, notices: Sequence[Notice]) -> None:
        self.notices += notices

    def close(self) -> None: ...

    def names(self) -> list[tuple[JobKind, int]]:
        """Return which jobs were told of since the last time."""
        named = [(notice.kind, notice.id) for notice in self.notices]
        self.notices = []
        return named


@pytest.fixture
def heard() -> _Heard:
    return _Heard()


@pytest.fixture
def told(core: Core, heard: _Heard, clock: Clock) -> Iterator[Core]:
    """A core whose workers are told on paper."""
    transactions = Transactions(core.transactions._bus, heard, clock)
    yield replace(
        core,
        transactions=transactions,
        lifecycle=Lifecycle(transactions, lease=timedelta(seconds=15)),
        service=Service(transactions, Sources(core.storage), max_attempts=3),
        controls=Controls(transactions, core.storage, max_attempts=3),
    )


def test_a_new_video_is_told_at_once_and_its_outputs_once_it_is_read(told: Core, heard: _Heard) -> None:
    video = make_video(told)
    first = heard.names()
    thumbnails = [make_thumbnail(told, video, width=width) for width in (1, 2)]
    claim = claim_job(told, video)
    before = heard.names()

    complete_intake(told, claim)

    assert (first, before) == ([(JobKind.VIDEO, video.id)], [])
    assert heard.names() == [(JobKind.THUMBNAIL, job.id) for job in thumbnails]


def test_only_its_own_outputs_are_told_when_a_video_is_read(told: Core, heard: _Heard) -> None:
    make_thumbnail(told, make_ready_video(told))
    video = make_video(told)
    claim = claim_job(told, video)
    heard.names()

    complete_intake(told, claim)

    assert heard.names() == []


def test_another_try_is_not_told_before_its_time(told: Core, heard: _Heard) -> None:
    job = make_thumbnail(told, make_ready_video(told))
    claim = claim_job(told, job)
    heard.names()

    told.lifecycle.fail(claim, HEALS)

    assert heard.names() == []


def test_what_is_given_back_is_told_at_once(told: Core, heard: _Heard) -> None:
    job = make_thumbnail(told, make_ready_video(told))
    claim = claim_job(told, job)
    heard.names()

    told.lifecycle.give_back(claim, reason="The service was stopped.")

    assert heard.names() == [(JobKind.THUMBNAIL, job.id)]


def test_after_a_pause_all_that_waits_is_told(told: Core, heard: _Heard) -> None:
    told.controls.pause(LOCAL_USER_ID)
    videos = [make_video(told) for _ in range(3)]
    heard.names()

    told.controls.resume(LOCAL_USER_ID)

    assert heard.names() == [(JobKind.VIDEO, video.id) for video in videos]


def test_it_is_told_how_urgent_a_job_is_and_whether_it_takes_minutes(told: Core, heard: _Heard) -> None:
    job = make_thumbnail(told, make_ready_video(told))
    set_columns(job, output=Output.RENDITION, options={"container": "mp4", "audio": True})

    told.controls.prioritize(LOCAL_USER_ID, ref_of(job), Priority.HIGH)

    assert (heard.notices[-1].priority, heard.notices[-1].is_heavy) == (Priority.HIGH, True)


def test_word_of_a_job_can_be_had_only_while_it_may_be_claimed(core: Core, clock: Clock) -> None:
    video = make_video(core)
    waiting = make_thumbnail(core, video)

    found = core.lifecycle.find_due(ref_of(video))
    claim_job(core, video)

    assert found == Notice(JobKind.VIDEO, video.id, Priority.NORMAL, clock(), is_heavy=False)
    assert core.lifecycle.find_due(ref_of(video)) is None
    assert core.lifecycle.find_due(ref_of(waiting)) is None


@pytest.mark.parametrize("is_heavy", [True, False])
def test_what_takes_minutes_can_be_asked_for_apart(core: Core, is_heavy: bool) -> None:
    video = make_ready_video(core)
    short, long = make_thumbnail(core, video, width=1), make_thumbnail(core, video, width=2)
    set_columns(long, output=Output.RENDITION)

    found = core.lifecycle.list_due(is_heavy=is_heavy)

    assert [notice.id for notice in found] == [long.id if is_heavy else short.id]


def test_what_is_due_for_a_moment_only_is_not_overdue(core: Core, clock: Clock) -> None:
    video = make_video(core)

    early = core.lifecycle.list_due(overdue=timedelta(seconds=1))
    clock.move(1)
    late = core.lifecycle.list_due(overdue=timedelta(seconds=1))

    assert early == []
    assert [notice.id for notice in late] == [video.id]
