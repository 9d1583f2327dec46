"""Videos: the library, an upload, one video."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Gone, NotFound
from app.jobs.counting import count_text
from app.jobs.shown import show_job
from app.models import JobKind, Status
from app.web.access import core, owner_id, priority, wants_page
from app.web.contexts.cards import video_card
from app.web.contexts.rows import job_row
from app.web.files import send_source
from app.web.forms.filling import read_asked
from app.web.numbers import find_number, read_refs
from app.web.video_page import render_video

bp = Blueprint("videos", __name__)

PAGE = 48


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
    video = core().service.receive_video(owner_id(), incoming, filename, priority=priority())
    if wants_page():
        return redirect(url_for("videos.index"), 303)
    response = jsonify(show_job(video))
    response.headers["Location"] = url_for("videos.video", video_id=video.id)
    return response, 201


@bp.get("/videos/<int:video_id>")
def video(video_id: int) -> Response:
    if not wants_page():
        return jsonify(show_job(core().queries.get_video(owner_id(), video_id)))
    return render_video(video_id, read_asked(request.args))


@bp.get("/videos/<int:video_id>/source")
def source(video_id: int) -> Response:
    """The file that a video came as: whole, or the part that a player asks for."""
    video = core().queries.get_video(owner_id(), video_id)
    if video.status is Status.EXPIRED:
        raise Gone(f"The file of video {video_id} is not kept any more.", field="video_id", code="source_expired")
    if video.source is None:
        raise NotFound(f"Video {video_id} has no file of its own.", field="video_id", code="source_not_found")
    return send_source(video.source, video.filename)


def _total() -> str:
    return count_text(core().queries.count_videos(owner_id()))
