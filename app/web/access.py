"""What a route asks for first: the core's parts, and whose things it may see."""

from typing import cast

from flask import current_app, request

from app.errors import InvalidRequest
from app.models import LOCAL_USER_ID, Priority
from app.wiring import Core

CORE = "vtm"


def core() -> Core:
    """Return the parts that wiring put together."""
    return cast(Core, current_app.extensions[CORE])


def owner_id() -> int:
    """Return whose things this request may see and change."""
    return LOCAL_USER_ID


def priority() -> Priority:
    """Return how soon what is asked is to be done: as `priority` in the query says, or else people before programs.

    Raises InvalidRequest.
    """
    if "priority" in request.args:
        return read_priority(request.args["priority"])
    is_person = wants_page() or request.headers.get("Sec-Fetch-Site") == "same-origin"
    return Priority.HIGH if is_person else Priority.NORMAL


def read_priority(text: object) -> Priority:
    """Read high, normal or low. Raises InvalidRequest."""
    if isinstance(text, str) and text.upper() in Priority.__members__:
        return Priority[text.upper()]
    raise InvalidRequest("priority must be high, normal or low.", field="priority")


def wants_page() -> bool:
    """Tell whether to answer with a page: browsers name HTML first, programs do not."""
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"
