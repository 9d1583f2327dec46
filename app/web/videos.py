"""Videos: the library, an upload, one video."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.jobs.options import InvalidOptions, read_thumbnail_options
from app.jobs.shown import show_job
from app.models import JobKind, VideoJob
from app.web.access import core, owner_id, wants_page
from app.web.contexts import count_text, job_row, video_card
from app.web.facts import video_facts
from app.web.numbers import find_number, read_refs

bp = Blueprint("videos", __name__)

PAGE = 48
_OUTPUTS_SHOWN = 50
_SUGGESTED_SIDE = 640
# The fields of the form, as its labels call them.
_FIELDS = {"t": "Position", "width": "Width", "height": "Height", "fit": "Fit", "format": "Format"}


@bp.get("/")
def index() -> str:
    last_event_id = core().queries.newest_event_id()
    before = find_number(request.args.get("before", ""), field="before")
    videos = core().queries.list_videos(owner_id(), limit=PAGE + 1, before_id=before)
    return render_template(
        "library/page.html",
        last_event_id=last_event_id,
        cards=[video_card(video) for video in videos[:PAGE]],
        limit=PAGE,
        older=url_for("videos.index", before=videos[PAGE - 1].id) if len(videos) > PAGE else "",
        is_first_page=before is None,
        total=_total(),
        max_upload_bytes=core().settings.max_upload_bytes,
    )


@bp.get("/videos/count")
def count() -> str:
    """How many videos there are, for pages that are open already."""
    return render_template("library/_count.html", total=_total())


@bp.get("/videos/cards")
def cards() -> str:
    """Library cards alone, for pages that are open already."""
    refs = read_refs(request.args.get("ids", ""), field="ids")
    videos = core().queries.list_videos_by_id(owner_id(), [ref.id for ref in refs if ref.kind is JobKind.VIDEO])
    return render_template("library/cards.html", cards=[video_card(video) for video in videos])


@bp.get("/videos/outputs")
def outputs() -> str:
    """A video's outputs alone, for pages that are open already."""
    refs = read_refs(request.args.get("ids", ""), field="ids")
    return render_template(
        "video/outputs.html", outputs=[job_row(job) for job in core().queries.list_jobs_by_ref(owner_id(), refs)]
    )


@bp.get("/videos")
def list_videos() -> Response | BaseResponse:
    if wants_page():
        return redirect(url_for("videos.index"), 303)
    before = find_number(request.args.get("before", ""), field="before")
    limit = min(find_number(request.args.get("limit", ""), field="limit") or PAGE, 200)
    videos = core().queries.list_videos(owner_id(), limit=limit + 1, before_id=before)
    next_page = url_for("videos.list_videos", before=videos[limit - 1].id, limit=limit) if len(videos) > limit else None
    return jsonify({"videos": [show_job(video) for video in videos[:limit]], "next": next_page})


@bp.post("/videos")
def upload() -> tuple[Response, int] | BaseResponse:
    incoming, filename = request.one_file("video")  # type: ignore[attr-defined]
    video = core().service.receive_video(owner_id(), incoming, filename)
    if wants_page():
        return redirect(url_for("videos.index"), 303)
    response = jsonify(show_job(video))
    response.headers["Location"] = url_for("videos.video", video_id=video.id)
    return response, 201


@bp.get("/videos/<int:video_id>")
def video(video_id: int) -> Response | str:
    if not wants_page():
        return jsonify(show_job(core().queries.get_video(owner_id(), video_id)))
    return _render_video(video_id, {})


@bp.post("/videos/<int:video_id>/thumbnails")
def ask_for_thumbnail(video_id: int) -> BaseResponse:
    """The page's form; programs use `POST /thumbnails/<video_id>/<width>/<height>`."""
    asked = _asked(request.form)
    try:
        options = read_thumbnail_options(asked)
    except InvalidOptions as err:
        faults = {field: _FIELDS[field] + fault.removeprefix(field) for field, fault in err.faults.items()}
        return make_response(_render_video(video_id, faults), 400)
    core().service.request_thumbnail(owner_id(), video_id, options)
    # The form keeps what was asked: the next one often differs in one field.
    return redirect(f"{url_for('videos.video', video_id=video_id)}?{urlencode(asked)}#outputs", 303)


@bp.get("/videos/<int:video_id>/thumbnails")
def outputs_of_video(video_id: int) -> BaseResponse:
    """Where a form that was refused stays: loaded again, it is the video's page."""
    return redirect(url_for("videos.video", video_id=video_id), 303)


def _total() -> str:
    return count_text(core().queries.count_videos(owner_id()))


def _render_video(video_id: int, errors: dict[str, str]) -> str:
    last_event_id = core().queries.newest_event_id()
    video = core().queries.get_video(owner_id(), video_id)
    outputs = core().queries.list_thumbnails(owner_id(), video_id, limit=_OUTPUTS_SHOWN)
    return render_template(
        "video/page.html",
        last_event_id=last_event_id,
        video=video,
        card=video_card(video),
        intake=job_row(video),
        facts=video_facts(video),
        outputs=[job_row(job) for job in outputs],
        limit=_OUTPUTS_SHOWN,
        errors=errors,
        asked={**_suggestion(video), **_asked(request.args), **_asked(request.form)},
    )


def _asked(values: Mapping[str, str]) -> dict[str, str]:
    return {field: values[field] for field in _FIELDS if field in values}


def _suggestion(video: VideoJob) -> dict[str, str]:
    """Return what the form begins with: the video's own shape, and no larger than it is."""
    width, height = video.width or 16, video.height or 9
    scale = _SUGGESTED_SIDE / max(width, height)
    if video.width:
        scale = min(scale, 1.0)
    return {
        "t": "",
        "width": str(max(1, round(width * scale))),
        "height": str(max(1, round(height * scale))),
        "fit": "fit",
        "format": "jpg",
    }
