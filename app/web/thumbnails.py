"""Thumbnails: asking for one, and the pictures themselves."""

from mimetypes import guess_extension
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file, url_for
from werkzeug.exceptions import HTTPException, PreconditionFailed

from app.errors import NotFound
from app.jobs.options import ThumbnailOptions, read_picture_options, read_thumbnail_options
from app.jobs.shown import is_version_of, show_job
from app.models import Artifact, VideoJob
from app.web.access import core, owner_id
from app.web.filters import stem

bp = Blueprint("thumbnails", __name__)

_OPTIONS = frozenset(("w", "h", "t", "fit", "format"))
_FOREVER = "private, max-age=31536000, immutable"
_ASK_FIRST = "private, no-cache"


@bp.post("/thumbnails/<int:video_id>/<width>/<height>")
def ask(video_id: int, width: str, height: str) -> tuple[Response, int]:
    options = read_thumbnail_options({**request.args.to_dict(), "width": width, "height": height})
    answer = core().service.request_thumbnail(owner_id(), video_id, options)
    response = jsonify(show_job(answer.job))
    response.headers["Location"] = url_for("jobs.thumbnail_job", job_id=answer.job.id)
    return response, 201 if answer.is_new else 200


@bp.get("/t/<int:video_id>")
def picture(video_id: int) -> Response:
    """A finished picture: of the size and options named, or the poster where no size is."""
    video = core().queries.get_video(owner_id(), video_id)
    artifact = _get_artifact(video)
    response = _send(artifact, _file_name(video, artifact))
    # An address that carries the picture's hash can be kept for good; any other may show another picture tomorrow.
    is_fixed = is_version_of(request.args.get("v", ""), artifact)
    response.headers["Cache-Control"] = _FOREVER if is_fixed else _ASK_FIRST
    return response


def _send(artifact: Artifact, name: str) -> Response:
    """Answer with the bytes of a picture, with the part of them that is asked for, or that they are known already."""
    stored = core().storage.open(artifact.key)
    response = send_file(
        stored,
        mimetype=artifact.media_type,
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


def _one_part_at_most() -> dict[str, Any]:
    """Return the request as it is, or without its wish for parts where that is not for one part in bytes.

    Such a wish may be left aside, and all of a picture is small enough to be the better answer.
    """
    wanted = request.range
    if wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1:
        return request.environ
    return {name: value for name, value in request.environ.items() if name != "HTTP_RANGE"}


def _get_artifact(video: VideoJob) -> Artifact:
    asked = request.args.to_dict()
    if not asked.keys() & _OPTIONS:
        return core().queries.get_poster(video)
    options = read_picture_options(asked)
    named: dict[str, Any] = {name: value for name, value in options.to_json().items() if name in asked}
    artifact = core().queries.find_picture(video, width=options.width, height=options.height, options=named)
    if artifact is None:
        raise NotFound(_how_to_make(video, options, named), field="video_id", code="picture_not_found")
    return artifact


def _how_to_make(video: VideoJob, options: ThumbnailOptions, named: dict[str, Any]) -> str:
    size = f"{options.width} × {options.height}"
    address = url_for("thumbnails.ask", video_id=video.id, width=options.width, height=options.height, **named)
    return f"There is no such finished thumbnail of {size} of video {video.id}. POST {address} makes one."


def _file_name(video: VideoJob, artifact: Artifact) -> str:
    """Return the name under which a browser saves the picture."""
    return f"{stem(video.filename)}-{artifact.width}x{artifact.height}{guess_extension(artifact.media_type) or ''}"
