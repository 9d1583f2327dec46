"""What a route asks for first: the core's parts, and whose things it may see."""

from typing import cast

from flask import current_app, request

from app.models import LOCAL_USER_ID
from app.wiring import Core

CORE = "vtm"


def core() -> Core:
    """Return the parts that wiring put together."""
    return cast(Core, current_app.extensions[CORE])


def owner_id() -> int:
    """Return whose things this request may see and change."""
    return LOCAL_USER_ID


def wants_page() -> bool:
    """Tell whether to answer with a page: browsers name HTML first, programs do not."""
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"
