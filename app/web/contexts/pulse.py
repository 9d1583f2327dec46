"""How the queue is doing, and what can be done with it, above the list of jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.jobs.pulse import Pulse
from app.models import Status
from app.web.filters import waited


@dataclass(frozen=True, slots=True)
class Act:
    """A button that does something with many jobs, or with the queue."""

    name: str
    href: str
    icon: str
    word: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseView:
    """The line above the list."""

    is_paused: bool
    waiting: int
    running: int
    seats: int
    oldest: str
    completed: int
    failed: int
    acts: list[Act]


def pulse_view(pulse: Pulse, status: Status | None, count: int) -> PulseView:
    """Prepare it for a list of the jobs in this state, of which there are so many."""
    return PulseView(
        is_paused=pulse.is_paused,
        waiting=pulse.waiting,
        running=pulse.running,
        seats=pulse.seats,
        oldest=waited(pulse.oldest_waiting_seconds),
        completed=pulse.completed,
        failed=pulse.failed,
        acts=[*_with_these(status, count), _with_the_queue(pulse)],
    )


def _with_the_queue(pulse: Pulse) -> Act:
    if pulse.is_paused:
        return Act("resume", "/queue/resume", "play", "Resume")
    return Act("pause", "/queue/pause", "pause", "Pause")


def _with_these(status: Status | None, count: int) -> list[Act]:
    if status is None or not count:
        return []
    chosen = {"status": status.value.lower()}
    if status in (Status.QUEUED, Status.PROCESSING):
        return [Act("cancel-all", "/jobs/cancel", "x", "Cancel all", chosen)]
    return [Act("retry-all", "/jobs/retry", "retry", "Retry all", chosen)] if status.can_become(Status.QUEUED) else []
