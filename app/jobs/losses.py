"""Find rows whose bytes are gone: removed by hand, lost with a disk, left behind in a move to another machine.

What was made can be made again, so its job becomes EXPIRED; so does a video without its file, which can come again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select

from app.extensions import db
from app.jobs.moves.expiring import expire_output, expire_video
from app.jobs.sources import forget_bytes
from app.jobs.transactions import Transactions
from app.models import Artifact, Source, VideoJob
from app.storage.base import Storage
from app.storage.removal import remove_all

_log = logging.getLogger(__name__)

# A row's id and the key that it names.
_Row = tuple[int, str]

REASON = "Its file is missing from where it was stored."
# How many rows are held against the storage in one go of a running service: each costs a look at the disk or a call.
A_FEW = 5000
_BATCH = 500
# Where so many of those looked at are missing, the place is taken for empty, not the rows for wrong.
_FEW_MISSING, _PART_MISSING = 10, 0.5


@dataclass(slots=True)
class Losses:
    """How many rows were looked at, which bytes of them are gone, and how many jobs expired by it."""

    looked_at: int = 0
    artifacts: int = 0
    sources: int = 0
    expired: int = 0

    @property
    def missing(self) -> int:
        return self.artifacts + self.sources

    @property
    def is_place_empty(self) -> bool:
        """Tell whether so much is missing that the storage is likely not there: a disk that is not mounted."""
        return self.missing > _FEW_MISSING and self.missing > self.looked_at * _PART_MISSING


class LossCheck:
    """Holds rows against the storage. Must be used inside the app's context."""

    def __init__(self, transactions: Transactions, storage: Storage) -> None:
        self._transactions = transactions
        self._storage = storage
        # Where the next go begins, in each table.
        self._last = {Artifact: 0, Source: 0}

    def run(self, *, most: int | None = None, is_trial: bool = False) -> Losses:
        """Look at all rows, or at so many of each table and the next time at those after them. Raises StorageError."""
        self._storage.check()
        losses = Losses()
        artifacts = self._list_missing(Artifact, losses, most)
        sources = self._list_missing(Source, losses, most)
        losses.artifacts, losses.sources = len(artifacts), len(sources)
        if losses.is_place_empty:
            _log.error("%d of %d files are missing: is the storage there?", losses.missing, losses.looked_at)
        elif artifacts or sources:
            _log.warning("%d made files and %d videos' own files are missing.", len(artifacts), len(sources))
            if not is_trial:
                losses.expired += sum(self._lose_artifact(*row) for row in artifacts)
                losses.expired += sum(self._lose_source(*row) for row in sources)
        return losses

    def _list_missing(self, model: type[Artifact] | type[Source], losses: Losses, most: int | None) -> list[_Row]:
        missing: list[_Row] = []
        seen, last = 0, self._last[model] if most else 0
        while some := self._read_some(model, last):
            missing += [(id_, key) for id_, key in some if not self._storage.exists(key)]
            seen, last = seen + len(some), some[-1][0]
            if most and seen >= most:
                break
        self._last[model] = last if some else 0
        losses.looked_at += seen
        return missing

    def _read_some(self, model: type[Artifact] | type[Source], last: int) -> Sequence[_Row]:
        # Without a key it is known already that the bytes are gone.
        query = select(model.id, model.key).where(model.id > last, model.key != "").order_by(model.id).limit(_BATCH)
        rows = [(id_, key) for id_, key in db.session.execute(query)]
        db.session.rollback()
        return rows

    def _lose_artifact(self, artifact_id: int, key: str) -> bool:
        """Let an output expire whose file is gone; stills that an intake made are only told of."""
        of_it = select(Artifact.thumbnail_job_id).where(Artifact.id == artifact_id, Artifact.key == key)
        job_id = db.session.scalar(of_it)
        # Made again meanwhile, it has other files.
        return job_id is not None and self._expire(job_id, expire_output, exists(of_it))

    def _lose_source(self, source_id: int, key: str) -> int:
        """Let the videos expire whose file is gone; what else names it finds it again when it is uploaded again."""
        is_its = VideoJob.source_id == source_id
        videos = list(db.session.scalars(select(VideoJob.id).where(is_its)))
        expired = sum(self._expire(id_, expire_video, is_its) for id_ in videos)
        self._transactions.run(lambda transaction: forget_bytes(transaction, source_id, key))
        return expired

    def _expire(self, id_: int, move: Callable[..., list[str] | None], is_still_so: ColumnElement[bool]) -> bool:
        keys = self._transactions.run(lambda transaction: move(transaction, id_, REASON, is_still_so))
        remove_all(self._storage, keys or ())
        return keys is not None
