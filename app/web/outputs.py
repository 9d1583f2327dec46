"""Outputs: asking for any of them, the files they are, and which frame stands for a video."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.errors import InvalidRequest, NotFound, TooLarge
from app.jobs.candidates import best_first
from app.jobs.names import TITLES, preset_name
from app.jobs.outputs import OUTPUTS
from app.jobs.presets import Preset
from app.jobs.queries import refuse_expired
from app.jobs.shown import show_candidate, show_job
from app.models import Output, Role, Status, ThumbnailJob
from app.web.access import core, owner_id, priority, wants_page
from app.web.downloads import noted
from app.web.files import send_archive, send_artifact
from app.web.filters import stem
from app.web.forms.filling import Asked, kept, read_asked
from app.web.requests import read_fields
from app.web.video_page import render_video

bp = Blueprint("outputs", __name__)


@bp.get("/outputs")
def kinds() -> Response:
    """Which outputs there are, and which presets."""
    return jsonify(
        {
            "outputs": [{"output": output.value, "title": TITLES[output]} for output in OUTPUTS],
            "presets": [_shown(preset) for preset in core().presets],
        }
    )


@bp.post("/videos/<int:video_id>/outputs")
def ask(video_id: int) -> tuple[Response, int] | BaseResponse:
    """Ask for an output: `output` or `preset`, and options, as JSON or as a form."""
    fields = read_fields()
    try:
        answer = core().service.request_output(
            owner_id(), video_id, core().presets.read_wish(fields), priority=priority()
        )
    except InvalidRequest as err:
        # An output that is none, or not of such a source, has no form on the page.
        if wants_page() and err.field != "output":
            return render_video(video_id, read_asked(request.form, err), status=400)
        raise
    return _answer(answer.job, is_new=answer.is_new)


@bp.get("/videos/<int:video_id>/outputs")
@bp.get("/videos/<int:video_id>/poster")
def outputs_of_video(video_id: int) -> BaseResponse:
    """Where a form that was refused stays: loaded again, it is the video."""
    return redirect(url_for("videos.video", video_id=video_id), 303)


@bp.post("/videos/<int:video_id>/poster")
def choose_poster(video_id: int) -> tuple[Response, int] | BaseResponse:
    """Choose the frame that stands for a video: a `candidate`, any position `t`, or an uploaded `poster`."""
    if request.mimetype == "multipart/form-data" and request.files:
        return _take_poster(video_id)
    wanted = read_fields()
    if "candidate" in wanted:
        video = core().service.choose_poster(owner_id(), video_id, str(wanted["candidate"]))
        return _to_video(video_id, "poster") if wants_page() else (jsonify(show_job(video)), 200)
    if "t" not in wanted:
        raise InvalidRequest("Send a candidate, a position t, or a picture as poster.", field="candidate")
    wish = core().presets.read_wish({"output": Output.POSTER.value, **wanted})
    answer = core().service.request_output(owner_id(), video_id, wish, priority=priority())
    return _answer(answer.job, is_new=answer.is_new)


@bp.get("/videos/<int:video_id>/candidates")
def candidates(video_id: int) -> Response:
    """Which frames may stand for a video, the best first, and which may not, with the reason."""
    video = core().queries.get_video(owner_id(), video_id)
    found = best_first(core().queries.list_candidates(owner_id(), video_id), video.poster_artifact_id)
    return jsonify({"candidates": [show_candidate(artifact, video) for artifact in found]})


@bp.get("/videos/<int:video_id>/candidates/<public_id>")
def candidate(video_id: int, public_id: str) -> Response:
    """The picture of one candidate."""
    artifact = core().queries.get_candidate(owner_id(), video_id, public_id)
    return send_artifact(artifact, artifact.name)


@bp.get("/jobs/thumbnails/<int:job_id>/files/<name>")
def file(job_id: int, name: str) -> Response:
    """One of the files that an output is."""
    job = core().queries.get_thumbnail(owner_id(), job_id)
    return noted(send_artifact(core().queries.get_file(job, name), f"{stem(job.video.filename)}-{name}"), job_id)


@bp.get("/jobs/thumbnails/<int:job_id>/files.zip")
def archive(job_id: int) -> Response:
    """All files of an output in one archive, but for the one that may be among them."""
    job = core().queries.get_thumbnail(owner_id(), job_id)
    refuse_expired(job)
    files = [artifact for artifact in job.artifacts if artifact.role is not Role.ARCHIVE]
    if job.status is not Status.COMPLETED or not files:
        raise NotFound(f"Job {job_id} has no files yet.", field="id", code="file_not_found")
    return noted(send_archive(files, f"{stem(job.video.filename)}-{job.output.value.replace('_', '-')}.zip"), job_id)


def _take_poster(video_id: int) -> tuple[Response, int] | BaseResponse:
    try:
        incoming, _name = request.one_file("poster")  # type: ignore[attr-defined]
        answer = core().service.receive_poster(owner_id(), video_id, incoming, priority=priority())
    except (InvalidRequest, TooLarge) as err:
        if wants_page():
            # The sentence calls the field as programs do.
            fault = (
                f"The picture{err.message.removeprefix('poster')}" if err.message.startswith("poster") else err.message
            )
            return render_video(video_id, Asked(), poster_fault=fault, status=400)
        raise
    return _answer(answer.job, is_new=answer.is_new)


def _answer(job: Any, *, is_new: bool) -> tuple[Response, int] | BaseResponse:
    if wants_page() and isinstance(job, ThumbnailJob):
        return _to_video(job.video_id, "outputs")
    response = jsonify(show_job(job))
    response.headers["Location"] = url_for("jobs.thumbnail_job", job_id=job.id)
    return response, 201 if is_new else 200


def _to_video(video_id: int, part: str) -> BaseResponse:
    """Lead back to the part of the page that shows what was done. The form keeps what was asked."""
    query = kept(request.form)
    return redirect(f"{url_for('videos.video', video_id=video_id)}{f'?{query}' if query else ''}#{part}", 303)


def _shown(preset: Preset) -> Mapping[str, Any]:
    title = preset_name(preset.name)
    return {"preset": preset.name, "title": title, "output": preset.output.value, "options": preset.options}
