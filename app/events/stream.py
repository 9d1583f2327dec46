"""The live stream: flask-sse, with what a page needs to stay true over hours.

flask-sse's own stream opens a Redis connection for every page, forgets what a page missed while it was away, and lets
anyone name any channel. Here one reader serves all pages of a process (`hub`), a page that comes back is told what it
missed from the log, a silent line carries heartbeats, and the channel follows from who asks.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

from flask import Response, current_app, request
from flask_sse import Message, ServerSentEventsBlueprint
from redis import Redis

from app.errors import Forbidden, InvalidRequest
from app.events.bus import EVENT_TYPE, channel_of
from app.events.hub import Hub, Subscription
from app.events.log import LATE_COMMIT, Event, newest_id, oldest_id, read_since
from app.extensions import db

HEARTBEAT_SECONDS = 15.0
# How long a browser waits before it comes back.
RETRY_MILLISECONDS = 2000

# A comment keeps the line open; the event beside it lets a page's script notice a line that is dead.
_HEARTBEAT = b": still here\nevent:heartbeat\ndata:{}\n\n"


def encode(event: Event) -> bytes:
    """Return an event in the form of the server-sent events specification."""
    return str(Message(event.data, type=EVENT_TYPE, id=event.id)).encode()


class LiveEvents(ServerSentEventsBlueprint):  # type: ignore[misc]
    """flask-sse's blueprint with one shared client, replay, heartbeats and a channel that is not the caller's choice.

    `owner_of` tells whose events the present request may hear.
    """

    def __init__(self, *, client: Redis | None, owner_of: Callable[[], int]) -> None:
        super().__init__("events", __name__)
        self._client = client
        self._owner_of = owner_of
        self.hub: Hub | None = None
        self.add_url_rule("", "stream", self.stream)

    @property
    def redis(self) -> Redis:
        """Return the one client; flask-sse would make one for each use."""
        if self._client is None:
            raise RuntimeError("There is no Redis to publish to.")
        return self._client

    def stream(self) -> Response:
        """Stream the caller's events, beginning after `Last-Event-ID` or `?last_event_id=` where given."""
        owner_id = self._owner_of()
        wanted = request.args.get("channel", channel_of(owner_id))
        if wanted != channel_of(owner_id):
            raise Forbidden("channel is not yours to listen to. Leave it out to hear your own events.", field="channel")
        last_id = _last_event_id()
        assert self.hub is not None  # noqa: S101  (given by create_app before the first request)
        # Subscribe first, read second: what is logged in between comes twice, which is harmless, and never not at all.
        subscription = self.hub.subscribe(owner_id)
        with ExitStack() as leaving:
            leaving.callback(self.hub.unsubscribe, owner_id, subscription)
            body = _body(subscription, _missed(owner_id, last_id))
            response = current_app.response_class(body, mimetype="text/event-stream")
            # Not in the generator: one that was never started (HEAD, a client gone at once) never reaches its end.
            response.call_on_close(leaving.pop_all().close)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Accel-Buffering"] = "no"  # nginx would hold events back to fill a buffer
        return response


def _body(subscription: Subscription, missed: list[bytes]) -> Iterator[bytes]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    yield from missed
    for message in subscription.messages(HEARTBEAT_SECONDS):
        yield message or _HEARTBEAT


def _last_event_id() -> int | None:
    text = request.headers.get("Last-Event-ID") or request.args.get("last_event_id")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidRequest("last_event_id is not the id of an event; it is a whole number.", field="last_event_id")
    return int(text)


def _missed(owner_id: int, last_id: int | None) -> list[bytes]:
    """Return what happened since `last_id`, or the word `reset` where too much did, or too long ago."""
    if last_id is None:
        return []
    session = db.session()
    overlap = timedelta(0) if session.get_bind().dialect.name == "sqlite" else LATE_COMMIT
    events = read_since(session, owner_id, last_id, overlap=overlap)
    is_lost = last_id + 1 < oldest_id(session) or last_id > newest_id(session)
    # Closed before the stream begins: an open page must not keep a database connection for itself.
    session.close()
    if is_lost or events is None:
        return [str(Message({"message": "Too much happened meanwhile; load the page again."}, type="reset")).encode()]
    return [encode(event) for event in events]
