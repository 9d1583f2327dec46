"""One run from beginning to end: start, load, kill, wait until nothing moves, judge."""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.jobs.claims import JobRef
from app.models import JobKind, Status
from benchmarks.chaos.files import PLAIN, make_files
from benchmarks.chaos.files_kept import list_broken, list_strays, sweep
from benchmarks.chaos.kills import Killer, Probe
from benchmarks.chaos.ledger import Due, Ledger
from benchmarks.chaos.load import Client
from benchmarks.chaos.pages import OpenPage
from benchmarks.chaos.rows import Found, Rows
from benchmarks.chaos.stage import STAGES, Stage
from benchmarks.chaos.verdict import Judge, Verdict

_CLIENTS, _PAGES, _SLEEPY_PAGES = 4, 6, 2
_WARM_SECONDS = 2.0
# Beyond what is owed to a burst: a run that is stuck is judged as such, and not waited for for ever.
_PATIENCE_SECONDS = 60.0
# Beyond the lease: what it takes to look, to wait out a backoff, and to start what died.
_GRACE_SECONDS = 5.0
_PAGES_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done: the same seed draws the same kills and requests, though not at the same instants."""

    mode: str
    kills: int
    seed: int = 1
    lease_seconds: float = 15.0
    # Longest time until jobs are done again after a kill; 0: the lease and 5 s.
    patience_seconds: float = 0.0

    @property
    def longest_seconds(self) -> float:
        return self.patience_seconds or self.lease_seconds + _GRACE_SECONDS


def run(plan: Plan, folder: Path) -> Verdict:
    """Carry out a plan in an empty folder and return what came of it. Only for the main thread."""
    settings = {"SEATS": "2", "LEASE_SECONDS": str(plan.lease_seconds)}
    stage = STAGES[plan.mode](folder, settings)
    try:
        stage.start()
        return _Course(plan, folder, stage).take()
    finally:
        stage.stop()


class _Course:
    """Clients, pages and the killer, from the first request to the verdict."""

    def __init__(self, plan: Plan, folder: Path, stage: Stage) -> None:
        self._plan = plan
        self._folder = folder
        self._stage = stage
        self._ledger = Ledger()
        self._rows = Rows(stage.database_url)
        port = stage.service.port
        self._pages = [OpenPage(port, number, sleeps=number < _SLEEPY_PAGES) for number in range(_PAGES)]
        files = make_files(folder / "files")
        self._clients = [
            Client(stage.service.base, files, self._ledger, seed=100 * plan.seed + number) for number in range(_CLIENTS)
        ]

    def take(self) -> Verdict:
        probe = self._place_probe()
        killer = Killer(self._stage, random.Random(self._plan.seed), probe)
        try:
            for thread in (*self._pages, *self._clients):
                thread.start()
            time.sleep(_WARM_SECONDS)
            patience_seconds = self._plan.longest_seconds + _PATIENCE_SECONDS
            killer.run(self._plan.kills, patience_seconds=patience_seconds)
            self._end_load()
            self._wait(lambda: self._rows.count_waiting() == 0, 2 * patience_seconds)
            self._wait(self._stage.is_ready, patience_seconds)
            found = self._rows.read()
            self._wait(lambda: all(self._is_up_to_date(page, found) for page in self._pages), _PAGES_SECONDS)
            return self._judge(found, killer)
        finally:
            self._end_load()
            # Their lines end with the service.
            for page in self._pages:
                page.close()
            probe.close()
            self._rows.close()

    def _place_probe(self) -> Probe:
        """Have a video ready of which the probe can ask something."""
        service = self._stage.service
        video = service.upload(self._folder / "files" / PLAIN)
        service.wait_until(f"/videos/{video['id']}", Status.COMPLETED)
        self._ledger.accept(JobRef(JobKind.VIDEO, video["id"]), Due.DONE)
        return Probe(service.base, self._ledger, video["id"])

    def _end_load(self) -> None:
        for client in self._clients:
            client.enough.set()
        for client in self._clients:
            client.join(_PATIENCE_SECONDS)
            client.given_up.set()

    def _is_up_to_date(self, page: OpenPage, found: Found) -> bool:
        return all(page.known.get(ref, (0, ""))[0] >= job.version for ref, job in found.jobs.items())

    def _wait(self, look: Callable[[], bool], seconds: float) -> None:
        """Wait until it is so, or for as long as anybody would."""
        deadline = time.monotonic() + seconds
        while not look() and time.monotonic() < deadline:
            time.sleep(0.2)

    def _judge(self, found: Found, killer: Killer) -> Verdict:
        judge = Judge(found, self._ledger, self._stage.kills)
        judge.judge_jobs()
        judge.judge_history()
        judge.judge_recovery(killer.recoveries, self._plan.longest_seconds)
        judge.judge_pages(self._pages)
        verdict = judge.verdict
        service = self._stage.service
        verdict.faults["broken"] = list_broken(service, found)
        verdict.strays = len(list_strays(service.data, found))
        verdict.faults["sweep"] = sweep(service, found)
        verdict.outcomes["accepted"] = len(self._ledger.due)
        verdict.notes += [f"{count} × {what}" for what, count in sorted(self._ledger.counts.items())]
        verdict.notes += [f"{sum(page.reconnects for page in self._pages)} × a page came back"]
        verdict.notes += [f"{sum(page.resets for page in self._pages)} × a page was loaded anew"]
        verdict.notes += [f"{service.said().count('Traceback')} × a traceback in the log"]
        sys.stderr.write("".join(f"{note}\n" for note in verdict.notes))
        return verdict
