"""The log of job events: appended in the transaction that moves the job, read by those who missed something."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, func, or_, select
from sqlalchemy.orm import Session

from app.events.sentences import sentence
from app.models import JobEvent

# MySQL hands out ids when a row is inserted and shows the row when it is committed, so a smaller id can appear after
# a larger one. A transaction of ours takes milliseconds; this is how long a hole is watched.
LATE_COMMIT = timedelta(seconds=30)
# What one read returns at most; the reader comes back for the rest.
PAGE = 500
_NO_ID = 1 << 62


@dataclass(frozen=True, slots=True)
class Event:
    """One logged move, as open pages are told of it: `data` is a sentence, the event's name, the job, its version."""

    id: int
    owner_id: int
    data: dict[str, Any]
    created_at: datetime


def to_event(row: JobEvent) -> Event:
    """Return a stored event as the world sees it."""
    data = {
        "message": sentence(row.event, row.payload),
        "event": row.event,
        "job": row.payload,
        "version": row.version,
    }
    return Event(row.id, row.owner_id, data, row.created_at)


def newest_id(session: Session) -> int:
    """Return the id of the newest event, 0 where there is none. Read it before reading what it speaks of."""
    return session.scalar(select(func.max(JobEvent.id))) or 0


def oldest_id(session: Session) -> int:
    """Return the id of the oldest event still kept, 0 where there is none."""
    return session.scalar(select(func.min(JobEvent.id))) or 0


def read_since(session: Session, owner_id: int, last_id: int, *, overlap: timedelta) -> list[Event] | None:
    """Return an owner's events after `last_id`, or None where they are more than PAGE.

    Before them come those of `overlap` before that one, PAGE at most: they may have become visible since. What comes
    twice is harmless: an event tells the whole state and its version.
    """
    events = select(JobEvent).where(JobEvent.owner_id == owner_id)
    missed = events.where(JobEvent.id > last_id).order_by(JobEvent.id)
    if session.scalar(missed.with_only_columns(JobEvent.id).offset(PAGE).limit(1)) is not None:
        return None
    return [to_event(row) for row in [*_late(session, events, last_id, overlap), *session.scalars(missed.limit(PAGE))]]


def _late(session: Session, events: Select[JobEvent], last_id: int, overlap: timedelta) -> list[JobEvent]:
    since = session.scalar(
        select(JobEvent.created_at).where(JobEvent.id <= last_id).order_by(JobEvent.id.desc()).limit(1)
    )
    if not overlap or since is None:
        return []
    may_be_late = events.where(JobEvent.id.between(_first_id(session, since - overlap, since + overlap), last_id - 1))
    return list(session.scalars(may_be_late.order_by(JobEvent.id.desc()).limit(PAGE)))[::-1]


def _first_id(session: Session, begin: datetime, end: datetime) -> int:
    """Return the smallest id of what was made between two moments, a huge one where that is nothing.

    The log is read along its ids from there: to look for times on that way would be to read all of it.
    """
    made = JobEvent.created_at.between(begin, end)
    return session.scalar(select(func.min(JobEvent.id)).where(made)) or _NO_ID


def prune(session: Session, *, before: datetime) -> int:
    """Forget events from before a time and return how many; the newest one always stays, so that ids go on."""
    newest = newest_id(session)
    gone = delete(JobEvent).where(JobEvent.created_at < before, JobEvent.id < newest)
    return cast("CursorResult[Any]", session.execute(gone)).rowcount


class Tail:
    """Follows the end of the log without missing a row that becomes visible late."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Begin at the end: what is there already is not read."""
        self._last_id = newest_id(session)
        self._holes: dict[int, datetime] = {}
        first_id = _first_id(session, now - LATE_COMMIT, now + LATE_COMMIT)
        recent = session.scalars(
            select(JobEvent.id).where(JobEvent.id >= first_id).order_by(JobEvent.id.desc()).limit(PAGE)
        ).all()
        if recent:
            before = session.scalar(select(func.max(JobEvent.id)).where(JobEvent.id < recent[-1])) or 0
            for later, earlier in pairwise([*recent, before]):
                self._watch(earlier + 1, later, now)

    def read(self, session: Session, now: datetime) -> list[Event]:
        """Return what appeared since the last call, in order of ids."""
        self._holes = {number: seen for number, seen in self._holes.items() if now - seen < LATE_COMMIT}
        is_new: ColumnElement[bool] = JobEvent.id > self._last_id
        if self._holes:
            is_new = or_(is_new, JobEvent.id.in_(self._holes))
        rows = session.scalars(select(JobEvent).where(is_new).order_by(JobEvent.id).limit(PAGE)).all()
        for row in rows:
            self._holes.pop(row.id, None)
            if row.id > self._last_id:
                self._watch(self._last_id + 1, row.id, now)
                self._last_id = row.id
        return [to_event(row) for row in rows]

    def _watch(self, first: int, end: int, now: datetime) -> None:
        """Look again for the ids from `first` to before `end`. A rollback leaves a hole too: it is given up in time."""
        self._holes.update(dict.fromkeys(range(max(first, end - PAGE), end), now))
