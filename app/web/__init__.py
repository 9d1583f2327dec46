"""The door for people, and the native JSON routes that share its addresses."""

from app.web.access import CORE
from app.web.numbers import RowNumber
from app.web.requests import FORM_BYTES, StreamingRequest
from app.wiring import Core

_MAX_FORM_PARTS = 50


def install(core: Core) -> None:
    """Open the door: routes, pages, and how errors are answered."""
    from app.web import caching, controls, errors, filters, health, jobs, outputs, slideshows, thumbnails, videos

    app = core.app
    app.extensions[CORE] = core
    app.request_class = StreamingRequest
    app.url_map.converters["int"] = RowNumber
    app.config["MAX_CONTENT_LENGTH"] = core.settings.max_upload_bytes + FORM_BYTES
    app.config["MAX_FORM_PARTS"] = _MAX_FORM_PARTS
    for module in (videos, jobs, controls, thumbnails, outputs, slideshows, health):
        app.register_blueprint(module.bp)
    for part in (errors, filters, caching):
        part.install(app)
