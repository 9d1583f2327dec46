"""Open pages of a running server: told at once, told once, told everything that is theirs."""

import shutil
import threading
import time
from collections.abc import Iterator

import pytest

from app.events.bus import RedisChannels
from app.events.log import newest_id
from app.extensions import db
from app.wiring import Core, build_core, service_name
from tests.events.conftest import MakeWeb, OpenPage
from tests.make import all_at_once, claim_job, complete_intake, make_owner, make_video

PHASES = ["job.queued", "job.started", "job.completed"]


@pytest.fixture
def worker(web: Core) -> Iterator[Core]:
    """Another process of the same service, as far as anybody can tell."""
    worker = build_core(web.settings, is_web=False)
    with worker.app.app_context():
        yield worker
    worker.close()


def test_a_page_is_told_of_every_move(worker: Core, web: Core, open_page: OpenPage) -> None:
    page = open_page(web)

    video = make_video(worker)
    complete_intake(worker, claim_job(worker, video))

    told = page.read(3)
    assert [one.data["event"] for one in told] == PHASES
    assert {one.data["job"]["id"] for one in told} == {video.id}


def test_a_page_is_told_at_once(worker: Core, web: Core, open_page: OpenPage) -> None:
    page, took = open_page(web), []
    for _ in range(5):
        time.sleep(0.1)
        began = time.monotonic()
        make_video(worker)
        page.next()
        took.append(time.monotonic() - began)

    # Well below the second after which the log is looked at without being told to.
    assert sorted(took)[2] < 0.3


def test_every_page_is_told(worker: Core, web: Core, open_page: OpenPage) -> None:
    pages = [open_page(web) for _ in range(5)]

    video = make_video(worker)

    assert [page.next().data["job"]["id"] for page in pages] == [video.id] * 5


def test_nobody_is_told_what_is_somebody_elses(worker: Core, web: Core, open_page: OpenPage) -> None:
    page = open_page(web)

    make_video(worker, owner_id=make_owner())
    mine = make_video(worker)

    assert page.next().data["job"]["id"] == mine.id


@pytest.mark.servers
@pytest.mark.parametrize("redis_url", ["redis"], indirect=True)
def test_what_comes_over_redis_and_is_in_the_log_is_told_once(worker: Core, web: Core, open_page: OpenPage) -> None:
    page = open_page(web)
    ids = {make_video(worker).id for _ in range(30)}
    time.sleep(1.2)  # until the log was looked at as well

    last = make_video(worker)

    told = page.read(31)
    assert {one.data["job"]["id"] for one in told} == ids | {last.id}
    assert len({one.id for one in told}) == 31


def test_between_rendering_and_opening_nothing_is_lost(worker: Core, web: Core, open_page: OpenPage) -> None:
    rendered_at = newest_id(db.session())
    before = make_video(worker)
    page = open_page(web, rendered_at)

    after = make_video(worker)

    assert [one.data["job"]["id"] for one in page.read(2)] == [before.id, after.id]


def test_whenever_a_page_opens_it_is_told_every_event_since(worker: Core, web: Core, open_page: OpenPage) -> None:
    enough = threading.Event()

    def work() -> None:
        with worker.app.app_context():
            while not enough.wait(0.002):
                make_video(worker)

    writer = threading.Thread(target=work)
    writer.start()
    opened = []
    for _ in range(6):
        db.session.rollback()
        last_id = newest_id(db.session())
        opened.append((last_id, open_page(web, last_id).read(20)))
    enough.set()
    writer.join()

    told = [{one.id for one in messages if one.id > last_id} for last_id, messages in opened]
    firsts = [set(range(last_id + 1, last_id + 11)) for last_id, _messages in opened]
    assert all(first <= ids for first, ids in zip(firsts, told, strict=True))


def test_pages_are_told_where_the_bell_cannot_be_heard(
    make_web: MakeWeb, open_page: OpenPage, caplog: pytest.LogCaptureFixture
) -> None:
    web = make_web()
    folder = web.settings.data_path / "run" / "news"
    shutil.rmtree(folder)
    page = open_page(web)
    with web.app.app_context():
        video = make_video(web)

    assert page.next().data["job"]["id"] == video.id
    assert "Nobody can be woken here" in caplog.text


def test_a_page_that_comes_back_goes_on_where_it_was(worker: Core, web: Core, open_page: OpenPage) -> None:
    page = open_page(web)
    make_video(worker)
    seen = page.next()
    page.close()
    missed = [make_video(worker).id for _ in range(3)]

    again = open_page(web, seen.id)

    assert [one.data["job"]["id"] for one in again.read(3)] == missed


def test_a_page_that_reads_nothing_holds_nobody_up(worker: Core, web: Core, open_page: OpenPage) -> None:
    open_page(web)
    quick = open_page(web)

    videos = [make_video(worker).id for _ in range(20)]

    assert [one.data["job"]["id"] for one in quick.read(20)] == videos


def test_when_the_server_stops_every_stream_ends(web: Core, open_page: OpenPage) -> None:
    pages = [open_page(web) for _ in range(3)]
    assert web.live.hub is not None

    web.live.hub.close()

    assert [page.rest() for page in pages] == [[], [], []]


@pytest.mark.servers
def test_on_mariadb_with_many_writers_every_event_is_told(
    make_web: MakeWeb, open_page: OpenPage, mariadb_url: str, redis_url: str
) -> None:
    web = make_web(database_url=mariadb_url, redis_url=redis_url)
    page = open_page(web)

    made = all_at_once(web, 6, lambda _number: [make_video(web).id for _ in range(10)])

    assert {one.data["job"]["id"] for one in page.read(60)} == {id_ for ids in made for id_ in ids}


@pytest.mark.servers
def test_two_services_that_share_a_redis_do_not_hear_each_other(
    make_web: MakeWeb, open_page: OpenPage, shared_redis_url: str
) -> None:
    ours, theirs = (make_web(name, redis_url=shared_redis_url) for name in ("ours", "theirs"))
    page = open_page(ours)
    with theirs.app.app_context():
        make_video(theirs, filename="theirs.mp4")
    with ours.app.app_context():
        make_video(ours, filename="ours.mp4")

    told = page.next()

    assert told.data["job"]["filename"] == "ours.mp4"


@pytest.mark.servers
def test_what_others_publish_on_redis_disturbs_nobody(
    make_web: MakeWeb, open_page: OpenPage, shared_redis_url: str
) -> None:
    web = make_web(redis_url=shared_redis_url)
    page = open_page(web)
    assert web.redis is not None
    channels = RedisChannels(service_name(web.settings))
    for channel in (channels.of(1), channels.pattern, "owner-1"):
        for message in ("", "not json", "[]", "{}", '{"id": "x", "data": null}'):
            web.redis.publish(channel, message)

    with web.app.app_context():
        video = make_video(web)

    assert page.next().data["job"]["id"] == video.id
