"""Clients that use the service without pause, as careful scripts do: what gets no answer is asked again."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from app.jobs.claims import JobRef
from app.models import JobKind
from benchmarks.chaos.files import Given
from benchmarks.chaos.ledger import Due, Ledger

# Enough that both seats are always busy, few enough that the queue is short when the killing ends.
_MOST_WAITING = 12
_PATIENCE_SECONDS = 20.0
_FITS = ("fit", "fill", "pad", "stretch")
_FORMATS = ("jpg", "png", "webp")
# Videos that the clients ask outputs of: not always the newest, not all of them.
_SHELF = 40
_OUTPUTS: tuple[dict[str, Any], ...] = (
    {"output": "poster"},
    {"output": "storyboard"},
    {"output": "contact_sheet"},
    {"output": "preview", "format": "webp"},
    {"output": "player_kit"},
)


class Client(threading.Thread):
    """One script. It goes on until `enough` is set, and then finishes what it is about."""

    def __init__(self, base: str, files: Sequence[Given], ledger: Ledger, *, seed: int) -> None:
        super().__init__(name=f"client {seed}", daemon=True)
        self.enough = threading.Event()
        self.given_up = threading.Event()
        self._draw = random.Random(seed)
        self._good = [file for file in files if file.is_good]
        self._bad = [file for file in files if not file.is_good]
        self._ledger = ledger
        self._http = httpx.Client(base_url=base, timeout=_PATIENCE_SECONDS)
        self._videos: list[tuple[int, bool]] = []

    def run(self) -> None:
        deeds: dict[Callable[[], object], int] = {
            self._upload: 20,
            self._upload_bad: 6,
            self._ask: 50,
            self._ask_twice: 6,
            self._ask_output: 14,
            self._cancel: 8,
            self._cancel_video: 2,
        }
        try:
            self._upload()
            while not self.enough.is_set():
                self._draw.choices(list(deeds), list(deeds.values()))[0]()
                self._wait_for_room()
        except Exception as err:
            self._ledger.fault(f"{self.name} ended: {err!r}")
            raise
        finally:
            self._http.close()

    # --- what it does ----------------------------------------------------------------------------------------

    def _upload(self) -> None:
        file = self._draw.choice(self._good).varied(self._draw)
        if video := self._send_file(file):
            self._ledger.accept(JobRef(JobKind.VIDEO, video["id"]), Due.DONE)
            self._videos = [*self._videos[-_SHELF:], (video["id"], file.is_film)]

    def _upload_bad(self) -> None:
        if video := self._send_file(self._draw.choice(self._bad)):
            self._ledger.accept(JobRef(JobKind.VIDEO, video["id"]), Due.REFUSED)
            if self._draw.random() < 0.5 and (job := self._send(f"/thumbnails/{video['id']}/160/90")):
                self._ledger.accept(JobRef(JobKind.THUMBNAIL, job["id"]), Due.REFUSED)

    def _ask(self) -> dict[str, Any] | None:
        video_id, _is_film = self._draw.choice(self._videos)
        width, height = self._draw.randrange(16, 640), self._draw.randrange(16, 360)
        query = {
            "t": f"{self._draw.randrange(101)}%",
            "fit": self._draw.choice(_FITS),
            "format": self._draw.choice(_FORMATS),
        }
        return self._ask_for(video_id, f"/thumbnails/{video_id}/{width}/{height}", params=query)

    def _ask_twice(self) -> None:
        """Ask for one of a few things that everybody asks for, several times at once."""
        video_id, _is_film = self._draw.choice(self._videos)
        path = f"/thumbnails/{video_id}/{self._draw.choice((320, 480))}/180"
        threads = [threading.Thread(target=self._ask_for, args=(video_id, path)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask_output(self) -> None:
        films = [video_id for video_id, is_film in self._videos if is_film]
        if films:
            video_id = self._draw.choice(films)
            self._ask_for(video_id, f"/videos/{video_id}/outputs", json=self._draw.choice(_OUTPUTS))

    def _cancel(self) -> None:
        """Cancel a job that only this client knows, and often have it done all the same."""
        if job := self._ask():
            self._call_off(JobRef(JobKind.THUMBNAIL, job["id"]), is_retried=self._draw.random() < 0.6)

    def _cancel_video(self) -> None:
        file = self._draw.choice(self._good)
        if video := self._send_file(file):
            ref = JobRef(JobKind.VIDEO, video["id"])
            self._ledger.accept(ref, Due.DONE)
            self._call_off(ref, is_retried=self._draw.random() < 0.5)

    def _call_off(self, ref: JobRef, *, is_retried: bool) -> None:
        path = f"/jobs/{ref.kind}s/{ref.id}"
        time.sleep(self._draw.random() * 0.5)
        # Refused where it is over: because it is done, or because the answer to the first asking got lost.
        self._ledger.accept(ref, Due.CANCELLED if self._send(f"{path}/cancel") else Due.EITHER)
        self._ledger.count("cancels")
        if is_retried:
            time.sleep(self._draw.random() * 0.5)
            self._ledger.count("retries")
            # Refused where it is done, or queued again already.
            self._send(f"{path}/retry")
            self._ledger.accept(ref, Due.DONE)

    # --- how it asks -----------------------------------------------------------------------------------------

    def _send_file(self, file: Given) -> dict[str, Any] | None:
        return self._send("/videos", files={"video": (file.name, file.data)})

    def _ask_for(self, video_id: int, path: str, **about: Any) -> dict[str, Any] | None:
        if job := self._send(path, **about):
            self._ledger.accept(JobRef(JobKind.THUMBNAIL, job["id"]), Due.DONE)
            self._ledger.accept_wish(video_id, f"{path} {about}", job["id"])
        return job

    def _send(self, path: str, **about: Any) -> dict[str, Any] | None:
        """Post until there is an answer; None for a refusal, or when nobody waits for one any more."""
        while not self.given_up.is_set():
            try:
                answer = self._http.post(path, headers={"Accept": "application/json"}, **about)
            except httpx.TransportError:
                self._ledger.count("without an answer")
            else:
                if answer.is_success:
                    self._ledger.count("accepted")
                    return dict(answer.json())
                self._ledger.count(f"{answer.status_code} {_code_of(answer)}")
                if answer.status_code < 500:
                    return None
            time.sleep(self._draw.uniform(0.1, 0.4))
        self._ledger.fault(f"{path} got no answer until the end.")
        return None

    def _wait_for_room(self) -> None:
        while not self.enough.is_set():
            try:
                if self._http.get("/queue").json()["waiting"] < _MOST_WAITING:
                    return
            except (httpx.TransportError, ValueError, KeyError):
                pass
            time.sleep(0.2)


def _code_of(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError):
        return "without a code"
