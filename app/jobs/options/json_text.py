"""JSON as strangers write it."""

import json
from typing import Any

from app.errors import InvalidRequest


def read_json(text: str | bytes, what: str, *, field: str) -> Any:
    """Return what JSON says; `what` is what a sentence calls it.

    Raises InvalidRequest for what is no JSON, is nested deeper than any options, or has half a character in it.
    """
    try:
        said = json.loads(text)
        # JSON may name one surrogate of two; neither a database, a page nor a terminal takes that as text.
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError as err:
        raise InvalidRequest(f"{what} has half a character in it, such as \\ud800 alone.", field=field) from err
    except (ValueError, RecursionError) as err:
        raise InvalidRequest(f"{what} is not JSON that can be read.", field=field) from err
    return said
