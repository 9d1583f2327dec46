"""The killing: seeded, in bursts, at moments that nothing is prepared for."""

import random
import sys
import time
from dataclasses import dataclass, field

import httpx

from app.jobs.claims import JobRef
from app.models import JobKind, Status
from benchmarks.chaos.ledger import Due, Ledger
from benchmarks.chaos.stage import EVERYTHING, Stage

_WEIGHTS = {"decoder": 4, "worker": 4, "web process": 2, "web": 2, "roof": 1, EVERYTHING: 1}
_SERVER_WEIGHT = 3
# Most bursts are one kill; in the others the next falls into what the one before set off.
_BURSTS = (1, 2, 3)
_BURST_WEIGHTS = (5, 3, 2)
_GAP_SECONDS = (0.2, 3.0)
# So long after everything was killed something runs again, on any machine.
_BACK_SECONDS = 120.0
# A pair of kills at the same moment, as of every third gap within a burst.
_AT_ONCE = 1 / 3


@dataclass
class Recoveries:
    """How long it took from the last kill of each burst: until the service was ready for good, until a job was done."""

    ready_seconds: list[float] = field(default_factory=list)
    job_seconds: list[float] = field(default_factory=list)
    # From the first kill of each burst until that job was done: Unix times.
    outages: list[tuple[float, float]] = field(default_factory=list)

    def seconds_between(self, kill_at: float, then: float) -> float:
        """Return how long it took from a kill until then, without what later bursts took up."""
        later = [(begin, end) for begin, end in self.outages if begin > kill_at]
        return then - kill_at - sum(max(0.0, min(end, then) - begin) for begin, end in later)


class Killer:
    """Kills so many times. `probe` is asked after each burst for a job, and then whether that is done."""

    def __init__(self, stage: Stage, draw: random.Random, probe: "Probe") -> None:
        self._stage = stage
        self._draw = draw
        self._probe = probe
        self.recoveries = Recoveries()

    def run(self, kills: int, *, patience_seconds: float) -> None:
        """Kill, and after each burst wait until a job was done again, or `patience_seconds` are over."""
        while (left := kills - len(self._stage.kills)) > 0:
            begin = time.time()
            self._burst(min(left, self._draw.choices(_BURSTS, _BURST_WEIGHTS)[0]))
            self._await_recovery(self._stage.kills[-1].at, patience_seconds)
            self.recoveries.outages.append((begin, time.time()))
            time.sleep(self._draw.uniform(*_GAP_SECONDS))

    def _burst(self, count: int) -> None:
        for number in range(count):
            if number and self._draw.random() > _AT_ONCE:
                time.sleep(self._draw.uniform(*_GAP_SECONDS))
            self._kill_one()

    def _kill_one(self) -> None:
        # In between nothing may be running at all.
        deadline = time.monotonic() + _BACK_SECONDS
        while not any((targets := self._stage.targets()).values()):
            if time.monotonic() > deadline:
                missing = ", ".join(self._stage.absent())
                raise TimeoutError(f"Nothing runs that could be killed, after {_BACK_SECONDS:.0f} s: {missing}.")
            time.sleep(0.05)
        names = [name for name, pids in targets.items() if pids]
        name = self._draw.choices(names, [_WEIGHTS.get(name, _SERVER_WEIGHT) for name in names])[0]
        pids = targets[name]
        self._stage.kill(name, pids if name == EVERYTHING else [self._draw.choice(pids)])

    def _await_recovery(self, since: float, patience_seconds: float) -> None:
        self._probe.begin()
        ready_at, was_ready = since, False
        while not (is_ready := self._stage.is_ready()) or not self._probe.is_done():
            if is_ready and not was_ready:
                ready_at = time.time()
            was_ready = is_ready
            if time.time() - since > patience_seconds:
                break
            time.sleep(0.05)
        if not was_ready:
            ready_at = time.time()
        self.recoveries.ready_seconds.append(ready_at - since)
        self.recoveries.job_seconds.append(time.time() - since)
        sys.stderr.write(
            f"{len(self._stage.kills)}: {self._stage.kills[-1].target}; ready after {ready_at - since:.1f} s, "
            f"a new job done after {time.time() - since:.1f} s\n"
        )


class Probe:
    """Somebody who asks for a small thumbnail right after a burst, and waits for it."""

    def __init__(self, base: str, ledger: Ledger, video_id: int) -> None:
        self._http = httpx.Client(base_url=base, timeout=5)
        self._ledger = ledger
        self._video_id = video_id
        self._number = 0
        self._job_id: int | None = None

    def begin(self) -> None:
        """Want another one."""
        self._number += 1
        self._job_id = None

    def is_done(self) -> bool:
        """Ask for it until that is accepted, then tell whether it is done."""
        try:
            if self._job_id is None:
                wanted = f"/thumbnails/{self._video_id}/{16 + self._number}/64"
                job = self._http.post(wanted, params={"priority": "high"}).raise_for_status().json()
                self._job_id = job["id"]
                self._ledger.accept(JobRef(JobKind.THUMBNAIL, job["id"]), Due.DONE)
            job = self._http.get(f"/jobs/thumbnails/{self._job_id}").raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return False
        return bool(job["status"] == Status.COMPLETED)

    def close(self) -> None:
        self._http.close()
