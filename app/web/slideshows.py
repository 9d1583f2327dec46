"""Slideshows: videos made here of pictures and posts."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.errors import InvalidRequest
from app.jobs.options.fields import InvalidOptions
from app.jobs.options.posts import MOST_UPLOADS
from app.jobs.options.slideshow import MAX_TIMELINE_BYTES, read_options, read_timeline
from app.jobs.shown import show_job
from app.models import VideoJob
from app.storage.base import Incoming
from app.web.access import core, owner_id, priority, wants_page
from app.web.requests import StreamingRequest, read_fields

bp = Blueprint("slideshows", __name__)

# Beside the files and the timeline a form has a dozen fields at most.
_MAX_PARTS = MOST_UPLOADS + 20
_NAME = "Slideshow"


@bp.get("/slideshows")
def form() -> Response:
    """The page from which one is made."""
    return _page({}, {}, 200)


@bp.post("/slideshows")
def make() -> tuple[Response, int] | BaseResponse:
    """Make one: JSON, or a form with the pictures as `files` and the same JSON as `timeline`, or just the pictures."""
    asked: StreamingRequest = request  # type: ignore[assignment]
    asked.max_form_parts, asked.max_form_memory_size = _MAX_PARTS, MAX_TIMELINE_BYTES
    try:
        video = _request_slideshow(asked)
    except InvalidRequest as err:
        if not wants_page():
            raise
        faults = err.faults if isinstance(err, InvalidOptions) else {err.field or "files": err.message}
        return _page(request.form.to_dict(), faults, 400)
    if wants_page():
        return redirect(url_for("videos.video", video_id=video.id), 303)
    response = jsonify(show_job(video))
    response.headers["Location"] = url_for("videos.video", video_id=video.id)
    return response, 201


def _request_slideshow(asked: StreamingRequest) -> VideoJob:
    if asked.mimetype == "application/json":
        asked.max_content_length = MAX_TIMELINE_BYTES
        return _queue(read_options(read_fields(), uploads=0), [], "")
    files = asked.all_files("files", most=MOST_UPLOADS)
    fields = read_fields()
    name, timeline = fields.pop("name", ""), fields.pop("timeline", None)
    if "slides" in fields:
        raise InvalidRequest("slides is no field of a form: write them as JSON, in the field timeline.", field="slides")
    if timeline is not None:
        return _queue(read_timeline(timeline, uploads=len(files), beside=fields), files, name)
    if not files:
        raise InvalidRequest("files is missing: send pictures as files, or slides as a timeline.", field="files")
    slides = [{"upload": number} for number in range(len(files))]
    return _queue(read_options({**fields, "slides": slides}, uploads=len(files)), files, name)


def _queue(options: dict[str, Any], files: list[tuple[Incoming, str]], name: str) -> VideoJob:
    filename = f"{name or _NAME}.{options['format']}"
    return core().service.request_slideshow(owner_id(), options, files, filename, priority=priority())


def _page(asked: dict[str, str], faults: dict[str, str], status: int) -> Response:
    first = next(iter(faults.values()), "")
    page = render_template("slideshow/page.html", asked=asked, faults=faults, first_fault=first)
    return make_response(page, status)
