"""Open pages: each follows the stream as a browser does, and knows of every job what it was last told."""

import http.client
import random
import re
import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx

from app.jobs.claims import JobRef
from app.models import JobKind
from tests.events.pages import Told, read_messages

# As static/js/lib/stream.js has it: three heartbeats missed, and how often a refused page comes back.
_SILENCE_SECONDS = 45.0
_FIRST_RETRY_SECONDS, _MAX_RETRY_SECONDS = 1.0, 15.0
# Beyond which a page that is put to sleep has missed more than a moment.
_SLEEP_SECONDS = (2.0, 12.0)
_LAST_ID = re.compile(r'data-last-event-id="([0-9]+)"')


class OpenPage(threading.Thread):
    """A page that is open from the first moment on. `sleeps`: it is put away now and then, as laptops are."""

    def __init__(self, port: int, number: int, *, sleeps: bool = False) -> None:
        super().__init__(name=f"page {number}", daemon=True)
        self.known: dict[JobRef, tuple[int, str]] = {}
        self.reconnects = 0
        self.resets = 0
        self.fault = ""
        self._port = port
        self._closing = threading.Event()
        self._draw = random.Random(number)
        self._sleeps = sleeps
        self._last_id = 0
        self._retry_seconds = _FIRST_RETRY_SECONDS

    def run(self) -> None:
        wait_seconds = _FIRST_RETRY_SECONDS
        try:
            while not self._closing.is_set():
                try:
                    wait_seconds = self._follow()
                except (OSError, http.client.HTTPException, httpx.HTTPError):
                    wait_seconds = self._retry_seconds
                self.reconnects += 1
                self._closing.wait(wait_seconds)
        except Exception as err:
            self.fault = f"{self.name} ended: {err!r}"
            raise

    def close(self) -> None:
        """Do not come back once the line ends."""
        self._closing.set()

    def _follow(self) -> float:
        """Listen until the line ends; return after how many seconds to come back."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_SILENCE_SECONDS)
        try:
            connection.request("GET", f"/stream?last_event_id={self._last_id}", headers=self._headers())
            answer = connection.getresponse()
            if answer.status != 200:
                self._retry_seconds = min(2 * self._retry_seconds, _MAX_RETRY_SECONDS)
                return self._retry_seconds * self._draw.uniform(0.5, 1.5)
            until = time.monotonic() + self._draw.uniform(*_SLEEP_SECONDS)
            for told in read_messages(iter(answer.readline, b"")):
                self._hear(told)
                if self._closing.is_set():
                    break
                if self._sleeps and time.monotonic() > until:
                    return self._draw.uniform(*_SLEEP_SECONDS)
        finally:
            connection.close()
        return self._retry_seconds

    def _headers(self) -> Mapping[str, str]:
        return {"Accept": "text/event-stream", **({"Last-Event-ID": str(self._last_id)} if self.reconnects else {})}

    def _hear(self, told: Told) -> None:
        if told.retry:
            self._retry_seconds = told.retry / 1000
        if told.type == "reset":
            self.resets += 1
            self._reload()
        elif told.type == "job_status":
            self._last_id = told.id or self._last_id
            self._learn(told.data["job"], told.data["version"])

    def _learn(self, job: Mapping[str, Any], version: int) -> None:
        ref = JobRef(JobKind(job["type"]), job["id"])
        if version > self.known.get(ref, (0, ""))[0]:
            self.known[ref] = (version, job["status"])

    def _reload(self) -> None:
        """Load everything anew: first the id that the page is rendered at, then all jobs."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=30) as client:
            page = client.get("/jobs", headers={"Accept": "text/html"}).raise_for_status()
            found = _LAST_ID.search(page.text)
            next_page: str | None = "/jobs"
            while next_page:
                some = client.get(next_page, headers={"Accept": "application/json"}).raise_for_status().json()
                for job in some["jobs"]:
                    self._learn(job, job["version"])
                next_page = some["next"]
        self._last_id = int(found[1]) if found else 0
