"""Stored files as answers: whole, in part, or that they are known already."""

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from flask import Response, request, send_file
from werkzeug.exceptions import HTTPException, PreconditionFailed

from app.errors import Conflict
from app.jobs.shown import is_version_of
from app.models import Artifact, Source
from app.storage.base import BytesMissing
from app.storage.zipped import MOST_BYTES, Packed, iter_zip, zip_size
from app.web.access import core

_FOREVER = "private, max-age=31536000, immutable"
_ASK_FIRST = "private, no-cache"
_SHOWN = ("video/", "image/")
_BYTES = "application/octet-stream"
# What pages show, and what names other files by its own address. The rest is fetched from the store, if it has a door.
_SENT_HERE = ("image/", "text/", "application/json", "application/vnd.apple.mpegurl")
# A film is asked for in parts for as long as somebody watches it; its address is kept for less than it holds.
_LINK_SECONDS, _LINK_KEPT_SECONDS = 3600, 600


def send_artifact(artifact: Artifact, download_name: str) -> Response:
    """Answer with the bytes of an artifact. An address that carries its hash can be kept for good.

    Any other address may show something else tomorrow. Whatever it is, no browser takes it for a page.
    """
    return _kept(_send(artifact, artifact.media_type, download_name), artifact)


def send_archive(artifacts: Sequence[Artifact], download_name: str) -> Response:
    """Answer with files in one archive. Raises BytesMissing, and Conflict for more bytes than one can have."""
    files = [Packed(artifact.name, artifact.key, artifact.size_bytes) for artifact in artifacts]
    size_bytes = zip_size(files)
    if size_bytes > MOST_BYTES:
        raise Conflict("These files are too large for one archive. Take them one by one.", code="archive_too_large")
    for file in files:
        # Once it has begun, nothing can be said any more.
        if not core().storage.exists(file.key):
            raise BytesMissing(f"{file.name} is gone.")
    response = send_file(
        io.BytesIO(),
        mimetype="application/zip",
        as_attachment=True,
        download_name=download_name,
        conditional=False,
        etag=hashlib.sha256("".join(artifact.sha256 for artifact in artifacts).encode()).hexdigest(),
    )
    response.response, response.direct_passthrough = iter_zip(files, core().storage), False
    response.content_length = size_bytes
    response.headers["Cache-Control"] = _ASK_FIRST
    response.make_conditional(request)
    return response


def send_source(source: Source, download_name: str) -> Response:
    """Answer with the bytes that a video came as. What no browser shows as a picture or a video is only saved."""
    media_type = source.media_type or ""
    is_shown = media_type.startswith(_SHOWN)
    response = _send(source, media_type if is_shown else _BYTES, download_name, is_saved=not is_shown)
    return _kept(response, source)


def _kept(response: Response, stored: Artifact | Source) -> Response:
    is_fixed = is_version_of(request.args.get("v", ""), stored)
    fixed = f"private, max-age={_LINK_KEPT_SECONDS}" if response.location else _FOREVER
    response.headers["Cache-Control"] = fixed if is_fixed else _ASK_FIRST
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _send(artifact: Artifact | Source, media_type: str, name: str, *, is_saved: bool = False) -> Response:
    is_sent_here = media_type.startswith(_SENT_HERE) or not core().storage.origin
    if not is_sent_here and not core().storage.exists(artifact.key):
        raise BytesMissing("The stored file is gone.")
    if not is_sent_here and request.method == "GET":
        return _sent_elsewhere(artifact, media_type, name)
    stored = core().storage.open(artifact.key) if is_sent_here else io.BytesIO()
    response = send_file(
        stored,
        mimetype=media_type,
        as_attachment=is_saved,
        download_name=name,
        conditional=False,  # it does not know the length, without which there are no parts
        etag=artifact.sha256,
        last_modified=artifact.created_at,
    )
    response.content_length = artifact.size_bytes
    try:
        response.make_conditional(_one_part_at_most(), accept_ranges=True, complete_length=artifact.size_bytes)
        if response.status_code == 412:
            raise PreconditionFailed
    except HTTPException:
        stored.close()
        raise
    return response


def _sent_elsewhere(artifact: Artifact | Source, media_type: str, name: str) -> Response:
    """Answer with where the bytes are to be fetched. A player plays them, and a browser that goes there saves them."""
    saved = send_file(io.BytesIO(), mimetype=media_type, as_attachment=True, download_name=name)
    address = core().storage.link(
        artifact.key,
        media_type=media_type,
        disposition=saved.headers["Content-Disposition"],
        seconds=_LINK_SECONDS,
    )
    response = Response(status=302)
    response.location = address
    return response


def _one_part_at_most() -> dict[str, Any]:
    """Return the request as it is, or without its wish for parts where that is not for one part in bytes.

    Such a wish may be left aside, and the whole is a right answer to it, too.
    """
    wanted = request.range
    if wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1:
        return request.environ
    return {name: value for name, value in request.environ.items() if name != "HTTP_RANGE"}
