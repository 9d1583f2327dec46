"""What browsers and proxies may keep."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request, url_for

_FOREVER = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Say of every answer how long it holds, and name static files so that they hold for good."""
    version = _versions_in(Path(app.static_folder or "static"))

    def asset(name: str) -> str:
        """Return the address of a static file; it changes with its content, so browsers may keep it."""
        return url_for("static", filename=name, v=version(name))

    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def say(response: Response) -> Response:
        if request.endpoint == "static" and request.method != "OPTIONS" and response.status_code < 400:
            # Kept under the hash of other content, this file would stand in for that one. Scripts' own imports carry
            # no hash.
            is_fixed = request.args.get("v") == version((request.view_args or {})["filename"])
            response.headers["Cache-Control"] = _FOREVER if is_fixed else "no-cache"
        if response.mimetype in ("text/html", "application/json"):
            # The same address answers people with a page and programs with JSON.
            response.vary.add("Accept")
            response.headers.setdefault("Cache-Control", "no-cache")
        return response


def _versions_in(folder: Path) -> Callable[[str], str]:
    @lru_cache(maxsize=256)
    def version(name: str) -> str:
        return sha256((folder / name).read_bytes()).hexdigest()[:12]

    return version
