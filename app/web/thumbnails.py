"""Thumbnails: asking for one, and the pictures themselves."""

from mimetypes import guess_extension
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from app.errors import NotFound
from app.jobs.options.thumbnail import read_picture_options, read_thumbnail_options
from app.jobs.options.wish import Wish
from app.jobs.shown import show_job
from app.models import Artifact, VideoJob
from app.web.access import core, owner_id, priority
from app.web.downloads import noted
from app.web.files import send_artifact
from app.web.filters import stem

bp = Blueprint("thumbnails", __name__)

_OPTIONS = frozenset(("w", "h", "t", "fit", "format"))


@bp.post("/thumbnails/<int:video_id>/<width>/<height>")
def ask(video_id: int, width: str, height: str) -> tuple[Response, int]:
    asked = {name: value for name, value in request.args.items() if name != "priority"}
    wish = read_thumbnail_options({**asked, "width": width, "height": height})
    answer = core().service.request_output(owner_id(), video_id, wish, priority=priority())
    response = jsonify(show_job(answer.job))
    response.headers["Location"] = url_for("jobs.thumbnail_job", job_id=answer.job.id)
    return response, 201 if answer.is_new else 200


@bp.get("/t/<int:video_id>")
def picture(video_id: int) -> Response:
    """A finished picture: of the size and options named, or the poster where no size is."""
    video = core().queries.get_video(owner_id(), video_id)
    artifact = _get_artifact(video)
    return noted(send_artifact(artifact, _file_name(video, artifact)), artifact.thumbnail_job_id)


def _get_artifact(video: VideoJob) -> Artifact:
    asked = request.args.to_dict()
    if not asked.keys() & _OPTIONS:
        return core().queries.get_poster(video)
    wish = read_picture_options(asked)
    named: dict[str, Any] = {name: value for name, value in wish.options.items() if name in asked}
    artifact = core().queries.find_picture(video, width=wish.width, height=wish.height, options=named)
    if artifact is None:
        raise NotFound(_how_to_make(video, wish, named), field="video_id", code="picture_not_found")
    return artifact


def _how_to_make(video: VideoJob, wish: Wish, named: dict[str, Any]) -> str:
    size = f"{wish.width} × {wish.height}"
    address = url_for("thumbnails.ask", video_id=video.id, width=wish.width, height=wish.height, **named)
    return f"There is no such finished thumbnail of {size} of video {video.id}. POST {address} makes one."


def _file_name(video: VideoJob, artifact: Artifact) -> str:
    """Return the name under which a browser saves the picture."""
    return f"{stem(video.filename)}-{artifact.width}x{artifact.height}{guess_extension(artifact.media_type) or ''}"
