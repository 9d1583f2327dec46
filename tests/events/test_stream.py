"""The stream as one page is answered: what it missed, a line that stays open, nobody else's news."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest
from werkzeug.test import TestResponse

from app.events import stream
from app.events.log import LATE_COMMIT, PAGE, newest_id, prune
from app.extensions import db
from app.wiring import Core
from tests.events.conftest import MakeWeb
from tests.events.pages import Told, read_messages
from tests.make import add_events, make_owner, make_video


@pytest.fixture(autouse=True)
def _short_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)


@pytest.fixture
def web(make_web: MakeWeb) -> Iterator[Core]:
    """A web application's core, inside the app's context."""
    web = make_web()
    with web.app.app_context():
        yield web


def _get(core: Core, path: str = "/stream", **headers: str) -> TestResponse:
    db.session.remove()
    return core.app.test_client().get(path, headers=headers, buffered=False)


def _said(core: Core, path: str = "/stream", **headers: str) -> list[Told]:
    """What a page is told at once: everything up to the first heartbeat."""
    with _get(core, path, **headers) as response:
        lines = (line for chunk in response.iter_encoded() for line in chunk.splitlines(keepends=True))
        return list(takewhile(lambda told: told.type != "heartbeat", read_messages(lines)))


def _ids(said: list[Told]) -> list[int]:
    return [told.id for told in said if told.type == "job_status"]


def _now() -> datetime:
    return datetime.now(UTC)


def test_the_answer_is_a_stream_that_nobody_holds_back(web: Core) -> None:
    with _get(web) as response:
        headers = response.headers

    assert (response.status_code, headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-cache", "no")


def test_a_page_is_told_first_when_to_come_back(web: Core) -> None:
    said = _said(web)

    assert [told.retry for told in said] == [2000]


def test_a_page_that_names_no_event_is_told_nothing_old(web: Core) -> None:
    make_video(web)

    assert _ids(_said(web)) == []


def test_a_page_is_told_what_it_missed_since_the_event_it_names(web: Core) -> None:
    ids = add_events(4, _now() - 2 * LATE_COMMIT)

    said = _said(web, f"/stream?last_event_id={ids[1]}")

    assert _ids(said) == ids[2:]


def test_a_browser_that_comes_back_is_told_what_it_missed(web: Core) -> None:
    ids = add_events(4, _now())

    said = _said(web, **{"Last-Event-ID": str(ids[2])})

    assert _ids(said) == ids[3:]


def test_what_the_browser_saw_last_counts_more_than_where_the_page_began(web: Core) -> None:
    ids = add_events(4, _now())

    said = _said(web, f"/stream?last_event_id={ids[0]}", **{"Last-Event-ID": str(ids[2])})

    assert _ids(said) == ids[3:]


def test_an_event_is_told_whole(web: Core) -> None:
    add_events(1, _now())
    last_id = newest_id(db.session())
    video = make_video(web, filename="holiday.mp4")

    (told,) = _said(web, f"/stream?last_event_id={last_id}")[1:]

    assert (told.type, told.id) == ("job_status", last_id + 1)
    assert told.data["message"] == "The intake of holiday.mp4 is in the queue."
    assert (told.data["event"], told.data["version"], told.data["job"]["id"]) == ("job.queued", 1, video.id)


def test_only_ones_own_events_are_told(web: Core) -> None:
    (first,) = add_events(1, _now())
    add_events(3, _now(), owner_id=make_owner())
    mine = add_events(1, _now())

    said = _said(web, f"/stream?last_event_id={first}")

    assert _ids(said) == mine


def test_a_silent_line_carries_heartbeats(web: Core) -> None:
    with _get(web) as response:
        chunks = response.iter_encoded()
        beats = [next(chunks), next(chunks), next(chunks)][1:]

    assert beats == [b": still here\nevent:heartbeat\ndata:{}\n\n"] * 2


def test_an_id_that_is_too_old_says_reset(web: Core) -> None:
    ids = add_events(5, _now() - timedelta(days=1))
    prune(db.session(), before=_now())
    db.session.commit()

    said = _said(web, f"/stream?last_event_id={ids[0]}")

    assert [told.type for told in said] == ["message", "reset"]


def test_an_id_that_was_never_given_says_reset(web: Core) -> None:
    ids = add_events(2, _now())

    said = _said(web, f"/stream?last_event_id={ids[-1] + 1}")

    assert [told.type for told in said] == ["message", "reset"]


def test_a_page_that_missed_too_much_is_told_to_begin_anew(web: Core) -> None:
    ids = add_events(PAGE + 2, _now())

    said = _said(web, f"/stream?last_event_id={ids[0]}")

    assert [told.type for told in said] == ["message", "reset"]
    assert said[1].data["message"] == "Too much happened meanwhile; load the page again."


def test_a_page_of_an_empty_log_begins_with_the_first_event(web: Core) -> None:
    rendered_at = newest_id(db.session())
    make_video(web)

    said = _said(web, f"/stream?last_event_id={rendered_at}")

    assert (rendered_at, _ids(said)) == (0, [1])


@pytest.mark.parametrize("text", ["abc", "-1", "1.5", "1e3", "１", "٣", "0x1", "1 2", "9" * 19, "9" * 5000, "%00"])
def test_what_is_no_event_id_is_refused(web: Core, text: str) -> None:
    with _get(web, f"/stream?last_event_id={text}") as response:
        answer = response.get_json()

    assert (response.status_code, answer["field"]) == (400, "last_event_id")
    assert web.live.hub is not None
    assert web.live.hub.count() == 0


@pytest.mark.parametrize("channel", ["owner-2", "sse", "*", "owner-*", ""])
def test_somebody_elses_channel_is_refused(web: Core, channel: str) -> None:
    with _get(web, f"/stream?channel={channel}") as response:
        answer = response.get_json()

    assert (response.status_code, answer["field"]) == (403, "channel")


def test_ones_own_channel_may_be_named(web: Core) -> None:
    with _get(web, "/stream?channel=owner-1") as response:
        assert response.status_code == 200


def test_a_page_that_goes_away_is_forgotten(web: Core) -> None:
    assert web.live.hub is not None
    with _get(web) as response:
        next(response.iter_encoded())
        during = web.live.hub.count()

    assert (during, web.live.hub.count()) == (1, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_that_goes_away_before_it_hears_anything_is_forgotten(web: Core, method: str) -> None:
    with web.app.test_client().open("/stream", method=method, buffered=False) as response:
        assert response.status_code == 200

    assert web.live.hub is not None
    assert web.live.hub.count() == 0


def test_an_open_page_keeps_no_database_connection(web: Core) -> None:
    (id_,) = add_events(1, _now())
    with _get(web, f"/stream?last_event_id={id_}") as response:
        next(response.iter_encoded())

        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.servers
def test_on_mariadb_what_may_have_come_late_is_told_again(make_web: MakeWeb, mariadb_url: str) -> None:
    web = make_web(database_url=mariadb_url)
    with web.app.app_context():
        ids = add_events(3, _now())

        said = _said(web, f"/stream?last_event_id={ids[1]}")

    assert _ids(said) == [ids[0], ids[2]]


@pytest.mark.servers
def test_on_mariadb_a_page_that_missed_nothing_stays_however_busy_it_is(make_web: MakeWeb, mariadb_url: str) -> None:
    web = make_web(database_url=mariadb_url)
    with web.app.app_context():
        ids = add_events(PAGE + 100, _now())

        said = _said(web, f"/stream?last_event_id={ids[-1]}")

    assert "reset" not in [told.type for told in said]
