"""Video Thumbnails Maker."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Put the web application together: the core, and the doors that open onto it.

    Everything is imported here and not above: decoder processes come through this module on their way to
    `app.media`, and must not carry a web framework or a database into the jail.
    """
    from app import web
    from app.auth import guards
    from app.config import Settings
    from app.wiring import build_core

    core = build_core(settings or Settings.read(), is_web=True)
    guards.install(core.app, core.settings, films_at=core.storage.origin)
    web.install(core)
    core.app.register_blueprint(core.live, url_prefix="/stream")
    return core.app
