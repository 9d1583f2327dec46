"""What can be done with the queue, and with all jobs of a list, above that list."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.jobs.pulse import Pulse
from app.models import Status


@dataclass(frozen=True, slots=True)
class Act:
    """A button that does something with many jobs, or with the queue."""

    name: str
    href: str
    icon: str
    word: str
    fields: Mapping[str, str] = field(default_factory=dict)


def acts_of(pulse: Pulse, status: Status | None, count: int) -> list[Act]:
    """Return the buttons over a list of the jobs in this state, of which there are so many."""
    return [*_with_these(status, count), _with_the_queue(pulse)]


def _with_the_queue(pulse: Pulse) -> Act:
    if pulse.is_paused:
        return Act("resume", "/queue/resume", "play", "Resume")
    return Act("pause", "/queue/pause", "pause", "Pause")


def _with_these(status: Status | None, count: int) -> list[Act]:
    if status is None or not count:
        return []
    chosen = {"status": status.value.lower()}
    if status.can_be_cancelled:
        return [Act("cancel-all", "/jobs/cancel", "x", "Cancel all", chosen)]
    return [Act("retry-all", "/jobs/retry", "retry", "Retry all", chosen)] if status.can_be_retried else []
