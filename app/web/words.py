"""Words of a fixed set, as they stand in queries, forms and JSON."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from app.errors import InvalidRequest

W = TypeVar("W", bound=StrEnum)


def find_word(kind: type[W], fields: Mapping[str, Any], field: str) -> W | None:
    """Read one of a kind of words, in capitals or not; None where there is no such field. Raises InvalidRequest."""
    if field not in fields:
        return None
    words = {member.value.lower(): member for member in kind}
    if (found := words.get(str(fields[field]).lower())) is None:
        raise InvalidRequest(f"{field} is not one of {', '.join(words)}.", field=field)
    return found
