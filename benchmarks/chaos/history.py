"""What the log of events says of each job: told once, in order, and interrupted only by what was killed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from app.jobs.claims import WORKER_LOST, JobRef
from app.media.errors import DecoderCrashed
from app.models import Status
from benchmarks.chaos.rows import Found, JobRow
from benchmarks.chaos.stage import Kill

_CRASHES = (WORKER_LOST.code, DecoderCrashed.code)
# A process that was killed takes a moment to go: a decoder may be given a task within it.
_DYING_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Interruption:
    """An attempt that did not end by itself: begun and ended at these Unix times."""

    ref: JobRef
    code: str
    worker_id: int
    begun_at: float
    ended_at: float

    def first_kill(self, kills: Sequence[Kill], last_seen: Mapping[int, float]) -> Kill | None:
        """Return the first kill that may have caused it; None also where its worker lived on and began other jobs."""
        if self.code == WORKER_LOST.code and last_seen[self.worker_id] > self.ended_at:
            return None
        begun_at = self.begun_at - _DYING_SECONDS
        return next((kill for kill in kills if begun_at <= kill.at <= self.ended_at), None)


def by_job(found: Found) -> Mapping[JobRef, list[Row[Any]]]:
    """Return the events of each job, in the order of its versions."""
    events = defaultdict(list)
    for event in found.events:
        events[JobRef(event.job_type, event.job_id)].append(event)
    return events


def last_seen(found: Found) -> Mapping[int, float]:
    """Return when each worker last began a job."""
    return {event.worker_id: event.created_at.timestamp() for event in _started(found)}


def iter_doubles(job: JobRow, events: Sequence[Row[Any]]) -> Iterator[str]:
    """Yield what happened to a job more than once that may happen only once."""
    name = f"{job.ref.kind} job {job.ref.id}"
    completed = sum(event.event == "job.completed" for event in events)
    if completed != (job.status is Status.COMPLETED):
        yield f"{name} is {job.status} and was completed {completed} times."
    versions = [event.version for event in events]
    if len(set(versions)) < len(versions):
        yield f"{name} has two events of one version."
    started = [event.attempt for event in events if event.event == "job.started"]
    if len(set(started)) < len(started):
        yield f"{name} was started twice in one attempt."


def iter_breaks(job: JobRow, events: Sequence[Row[Any]]) -> Iterator[str]:
    """Yield where the log does not lead from one state to the next, and in the end to what the row says."""
    name = f"{job.ref.kind} job {job.ref.id}"
    before: Status | None = None
    for event in events:
        if before is not None and event.from_status not in (None, before):
            yield f"{name} went from {event.from_status} to {event.status}, but was {before}."
        if before not in (None, event.status) and not before.can_become(event.status):
            yield f"{name} went from {before} to {event.status}."
        before = event.status
    if not events or (before, events[-1].version) != (job.status, job.version):
        yield f"{name} is {job.status} in version {job.version}, of which no event tells."


def iter_interruptions(ref: JobRef, events: Sequence[Row[Any]]) -> Iterator[Interruption]:
    """Yield the attempts of a job that ended with their decoder or their worker."""
    begun_at, worker_id = 0.0, 0
    for event in events:
        if event.event == "job.started":
            begun_at, worker_id = event.created_at.timestamp(), event.worker_id
        elif event.from_status is Status.PROCESSING and (code := _crash_of(event)):
            yield Interruption(ref, code, worker_id, begun_at, event.created_at.timestamp())


def _started(found: Found) -> list[Row[Any]]:
    return sorted((event for event in found.events if event.event == "job.started"), key=lambda one: one.created_at)


def _crash_of(event: Row[Any]) -> str:
    """Return the code of the crash that ended an attempt: a queued job tells it, a poisoned one has it in its words."""
    error = event.payload.get("error") or {}
    code = error.get("code", "")
    if event.event == "job.failed" and code == "poison":
        return WORKER_LOST.code if WORKER_LOST.message in error["message"] else DecoderCrashed.code
    return code if event.event == "job.queued" and code in _CRASHES else ""
