"""How long a job will take yet: told only when it has been going at one pace for a while."""

from collections import deque

# Before so much is done, and for so long, anything could come.
_LEAST_SECONDS, _LEAST_DONE = 3.0, 0.03
# Two paces are held against each other, that of late and that of a longer while. Where they differ by more than this
# factor, nothing is told.
_LATE_SECONDS, _WHILE_SECONDS, _MOST_OFF = 10.0, 60.0, 1.5
_APART_SECONDS = 0.5


class Pace:
    """Watches one job's progress. Times are seconds of the monotonic clock, progress is from 0 to 1."""

    def __init__(self, started_at: float) -> None:
        self._started_at = started_at
        self._done = 0.0
        self._notes: deque[tuple[float, float]] = deque([(started_at, 0.0)])

    def note(self, now: float, done: float) -> None:
        """Remember how far the job is."""
        self._done = done
        if now - self._notes[-1][0] < _APART_SECONDS:
            return
        self._notes.append((now, done))
        # The oldest of what is kept is just outside of the while, so that the whole of it is covered.
        while len(self._notes) > 2 and now - self._notes[1][0] >= _WHILE_SECONDS:
            self._notes.popleft()

    def seconds_left(self, now: float) -> float | None:
        """Return how long the job will take yet; None while that cannot be told honestly."""
        if now - self._started_at < _LEAST_SECONDS or self._done < _LEAST_DONE:
            return None
        by_late, by_while = (self._by_pace_since(now - span, now) for span in (_LATE_SECONDS, _WHILE_SECONDS))
        if by_late is None or by_while is None:
            return None
        shorter, longer = sorted((by_late, by_while))
        return by_while if longer <= shorter * _MOST_OFF else None

    def _by_pace_since(self, since: float, now: float) -> float | None:
        notes = list(self._notes)
        began, before = next((note for note in reversed(notes) if note[0] <= since), notes[0])
        return (1 - self._done) * (now - began) / (self._done - before) if self._done > before else None
