"""Find stored bytes that no row names: what a killed process had begun, a lost attempt had made, a fault had left."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from app.extensions import db
from app.models import Artifact, Source
from app.storage.base import Storage, Stored
from app.storage.keys import OUTPUTS, SOURCES
from app.storage.removal import remove_all

_log = logging.getLogger(__name__)

# Bytes are durable before the row that names them: what came lately may be about to be named. No job runs so long.
SETTLED = timedelta(hours=24)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """How many files belonged to nothing, and how many bytes they were."""

    files: int
    size_bytes: int


class Sweep:
    """Removes what belongs to nothing. Must be used inside the app's context."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def run(self, now: datetime, *, is_trial: bool = False) -> Swept:
        """Remove them, or in a trial only count them. Any number of processes may do it at once."""
        files = size_bytes = 0
        for prefix, column in ((SOURCES, Source.key), (OUTPUTS, Artifact.key)):
            settled = (one for one in self._storage.list_below(prefix) if now - one.kept_at > SETTLED)
            for some in _batches(settled):
                named = set(db.session.scalars(select(column).where(column.in_([one.key for one in some]))))
                # The next batch is to be held against the rows as they are then.
                db.session.rollback()
                left = [one for one in some if one.key not in named]
                if not is_trial:
                    remove_all(self._storage, (one.key for one in left))
                files, size_bytes = files + len(left), size_bytes + sum(one.size_bytes for one in left)
        if not is_trial:
            self._storage.clear_abandoned(now - SETTLED)
        if files and not is_trial:
            _log.warning("%d files (%d bytes) belonged to nothing and were removed.", files, size_bytes)
        return Swept(files, size_bytes)


def _batches(stored: Iterable[Stored]) -> Iterator[list[Stored]]:
    each = iter(stored)
    while some := list(islice(each, _BATCH)):
        yield some
