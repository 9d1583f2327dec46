"""Numbers in addresses."""

import re
from typing import Any

from werkzeug.routing import IntegerConverter, Map

from app.errors import InvalidRequest
from app.jobs.claims import JobRef
from app.models import JobKind

# More than a page of a list shows; each page's script asks in portions.
MAX_IDS = 200
# The largest number that a row of any of our databases can have, and all the digits that it needs: Python reads other
# scripts' digits and underscores as numbers too, and balks at thousands of digits.
_MAX_ID = 2**63 - 1
_DIGITS = "[0-9]{1,19}"


class RowNumber(IntegerConverter):
    """`<int:…>` in a route: the number of a row. What can be no row's number is an address of nothing."""

    regex = _DIGITS

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, max=_MAX_ID, **options)


def read_number(text: str, *, field: str) -> int:
    """Read a whole number above zero that a row can have. Raises InvalidRequest."""
    if not re.fullmatch(_DIGITS, text) or not 0 < int(text) <= _MAX_ID:
        raise InvalidRequest(f"{field} must be a whole number above zero that a row can have.", field=field)
    return int(text)


def find_number(text: str, *, field: str) -> int | None:
    """Read a number as `read_number` does; None where nothing is written. Raises InvalidRequest."""
    return read_number(text, field=field) if text else None


def read_refs(text: str, *, field: str) -> list[JobRef]:
    """Read `video-1,thumbnail-12`. Raises InvalidRequest."""
    parts = [part for part in text.split(",") if part]
    if len(parts) > MAX_IDS:
        raise InvalidRequest(f"{field} names more than {MAX_IDS}.", field=field)
    refs = []
    for part in parts:
        kind, _dash, number = part.partition("-")
        if kind not in tuple(JobKind):
            raise InvalidRequest(f"{field} must look like video-1,thumbnail-12.", field=field)
        refs.append(JobRef(JobKind(kind), read_number(number, field=field)))
    return refs
