"""What browsers and proxies may keep."""

from flask import Flask, Response, request

_FOREVER = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Say of every answer how long it holds."""

    @app.after_request
    def say(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code < 400:
            # An address with the file's hash can be kept for good; a script's own imports carry none.
            response.headers["Cache-Control"] = _FOREVER if "v" in request.args else "no-cache"
        if response.mimetype in ("text/html", "application/json"):
            # The same address answers people with a page and programs with JSON.
            response.vary.add("Accept")
            response.headers.setdefault("Cache-Control", "no-cache")
        return response
