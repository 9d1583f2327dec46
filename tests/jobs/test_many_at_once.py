"""Many people and many workers at the same moment: real threads, on both databases."""

from app.jobs.claims import Claim
from app.models import Source, ThumbnailJob, VideoJob
from app.wiring import Core
from tests.make import (
    all_at_once,
    count_rows,
    events_of,
    make_failed_thumbnail,
    make_ready_video,
    make_thumbnail,
    make_video,
    wish_of,
)


def test_a_hundred_equal_wishes_are_one_job(core: Core) -> None:
    video = make_ready_video(core)
    owner_id, video_id = video.owner_id, video.id
    wanted = wish_of(width=320, height=180)

    answers = all_at_once(core, 100, lambda _n: core.service.request_output(owner_id, video_id, wanted))

    assert len({answer.job.id for answer in answers}) == 1
    assert sum(answer.is_new for answer in answers) == 1
    assert len(events_of(answers[0].job)) == 1


def test_many_wishes_for_a_failed_output_queue_it_once(core: Core) -> None:
    job = make_failed_thumbnail(core)
    owner_id, video_id = job.owner_id, job.video_id
    wanted = wish_of(width=320, height=180)

    answers = all_at_once(core, 30, lambda _n: core.service.request_output(owner_id, video_id, wanted))

    assert {answer.job.id for answer in answers} == {job.id}
    assert [event.event for event in events_of(job)] == ["job.queued", "job.started", "job.failed", "job.queued"]


def test_the_same_bytes_sent_many_times_at_once_are_stored_once(core: Core) -> None:
    videos = all_at_once(core, 20, lambda number: make_video(core, data=b"the same", filename=f"{number}.mp4"))

    assert len({video.id for video in videos}) == 20
    assert count_rows(Source) == 1
    assert sorted(path.name for path in (core.settings.data_path / "incoming").iterdir()) == []


def test_each_job_is_claimed_by_exactly_one_worker(core: Core) -> None:
    video = make_ready_video(core)
    for width in range(1, 21):
        make_thumbnail(core, video, width=width)
        make_video(core)

    claims = all_at_once(core, 8, lambda number: _claim_all(core, number))

    refs = [claim.ref for worker in claims for claim in worker]
    assert len(refs) == len(set(refs)) == 40
    assert len({claim.worker_id for worker in claims for claim in worker}) > 1


def test_every_claim_is_told_once_and_in_order(core: Core) -> None:
    videos = [make_video(core) for _ in range(10)]

    all_at_once(core, 4, lambda number: _claim_all(core, number))

    told = [[(event.event, event.version) for event in events_of(video)] for video in videos]
    assert told == [[("job.queued", 1), ("job.started", 2)]] * 10


def test_uploads_wishes_and_claims_do_not_get_in_each_others_way(core: Core) -> None:
    ready = make_ready_video(core)
    owner_id, video_id = ready.owner_id, ready.id

    def act(number: int) -> None:
        make_video(core, data=b"%d" % (number % 3))
        core.service.request_output(owner_id, video_id, wish_of(width=number % 4 + 1, height=1))
        core.lifecycle.claim_next(number + 1)
        core.lifecycle.reclaim()

    all_at_once(core, 12, act)

    assert count_rows(VideoJob) == 13
    assert count_rows(ThumbnailJob) == 4


def _claim_all(core: Core, worker_id: int) -> list[Claim]:
    """Claim until there is nothing left; a look that others made vain is no end."""
    claims, vain = [], 0
    while vain < 5:
        if claim := core.lifecycle.claim_next(worker_id):
            claims.append(claim)
        else:
            vain += 1
    return claims
