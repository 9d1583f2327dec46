"""Redis goes and comes back: pages are told everything all the same, within two seconds."""

import time
from collections.abc import Iterator

import pytest

from app.servers import PrivateRedis
from app.wiring import Core
from tests.events.conftest import MakeWeb, OpenPage
from tests.events.pages import Page
from tests.make import make_video

pytestmark = pytest.mark.servers

SOON_SECONDS = 2.0


@pytest.fixture
def web(own_redis: PrivateRedis, make_web: MakeWeb) -> Iterator[Core]:
    web = make_web(redis_url=own_redis.url())
    with web.app.app_context():
        yield web


def _tell(core: Core, page: Page) -> float:
    """Upload a video and return how long it took until the page was told of that very one."""
    began = time.monotonic()
    video = make_video(core)
    while page.next().data["job"]["id"] != video.id:
        pass
    return time.monotonic() - began


def test_while_redis_is_away_pages_are_still_told(own_redis: PrivateRedis, web: Core, open_page: OpenPage) -> None:
    page = open_page(web)
    _tell(web, page)
    own_redis.stop()

    took = [_tell(web, page), _tell(web, page)]

    assert max(took) < SOON_SECONDS


def test_when_redis_comes_back_every_event_was_told_once(
    own_redis: PrivateRedis, web: Core, open_page: OpenPage
) -> None:
    page = open_page(web)
    videos = [make_video(web).id]
    own_redis.stop()
    videos.append(make_video(web).id)
    own_redis.start()
    videos.append(make_video(web).id)
    began = time.monotonic()

    told = [page.next().data["job"]["id"] for _ in videos]

    assert sorted(told) == videos
    assert time.monotonic() - began < SOON_SECONDS


def test_when_redis_is_back_it_is_used_again(own_redis: PrivateRedis, web: Core, open_page: OpenPage) -> None:
    page = open_page(web)
    own_redis.stop()
    _tell(web, page)
    own_redis.start()
    deadline = time.monotonic() + 10

    # Below the second after which the log is looked at anyway.
    while min(_tell(web, page), _tell(web, page), _tell(web, page)) > 0.2:
        assert time.monotonic() < deadline


def test_a_page_that_opens_while_redis_is_away_is_told(own_redis: PrivateRedis, web: Core, open_page: OpenPage) -> None:
    own_redis.stop()
    page = open_page(web)

    took = _tell(web, page)

    assert took < SOON_SECONDS
