"""What the service adds to the decoder's own time: per job with every seat busy, and from request to news when idle.

    python -m benchmarks.queue [--jobs 200] [--rounds 3]

The real service runs with the bell (SQLite) and with a private MariaDB and Redis, in turns with bare decoders in as
many threads as it has seats, which do the same work on the same file. For the first table jobs are queued while the
queue is paused; from the first claim to the last end, a seat's time per job is told beside that of a bare decoder. For
the second, one job at a time is asked for and the stream is listened to; the decoder's time is that of the same jobs
done bare, one by one.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from app.config import Settings
from app.jobs.options.wish import SourceFacts
from app.jobs.outputs import OUTPUTS
from app.media.decoder import Decoder
from app.media.limits import Limits
from app.media.requests.base import Box, Request
from app.models import Output, Status, ThumbnailJob
from app.processes import processor_count
from app.sample_clip import SECONDS, write_sample_clip
from benchmarks.compare import print_table
from benchmarks.streams import Ours

BUSY_BARS = {"SQLite, bell": "≤ 6 ms", "MariaDB, Redis": "≤ 12 ms"}
IDLE_BARS = {"SQLite, bell": ("≤ 15 ms", "≤ 60 ms"), "MariaDB, Redis": ("≤ 25 ms", "≤ 100 ms")}
LONG_BAR = "≤ 1.1"
_SEATS = processor_count()
_VIDEO = 1
_LONG_JOBS_EACH = 8
_PATIENCE_SECONDS = 300.0


class Queue(Ours):
    """The whole service, which is given jobs."""

    def start(self) -> None:
        super().start()
        # One connection, kept: to make one takes longer than to ask for a job.
        self._client = httpx.Client(base_url=self._service.base, timeout=30)

    def seat_seconds(self, wishes: Sequence[dict[str, Any]]) -> float:
        """Queue jobs while the queue is paused, let them go, and return how long a seat took for one on average."""
        self._client.post("/queue/pause").raise_for_status()
        ids = [self._ask(wish) for wish in wishes]
        self._client.post("/queue/resume").raise_for_status()
        is_its = ThumbnailJob.id.in_(ids)
        left = select(func.count()).where(is_its, ThumbnailJob.status != Status.COMPLETED)
        self._service.wait_for(lambda: not self._scalar(left), seconds=_PATIENCE_SECONDS)
        began, ended = (
            self._scalar(select(moment).where(is_its))
            for moment in (func.min(ThumbnailJob.started_at), func.max(ThumbnailJob.finished_at))
        )
        return float((ended - began).total_seconds()) * _SEATS / len(ids)

    def latencies(self, wishes: Sequence[dict[str, Any]]) -> list[float]:
        """Ask for one job at a time; return the seconds from each request to the news that it is done."""
        news: dict[int, float] = {}
        took = []
        with self._listening(news):
            for wish in wishes:
                asked = time.monotonic()
                number = self._ask(wish)
                while number not in news:
                    time.sleep(0.01)
                took.append(news[number] - asked)
                time.sleep(0.05)
        return took

    @contextmanager
    def _listening(self, news: dict[int, float]) -> Iterator[None]:
        """Write down when the stream tells that a job is completed."""
        is_open = threading.Event()

        def listen() -> None:
            with httpx.stream("GET", f"{self._service.base}/stream", timeout=60) as answer:
                for line in answer.iter_lines():
                    is_open.set()
                    if line.startswith("data:") and '"job.completed"' in line:
                        news[json.loads(line[5:])["job"]["id"]] = time.monotonic()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        is_open.wait(30)
        yield

    def _ask(self, wish: dict[str, Any]) -> int:
        answer = self._client.post(f"/videos/{_VIDEO}/outputs", json=wish)
        if answer.status_code != httpx.codes.CREATED:
            raise RuntimeError(f"{answer.text}\n{self._service.said()[-2000:]}")
        return int(answer.json()["id"])

    def _scalar(self, query: Any) -> Any:
        with self._engine.connect() as connection:
            return connection.scalar(query)


class Bare:
    """Decoders without a service, as many as it has seats."""

    def __init__(self, folder: Path, clip: Path) -> None:
        limits = Limits(**Settings().decoder_limits)
        self._clip = clip
        self._decoders = [Decoder(folder / f"bare-{number}", limits) for number in range(_SEATS)]
        self._facts = SourceFacts(filename=clip.name, size_bytes=clip.stat().st_size, duration_seconds=float(SECONDS))
        for decoder in self._decoders:
            decoder.prepare()

    def seat_seconds(self, wishes: Sequence[dict[str, Any]]) -> float:
        """Do these jobs with every decoder busy; return how long one took on average."""
        requests = [self._request(wish) for wish in wishes]
        shares = [requests[number::_SEATS] for number in range(_SEATS)]
        began = time.monotonic()
        with ThreadPoolExecutor(_SEATS) as pool:
            list(pool.map(self._do_all, self._decoders, shares))
        return (time.monotonic() - began) * _SEATS / len(wishes)

    def latencies(self, wishes: Sequence[dict[str, Any]]) -> list[float]:
        """Do these jobs one by one; return how long each took."""
        decoder = self._decoders[0]
        decoder.threads = _SEATS
        took = []
        for wish in wishes:
            request = self._request(wish)
            began = time.monotonic()
            self._do_all(decoder, [request])
            took.append(time.monotonic() - began)
            time.sleep(0.05)
        decoder.threads = 1
        return took

    def close(self) -> None:
        for decoder in self._decoders:
            decoder.close()

    def _do_all(self, decoder: Decoder, requests: Sequence[Request]) -> None:
        for request in requests:
            with self._clip.open("rb") as file:
                decoder.make(file, request)

    def _request(self, sent: dict[str, Any]) -> Request:
        kind = OUTPUTS[Output(sent["output"])]
        wish = kind.read({name: value for name, value in sent.items() if name != "output"})
        return kind.build(wish.options, self._facts, Box(width=wish.width, height=wish.height))


def short_jobs(count: int, width: int) -> list[dict[str, Any]]:
    """Return so many wishes for a keyframe at moments all over the clip, of a width that nobody has asked for yet."""
    places = [f"{100 * number / count:.3f}%" for number in range(count)]
    return [{"output": "thumbnail", "accuracy": "keyframe", "width": width, "t": place} for place in places]


def long_jobs(count: int, width: int) -> list[dict[str, Any]]:
    """Return so many wishes for a poster, for which frames all over the clip are looked at."""
    return [{"output": "poster", "width": width + number} for number in range(count)]


def main() -> None:
    options = _options()
    busy: dict[str, list[float]] = {}
    long: dict[str, list[float]] = {}
    idle: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = write_sample_clip(folder / "clip.mp4")
        services = {
            "SQLite, bell": Queue(folder / "light", clip, with_servers=False),
            "MariaDB, Redis": Queue(folder / "full", clip, with_servers=True),
        }
        bare = Bare(folder, clip)
        try:
            for service in services.values():
                service.start()
            ways: dict[str, Queue | Bare] = {"bare decoders": bare, **services}
            for number in range(options.rounds):
                short, slow = (
                    short_jobs(options.jobs, 320 + number),
                    long_jobs(_LONG_JOBS_EACH * _SEATS, 300 + 100 * number),
                )
                for way_name, way in ways.items():
                    busy.setdefault(way_name, []).append(way.seat_seconds(short))
                    long.setdefault(way_name, []).append(way.seat_seconds(slow))
            for way_name, way in ways.items():
                idle[way_name] = way.latencies(short_jobs(options.jobs, 640))
        finally:
            bare.close()
            for service in services.values():
                service.stop()
    _print_busy(busy, long)
    _print_idle(idle)


def _print_busy(busy: dict[str, list[float]], long: dict[str, list[float]]) -> None:
    rows = []
    for name, times in busy.items():
        short, slow = (1000 * statistics.median(each) for each in (times, long[name]))
        bare_short, bare_slow = (1000 * statistics.median(each["bare decoders"]) for each in (busy, long))
        is_bare = name == "bare decoders"
        rows.append(
            (
                name,
                f"{short:.1f} ms",
                "" if is_bare else f"{short - bare_short:.1f} ms",
                BUSY_BARS.get(name, ""),
                f"{slow:.0f} ms",
                "" if is_bare else f"{slow / bare_slow:.2f}",
                "" if is_bare else LONG_BAR,
            )
        )
    print(f"\nEvery one of {_SEATS} seats busy: time of a seat for one job\n")
    print_table(("way", "keyframe", "added", "bar", "poster", "times bare", "bar"), rows)


def _print_idle(idle: dict[str, list[float]]) -> None:
    media = statistics.median(idle.pop("bare decoders"))
    rows = []
    for name, times in idle.items():
        added = sorted(1000 * (took - media) for took in times)
        middle, late = added[len(added) // 2], added[len(added) * 99 // 100]
        rows.append((name, f"{middle:.1f} ms", IDLE_BARS[name][0], f"{late:.1f} ms", IDLE_BARS[name][1]))
    print(f"\nOne job on an idle service, request to news, less the decoder's {1000 * media:.1f} ms\n")
    print_table(("way", "p50", "bar", "p99", "bar"), rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
