"""How errors are answered: `{"error": a sentence, "code": …, "field": …}` for programs, a page for people."""

import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from app.errors import (
    AppError,
    Conflict,
    Forbidden,
    Gone,
    InvalidRequest,
    NotFound,
    StorageError,
    StorageFull,
    TooLarge,
)
from app.web.access import wants_page

_log = logging.getLogger(__name__)

_STATUS: dict[type[AppError], int] = {
    InvalidRequest: 400,
    Forbidden: 403,
    Gone: 410,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    StorageFull: 507,
    StorageError: 503,
}

# Werkzeug's own refusals, in our words.
_SAID = {
    400: ("bad_request", "The request could not be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take such a request."),
    412: ("precondition_failed", "The thing is not, or no longer, as the request expects."),
    413: ("form_too_large", "The form has more parts, or more beside its file, than are read here."),
    415: ("unsupported_media_type", "The body is of a kind that is not read here."),
    416: ("range_not_satisfiable", "There is no such part: it lies outside of what is there."),
    429: ("too_many_requests", "Too many requests; wait a little."),
    500: ("internal_error", "Something went wrong in the service itself; its log says what."),
}
_TITLES = {
    403: "Not from here",
    404: "Nothing here",
    410: "Not kept any more",
    413: "Too large",
    500: "Something went wrong",
    503: "Not just now",
    507: "No room left",
}


def install(app: Flask) -> None:
    """Answer every error of `app` in one form."""
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(HTTPException, _http_error)
    for kind in (OperationalError, InterfaceError, TimeoutError):
        app.register_error_handler(kind, _database_error)
    app.register_error_handler(RedisError, _database_error)


def answer_error(status: int, *, code: str, message: str, field: str = "") -> Response:
    """Return the answer to an error in the form that fits who asks."""
    if wants_page():
        title = _TITLES.get(status, "That did not work")
        response = make_response(render_template("error.html", title=title, message=message))
    else:
        response = jsonify({"error": message, "code": code, "field": field or None})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _app_error(err: AppError) -> Response:
    status = next((number for kind, number in _STATUS.items() if isinstance(err, kind)), 500)
    return answer_error(status, code=err.code, message=err.message, field=err.field)


def _http_error(err: HTTPException) -> Response:
    number = err.code or 500
    code, message = _SAID.get(number, ("http_error", err.description or err.name))
    if number >= 500:
        _log.error("%s %s: %s", request.method, request.path, err)
    response = answer_error(number, code=code, message=message)
    for name, value in err.get_headers():  # Allow, Content-Range, Retry-After: what this kind of refusal must tell
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _database_error(err: Exception) -> Response:
    _log.error("%s %s: %s", request.method, request.path, err)
    response = answer_error(
        503, code="temporarily_unavailable", message="The database does not answer just now. Try again in a moment."
    )
    response.headers["Retry-After"] = "5"
    return response
