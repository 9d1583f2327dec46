"""Thousands of jobs at once, as rows: most of them done long ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import func, insert, select, text

from app.extensions import begins_writing, db
from app.models import (
    LOCAL_USER_ID,
    Artifact,
    Base,
    JobEvent,
    Output,
    Role,
    Source,
    Status,
    ThumbnailJob,
    VideoJob,
)
from tests.make import new_event

VIDEOS, OUTPUTS_EACH = 300, 9


def make_many(now: datetime) -> None:
    """Fill the tables: of 300 videos with nine outputs each the last six wait, and some here and there failed."""
    db.session.rollback()
    begins_writing()
    _insert(Source, [_source(number, now) for number in range(1, VIDEOS + 1)])
    _insert(VideoJob, [_video(number, now) for number in range(1, VIDEOS + 1)])
    outputs = [_output(number, now) for number in range(1, VIDEOS * OUTPUTS_EACH + 1)]
    _insert(ThumbnailJob, outputs)
    _insert(Artifact, [_artifact(output) for output in outputs if output["status"] is Status.COMPLETED])
    db.session.add_all(new_event(output["created_at"]) for output in outputs)
    db.session.flush()
    _analyze()
    db.session.commit()


def queue_outputs(video_ids: Sequence[int], number: int, output: Output, since: datetime) -> None:
    """Let so many outputs of these videos wait, of which nobody was told."""
    first = (db.session.scalar(select(func.max(ThumbnailJob.id))) or 0) + 1
    db.session.rollback()
    begins_writing()
    rows = [_output(one, since) | _life(one, Status.QUEUED, since) for one in range(first, first + number)]
    videos = cycle(video_ids)
    _insert(ThumbnailJob, [{**row, "video_id": next(videos), "output": output} for row in rows])
    _analyze()
    db.session.commit()


def _analyze() -> None:
    """Let the database know how many rows there are now; it finds out by itself, but later."""
    if db.engine.dialect.name != "sqlite":
        for model in (Source, VideoJob, ThumbnailJob, Artifact, JobEvent):
            db.session.execute(text(f"ANALYZE TABLE {model.__tablename__}"))


def _insert(model: type[Base], rows: list[dict[str, Any]]) -> None:
    db.session.execute(insert(model), rows)


def _source(number: int, now: datetime) -> dict[str, Any]:
    known = {"size_bytes": 1, "created_at": now, "updated_at": now}
    return {"id": number, "owner_id": LOCAL_USER_ID, "sha256": f"{number:064}", "key": f"sources/{number}", **known}


def _video(number: int, now: datetime) -> dict[str, Any]:
    status = Status.QUEUED if number > VIDEOS - 6 else Status.FAILED if number % 15 == 0 else Status.COMPLETED
    return {"filename": "clip.mp4", "source_id": number, **_life(number, status, now - _age(number / VIDEOS))}


def _output(number: int, now: datetime) -> dict[str, Any]:
    video = (number - 1) // OUTPUTS_EACH + 1
    status = _video(video, now)["status"]
    if status is Status.COMPLETED and number % 100 == 1:
        status = Status.QUEUED
    born = now - _age(number / VIDEOS / OUTPUTS_EACH)
    asked = {"video_id": video, "output": Output.THUMBNAIL, "options": {"t": "10%"}, "fingerprint": f"{number:064}"}
    return {**asked, "width": 320, "height": 180, **_life(number, status, born)}


def _life(number: int, status: Status, born: datetime) -> dict[str, Any]:
    ended = born + timedelta(seconds=2) if status.is_final else None
    times = {"run_after": born, "queued_at": born, "created_at": born, "updated_at": born, "finished_at": ended}
    return {"id": number, "owner_id": LOCAL_USER_ID, "status": status, **times}


def _artifact(output: dict[str, Any]) -> dict[str, Any]:
    number, born = output["id"], output["created_at"]
    file = {
        "key": f"outputs/{number}/image.jpg",
        "media_type": "image/jpeg",
        "size_bytes": 1,
        "sha256": f"{number:064}",
    }
    names = {"thumbnail_job_id": number, "video_id": output["video_id"], "owner_id": LOCAL_USER_ID}
    made = {"attempt": 1, "role": Role.IMAGE, "created_at": born, "updated_at": born}
    return {**names, **file, **made}


def _age(fraction: float) -> timedelta:
    return timedelta(days=90) * (1 - fraction)
