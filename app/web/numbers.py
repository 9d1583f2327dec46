"""Numbers in addresses."""

from app.errors import InvalidRequest
from app.jobs.claims import JobRef
from app.models import JobKind

# More than a page of a list shows; each page's script asks in portions.
MAX_IDS = 200
_MAX_ID = 2**63 - 1


def read_number(text: str | None, *, field: str) -> int | None:
    """Read a whole number above zero; None where there is none. Raises InvalidRequest."""
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _MAX_ID):
        raise InvalidRequest(f"{field} must be a whole number above zero.", field=field)
    return int(text)


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
        if id_ := read_number(number, field=field):
            refs.append(JobRef(JobKind(kind), id_))
    return refs
