"""Which job is next: the most urgent, then intakes, then the longest waiting; never one that is not due."""

from datetime import timedelta

from app.models import Priority
from app.wiring import Core
from tests.conftest import Clock
from tests.make import WORKER, claim_job, make_ready_video, make_thumbnail, make_video, ref_of, set_columns


def test_the_more_urgent_job_is_claimed_first(core: Core, clock: Clock) -> None:
    make_video(core)
    clock.move(1)
    urgent = make_video(core)
    set_columns(urgent, priority=Priority.HIGH)

    claim = core.lifecycle.claim_next(WORKER)

    assert claim is not None
    assert claim.ref == ref_of(urgent)


def test_urgency_counts_more_than_being_an_intake(core: Core) -> None:
    thumbnail = make_thumbnail(core, make_ready_video(core))
    set_columns(thumbnail, priority=Priority.HIGH)
    make_video(core)

    claim = core.lifecycle.claim_next(WORKER)

    assert claim is not None
    assert claim.ref == ref_of(thumbnail)


def test_what_can_wait_comes_last(sqlite_core: Core, clock: Clock) -> None:
    patient = make_video(sqlite_core)
    set_columns(patient, priority=Priority.LOW)
    clock.move(1)
    normal = make_video(sqlite_core)

    claims = [claim_job(sqlite_core), claim_job(sqlite_core)]

    assert [claim.ref for claim in claims] == [ref_of(normal), ref_of(patient)]


def test_of_equals_the_longest_waiting_is_claimed_first(core: Core, clock: Clock) -> None:
    videos = []
    for _ in range(3):
        videos.append(make_video(core))
        clock.move(0.000001)

    claims = [claim_job(core) for _ in videos]

    assert [claim.ref for claim in claims] == [ref_of(video) for video in videos]


def test_jobs_of_the_same_instant_are_claimed_in_the_order_they_came(core: Core) -> None:
    video = make_ready_video(core)
    thumbnails = [make_thumbnail(core, video, width=width) for width in (30, 10, 20)]

    claims = [claim_job(core) for _ in thumbnails]

    assert [claim.ref for claim in claims] == [ref_of(thumbnail) for thumbnail in thumbnails]


def test_a_job_that_must_wait_is_not_due(core: Core, clock: Clock) -> None:
    video = make_video(core)
    set_columns(video, run_after=clock() + timedelta(seconds=10))

    early = core.lifecycle.claim_next(WORKER)
    clock.move(10)
    due = core.lifecycle.claim_next(WORKER)

    assert early is None
    assert due is not None


def test_a_job_that_must_wait_holds_nobody_up(sqlite_core: Core, clock: Clock) -> None:
    for video in [make_video(sqlite_core) for _ in range(20)]:
        set_columns(video, run_after=clock() + timedelta(seconds=10), priority=Priority.HIGH)
    due = make_video(sqlite_core)

    claim = sqlite_core.lifecycle.claim_next(WORKER)

    assert claim is not None
    assert claim.ref == ref_of(due)


def test_outputs_of_an_unread_video_hold_nobody_up(core: Core) -> None:
    unread = make_video(core)
    for width in range(1, 21):
        set_columns(make_thumbnail(core, unread, width=width), priority=Priority.HIGH)
    claim_job(core, unread)
    due = make_thumbnail(core, make_ready_video(core))

    claim = core.lifecycle.claim_next(WORKER)

    assert claim is not None
    assert claim.ref == ref_of(due)


def test_an_empty_queue_gives_nothing(sqlite_core: Core) -> None:
    claim = sqlite_core.lifecycle.claim_next(WORKER)

    assert claim is None
