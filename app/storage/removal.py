"""Remove bytes that no row names any more. What cannot be removed now is found by the sweep."""

import logging
from collections.abc import Iterable

from app.errors import StorageError
from app.storage.base import Storage

_log = logging.getLogger(__name__)


def remove_all(storage: Storage, keys: Iterable[str]) -> None:
    """Remove what is under these keys, or below those that end with a slash. Never raises StorageError."""
    for key in keys:
        try:
            storage.delete_below(key) if key.endswith("/") else storage.delete(key)
        except StorageError as err:
            _log.warning("%s is left to the sweep: %s", key, err.message)
