"""An open page, as far as the stream is concerned: what it asks for, and what it is told."""

import http.client
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# Far more than anything here takes; a page that waits this long waits for nothing.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the stream."""

    type: str = "message"
    id: int = 0
    data: Any = None
    retry: int = 0


def read_messages(lines: Iterable[bytes]) -> Iterator[Told]:
    """Read lines as the specification of server-sent events says."""
    fields: dict[str, str] = {}
    for line in lines:
        text = line.decode().rstrip("\n")
        if text:
            name, _colon, value = text.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields:
            data = json.loads(fields["data"]) if "data" in fields else None
            yield Told(fields.get("event", "message"), int(fields.get("id", 0)), data, int(fields.get("retry", 0)))
            fields = {}


class Page:
    """A connection to the stream of a running server."""

    def __init__(self, address: tuple[str, int], last_event_id: int | None = None) -> None:
        self._connection = http.client.HTTPConnection(*address, timeout=PATIENCE_SECONDS)
        query = "" if last_event_id is None else f"?last_event_id={last_event_id}"
        self._connection.request("GET", f"/stream{query}")
        self._response = self._connection.getresponse()
        self._messages = read_messages(iter(self._response.readline, b""))
        # The first message says when to come back; once it is here, the page is subscribed.
        self.retry = next(self._messages).retry

    def next(self) -> Told:
        """Return the next event of a job. Raises TimeoutError when none comes, StopIteration at the stream's end."""
        return next(message for message in self._messages if message.type == "job_status")

    def read(self, count: int) -> list[Told]:
        return [self.next() for _ in range(count)]

    def rest(self) -> list[Told]:
        """Return what comes until the stream ends."""
        return list(self._messages)

    def until_it_ends(self) -> Iterator[Told]:
        """Go on with each message as it comes, however long none does."""
        self._connection.sock.settimeout(None)
        return self._messages

    def close(self) -> None:
        self._response.close()
        self._connection.close()
