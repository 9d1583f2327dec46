"""What is done with jobs that are there: cancel, retry, put first, delete; and with the queue: pause, resume."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.errors import InvalidRequest
from app.jobs.claims import JobRef
from app.jobs.controls import Filter, Moved
from app.jobs.loading import Job
from app.jobs.shown import show_job
from app.models import JobKind, Output, Status
from app.web.access import core, owner_id, read_priority, wants_page
from app.web.numbers import read_number, read_refs
from app.web.requests import read_fields
from app.web.words import find_word

bp = Blueprint("controls", __name__)

VIDEO, THUMBNAIL = {"kind": JobKind.VIDEO}, {"kind": JobKind.THUMBNAIL}
_FILTERS = ("ids", "status", "type", "output", "video_id")


@bp.post("/jobs/videos/<int:job_id>/cancel", defaults=VIDEO)
@bp.post("/jobs/thumbnails/<int:job_id>/cancel", defaults=THUMBNAIL)
def cancel(kind: JobKind, job_id: int) -> Response | BaseResponse:
    """Cancel a job that waits or is worked on."""
    return _answer(core().controls.cancel(owner_id(), JobRef(kind, job_id)))


@bp.post("/jobs/videos/<int:job_id>/retry", defaults=VIDEO)
@bp.post("/jobs/thumbnails/<int:job_id>/retry", defaults=THUMBNAIL)
def retry(kind: JobKind, job_id: int) -> Response | BaseResponse:
    """Queue a job again that failed, was cancelled or has expired."""
    return _answer(core().controls.retry(owner_id(), JobRef(kind, job_id)))


@bp.post("/jobs/videos/<int:job_id>/priority", defaults=VIDEO)
@bp.post("/jobs/thumbnails/<int:job_id>/priority", defaults=THUMBNAIL)
def prioritize(kind: JobKind, job_id: int) -> Response | BaseResponse:
    """Let a waiting job be claimed sooner or later: `priority` is high, normal or low."""
    wanted = read_priority(read_fields().get("priority"))
    return _answer(core().controls.prioritize(owner_id(), JobRef(kind, job_id), wanted))


@bp.post("/jobs/cancel")
def cancel_many() -> Response | BaseResponse:
    """Cancel the jobs that are meant: `ids`, or all of a `status`, `type`, `output` or `video_id`."""
    return _many(core().controls.cancel_many)


@bp.post("/jobs/retry")
def retry_many() -> Response | BaseResponse:
    """Queue the jobs again that are meant."""
    return _many(core().controls.retry_many)


@bp.delete("/videos/<int:video_id>")
@bp.post("/videos/<int:video_id>/delete")
def delete_video(video_id: int) -> tuple[str, int] | BaseResponse:
    """Delete a video with everything made from it."""
    core().controls.delete_video(owner_id(), video_id)
    return redirect(url_for("videos.index"), 303) if wants_page() else ("", 204)


@bp.get("/queue")
def queue() -> Response | BaseResponse:
    """How the queue is doing."""
    if wants_page():
        return redirect(url_for("jobs.queue"), 303)
    return jsonify(core().queries.read_pulse(owner_id(), core().transactions.now()).to_json())


@bp.post("/queue/pause")
def pause() -> Response | BaseResponse:
    """Hand out no more jobs; those in hand are finished."""
    core().controls.pause(owner_id())
    return queue()


@bp.post("/queue/resume")
def resume() -> Response | BaseResponse:
    """Hand out jobs again."""
    core().controls.resume(owner_id())
    return queue()


def _answer(job: Job) -> Response | BaseResponse:
    return _back(f"/jobs/{job.kind_of_job}s/{job.id}") if wants_page() else jsonify(show_job(job))


def _many(move: Callable[[int, Filter], Moved]) -> Response | BaseResponse:
    moved = move(owner_id(), _read_filter(read_fields()))
    return _back(url_for("jobs.queue")) if wants_page() else jsonify({"count": moved.count, "has_more": moved.has_more})


def _back(default: str) -> BaseResponse:
    """Lead a person back to the page of ours where the button was."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return redirect(default, 303)
    return redirect(came_from._replace(scheme="", netloc="").geturl() or default, 303)


def _read_filter(fields: Mapping[str, Any]) -> Filter:
    """Read which jobs are meant. Raises InvalidRequest; nothing at all is not taken for everything."""
    if unknown := set(fields) - set(_FILTERS):
        raise InvalidRequest(f"{min(unknown)} is not one of {', '.join(_FILTERS)}.", field=min(unknown))
    if not fields:
        raise InvalidRequest(f"Say which jobs are meant, by {', '.join(_FILTERS)}.", field="status")
    ids = fields.get("ids", "")
    listed = ",".join(str(one) for one in ids) if isinstance(ids, list) else str(ids)
    refs = read_refs(listed, field="ids")
    if "ids" in fields and not refs:
        raise InvalidRequest("ids names no job: write video-1,thumbnail-12.", field="ids")
    return Filter(
        refs=refs,
        status=find_word(Status, fields, "status"),
        kind=find_word(JobKind, fields, "type"),
        output=find_word(Output, fields, "output"),
        video_id=read_number(str(fields["video_id"]), field="video_id") if "video_id" in fields else None,
    )
