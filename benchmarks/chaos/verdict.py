"""What came of it all: every promise held against the rows, the log, the files and the open pages."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.jobs.claims import POISON, SOURCE_FAILED, WORKER_LOST, JobRef
from app.media.errors import DamagedSource, NoVideoStream, SourceTooLarge, UnsupportedSource
from app.models import JobKind, Status
from benchmarks.chaos.history import by_job, iter_breaks, iter_doubles, iter_interruptions, last_seen
from benchmarks.chaos.kills import Recoveries
from benchmarks.chaos.ledger import Due, Ledger
from benchmarks.chaos.pages import OpenPage
from benchmarks.chaos.rows import Found, JobRow
from benchmarks.chaos.stage import Kill

# For what reasons a file may be refused: its own.
_REFUSALS = {UnsupportedSource.code, NoVideoStream.code, DamagedSource.code, SourceTooLarge.code, SOURCE_FAILED.code}


@dataclass
class Verdict:
    """Counts for the table, and in `faults` a sentence on everything that must not be, by its column."""

    kills: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=dict)
    # Longest seconds: until it was ready, until a job was done, until a job of a dead worker was queued again.
    ready_seconds: float = 0.0
    job_seconds: float = 0.0
    return_seconds: float = 0.0
    strays: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not any(self.faults.values())


class Judge:
    """Judges what was found by what was promised."""

    def __init__(self, found: Found, ledger: Ledger, kills: Sequence[Kill]) -> None:
        self._found = found
        self._due: Mapping[JobRef, Due] = ledger.due
        self._kills = kills
        self._events = by_job(found)
        self.verdict = Verdict(kills=Counter(kill.target for kill in kills))
        self.verdict.faults["promises"] = list(ledger.faults)

    def judge_jobs(self) -> None:
        """Hold every accepted request, and every row, against what has to come of it."""
        lost, unexpected = [], []
        for ref in self._due:
            if ref not in self._found.jobs:
                lost.append(f"{ref.kind} job {ref.id} was accepted and is not there.")
        for job in self._found.jobs.values():
            outcome = self._outcome(job)
            self.verdict.outcomes[outcome] += 1
            if outcome == "open":
                lost.append(f"{job.ref.kind} job {job.ref.id} is {job.status} and will not end.")
            elif outcome == "unexpected":
                unexpected.append(f"{job.ref.kind} job {job.ref.id} is {job.status} ({job.error_code or 'no error'}).")
        self.verdict.faults |= {"lost": lost, "unexpected": unexpected}

    def judge_history(self) -> None:
        """Look through the log for what happened twice, out of order, or without a reason."""
        doubles: list[str] = []
        breaks: list[str] = []
        for ref, job in self._found.jobs.items():
            doubles += iter_doubles(job, self._events[ref])
            breaks += iter_breaks(job, self._events[ref])
        self.verdict.faults |= {"duplicated": [*doubles, *self._losers()], "breaks": breaks}

    def judge_recovery(self, recoveries: Recoveries, longest_seconds: float) -> None:
        """Find the longest times, and interruptions that no kill explains."""
        verdict = self.verdict
        verdict.ready_seconds = max(recoveries.ready_seconds, default=0.0)
        verdict.job_seconds = max(recoveries.job_seconds, default=0.0)
        causeless = []
        seen = last_seen(self._found)
        for ref, events in self._events.items():
            for interruption in iter_interruptions(ref, events):
                verdict.outcomes["interrupted"] += 1
                if (kill := interruption.first_kill(self._kills, seen)) is None:
                    causeless.append(f"{ref.kind} job {ref.id}: {interruption.code}, but nothing was killed.")
                elif interruption.code == WORKER_LOST.code:
                    seconds = recoveries.seconds_between(kill.at, interruption.ended_at)
                    verdict.return_seconds = max(verdict.return_seconds, seconds)
        verdict.faults["causeless"] = causeless
        times = {"a new job was done": verdict.job_seconds, "a job was queued again": verdict.return_seconds}
        verdict.faults["slow"] = [
            f"It took {seconds:.1f} s until {what}." for what, seconds in times.items() if seconds > longest_seconds
        ]

    def judge_pages(self, pages: Iterable[OpenPage]) -> None:
        """Hold what each open page shows against the rows."""
        wanted = {ref: (job.version, job.status.value) for ref, job in self._found.jobs.items()}
        differing = [page.fault for page in pages if page.fault]
        for page in pages:
            for ref in wanted.keys() | page.known.keys():
                if page.known.get(ref) != wanted.get(ref):
                    told = f"{page.known.get(ref)} instead of {wanted.get(ref)}"
                    differing.append(f"{page.name} shows {ref.kind} job {ref.id} as {told}.")
        self.verdict.faults["differing"] = differing

    def _outcome(self, job: JobRow) -> str:
        """Return what came of a job, in a word."""
        due = self._due.get(job.ref)
        if not job.status.is_final:
            return "open"
        if due is None:
            self.verdict.outcomes["kept without an answer"] += 1
        if job.error_code == POISON:
            return "poison"
        if self._is_of_poisoned(job):
            return "with its video"
        if job.status is Status.FAILED and job.error_code in _REFUSALS and due in (None, Due.REFUSED):
            return "refused"
        if due is not None and job.status not in due.value:
            return "unexpected"
        return {Status.COMPLETED: "completed", Status.CANCELLED: "cancelled"}.get(job.status, "unexpected")

    def _is_of_poisoned(self, job: JobRow) -> bool:
        """Tell whether an output ended only because its video was given up."""
        if job.ref.kind is JobKind.VIDEO or job.status is Status.COMPLETED:
            return False
        return self._found.jobs[job.video].error_code == POISON

    def _losers(self) -> Iterable[str]:
        """Yield results that are named by rows and are not those of the attempt that won."""
        keys: Counter[str] = Counter(one.key for one in self._found.artifacts)
        for one in self._found.artifacts:
            is_own = one.thumbnail_job_id is None
            ref = JobRef(JobKind.VIDEO, one.video_id) if is_own else JobRef(JobKind.THUMBNAIL, one.thumbnail_job_id)
            job = self._found.jobs.get(ref)
            if job is None or job.status is not Status.COMPLETED or job.attempt != one.attempt or keys[one.key] > 1:
                yield f"{one.key} is not of the attempt that won."
