"""Rows of sources: the same bytes of one owner have one."""

from app.jobs.loading import find_source
from app.jobs.transactions import Transaction
from app.models import Source
from app.storage.keys import source_key


def keep_source(transaction: Transaction, owner_id: int, sha256: str, size_bytes: int) -> Source:
    """Return the row of bytes that are kept, made where there is none."""
    source = find_source(transaction.session, owner_id, sha256)
    if source is None:
        source = Source(
            owner_id=owner_id,
            sha256=sha256,
            size_bytes=size_bytes,
            key=source_key(owner_id, sha256),
            created_at=transaction.now,
            updated_at=transaction.now,
        )
        transaction.session.add(source)
        transaction.session.flush()
    return source
