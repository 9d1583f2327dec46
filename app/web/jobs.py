"""Jobs: the queue, its rows, one job."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from app.errors import InvalidRequest
from app.jobs.claims import JobRef
from app.jobs.counting import count_text
from app.jobs.loading import Job
from app.jobs.queries import Place
from app.jobs.shown import priority_name, show_job
from app.models import JobKind, Priority, Status, ThumbnailJob, VideoJob
from app.web.access import core, owner_id, wants_page
from app.web.contexts.embeds import embed_codes
from app.web.contexts.job_page import hero_of, history, made_files
from app.web.contexts.pictures import archive_path
from app.web.contexts.pulse import acts_of
from app.web.contexts.rows import BLANK_ROW, job_row
from app.web.contexts.wishes import wishes
from app.web.facts import video_facts
from app.web.filters import WORDS
from app.web.numbers import read_number, read_refs
from app.web.words import find_word

bp = Blueprint("jobs", __name__)

PAGE = 100
_HISTORY_SHOWN = 200


@bp.get("/jobs")
def queue() -> Response | str:
    status, after = _read_status(), _read_place()
    last_event_id = core().queries.newest_event_id()
    jobs = core().queries.list_jobs(owner_id(), limit=PAGE + 1, status=status, after=after)
    older = _address(status, jobs[PAGE - 1]) if len(jobs) > PAGE else ""
    if not wants_page():
        return jsonify({"jobs": [show_job(job) for job in jobs[:PAGE]], "next": older or None})
    return render_template(
        "jobs/page.html",
        last_event_id=last_event_id,
        rows=[job_row(job) for job in jobs[:PAGE]],
        limit=PAGE,
        blank_row=BLANK_ROW,
        **_counts(status),
        older=older,
        is_first_page=after is None,
        workers=core().queries.list_workers(core().transactions.now()),
    )


@bp.get("/jobs/rows")
def rows() -> str:
    """Rows of the list alone, for pages that are open already."""
    refs = read_refs(request.args.get("ids", ""), field="ids")
    return render_template(
        "jobs/rows.html", rows=[job_row(job) for job in core().queries.list_jobs_by_ref(owner_id(), refs)]
    )


@bp.get("/jobs/tabs")
def tabs() -> str:
    """What counts jobs, alone: how the queue is doing, and how many jobs are in each state."""
    return render_template("jobs/counts.html", **_counts(_read_status()))


@bp.get("/jobs/videos/<int:job_id>")
def video_job(job_id: int) -> Response | str:
    return _answer(core().queries.get_video(owner_id(), job_id))


@bp.get("/jobs/thumbnails/<int:job_id>")
def thumbnail_job(job_id: int) -> Response | str:
    return _answer(core().queries.get_thumbnail(owner_id(), job_id))


def _answer(job: Job) -> Response | str:
    if not wants_page():
        return jsonify(show_job(job))
    ref = JobRef(job.kind_of_job, job.id)
    last_event_id = core().queries.newest_event_id()
    moves = core().queries.list_history(owner_id(), ref, limit=_HISTORY_SHOWN)
    return render_template(
        "jobs/job.html",
        last_event_id=last_event_id,
        job=job,
        row=job_row(job),
        kept_until=core().retention.kept_until(job),
        priority=priority_name(job.priority),
        priorities=[priority.name.lower() for priority in Priority],
        facts=video_facts(job if isinstance(job, VideoJob) else job.video),
        hero=hero_of(job),
        wishes=wishes(job),
        files=made_files(job),
        archive=archive_path(job),
        embed=embed_codes(job, request.host_url) if isinstance(job, ThumbnailJob) else [],
        history=history(moves),
    )


def _counts(status: Status | None) -> dict[str, Any]:
    counts = core().queries.count_jobs(owner_id())
    pulse = core().queries.read_pulse(owner_id(), core().transactions.now())
    return {
        "tabs": _tabs(counts, status),
        "pulse": pulse,
        "acts": acts_of(pulse, status, counts[status] if status else 0),
        "renews": url_for("jobs.tabs", status=status.value.lower() if status else None),
        "status": status,
    }


def _tabs(counts: Mapping[Status, int], chosen: Status | None) -> list[dict[str, object]]:
    total = {
        "word": "All",
        "count": count_text(sum(counts.values())),
        "href": url_for("jobs.queue"),
        "is_chosen": chosen is None,
    }
    return [
        total,
        *(
            {
                "word": WORDS[status],
                "count": count_text(counts[status]),
                "href": url_for("jobs.queue", status=status.value.lower()),
                "is_chosen": chosen is status,
            }
            for status in Status
        ),
    ]


def _read_status() -> Status | None:
    return find_word(Status, request.args, "status") if request.args.get("status") else None


def _read_place() -> Place | None:
    text = request.args.get("after", "")
    if not text:
        return None
    try:
        moment, kind, number = text.split("_")
        created_at = datetime.fromisoformat(moment)
        if created_at.tzinfo is None:
            raise ValueError("a moment without its zone")
        # Moments at the ends of the calendar have none in UTC.
        return Place(created_at.astimezone(UTC), JobKind(kind), read_number(number, field="after"))
    except (ValueError, OverflowError) as err:
        raise InvalidRequest(
            "after is not a place in this list; follow the link that the page gave.", field="after"
        ) from err


def _address(status: Status | None, last: Job) -> str:
    place = f"{last.created_at.isoformat()}_{last.kind_of_job}_{last.id}"
    return url_for("jobs.queue", status=status.value.lower() if status else None, after=place)
