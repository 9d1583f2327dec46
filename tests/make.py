"""Make rows and files for tests, with only what a test cares about said."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select, update

from app.extensions import db
from app.jobs.claims import Claim, Failure, JobRef
from app.jobs.loading import Job, load_job
from app.jobs.options.fields import POSTER
from app.jobs.options.wish import Wish
from app.media.facts import Product
from app.media.requests.base import Fit
from app.models import (
    LOCAL_USER_ID,
    Artifact,
    Base,
    JobEvent,
    JobKind,
    Output,
    Role,
    Status,
    ThumbnailJob,
    User,
    VideoJob,
)
from app.storage.base import Incoming
from app.storage.keys import new_source_key, output_key
from app.wiring import Core

T = TypeVar("T")

WORKER = 1
HEALS = Failure(code="decoder_crashed", message="The decoder fell over.", is_retryable=True)
SAID = ("mov: h264 64 × 36", "[h264] a block that <breaks>")
STAYS = Failure(code="not_a_video", message="This is not a video.", log=SAID)


def make_video(
    core: Core,
    *,
    data: bytes = b"not really a video",
    filename: str = "clip.mp4",
    owner_id: int = LOCAL_USER_ID,
) -> VideoJob:
    """Receive an upload: a QUEUED video."""
    return core.service.receive_video(owner_id, make_incoming(core, data, owner_id=owner_id), filename)


def make_incoming(core: Core, data: bytes = b"", *, owner_id: int = LOCAL_USER_ID) -> Incoming:
    """Bytes that have arrived and are not kept yet."""
    incoming = core.storage.receive(new_source_key(owner_id))
    incoming.write(data)
    return incoming


def make_ready_video(core: Core, **options: object) -> VideoJob:
    """A video whose intake is COMPLETED."""
    video = make_video(core, **options)  # type: ignore[arg-type]
    complete_intake(core, claim_job(core, video))
    return core.queries.get_video(video.owner_id, video.id)


def make_thumbnail(core: Core, video: VideoJob, **options: object) -> ThumbnailJob:
    """Ask for a thumbnail: a QUEUED job."""
    wanted = wish_of(**options)  # type: ignore[arg-type]
    job = core.service.request_output(video.owner_id, video.id, wanted).job
    assert isinstance(job, ThumbnailJob)
    return job


def wish_of(
    *, width: int = 320, height: int = 180, position: str = POSTER, fit: Fit = Fit.FIT, image_format: str = "jpg"
) -> Wish:
    """One thumbnail that somebody may ask for."""
    options = {"t": position, "fit": fit.value, "format": image_format}
    return Wish(output=Output.THUMBNAIL, options=options, width=width, height=height)


def make_failed_thumbnail(core: Core) -> ThumbnailJob:
    """An output that FAILED, of a video that is ready."""
    job = make_thumbnail(core, make_ready_video(core))
    core.lifecycle.fail(claim_job(core, job), STAYS)
    return job


def make_owner() -> int:
    """Somebody else than the local user; the same one whenever asked."""
    known = db.session.scalar(select(User).where(User.name == "somebody else"))
    if known is None:
        local = db.session.get_one(User, LOCAL_USER_ID)
        known = User(name="somebody else", role="user", created_at=local.created_at, updated_at=local.updated_at)
        db.session.add(known)
        db.session.commit()
    return known.id


def make_artifact(claim: Claim, *, role: Role = Role.IMAGE, data: bytes = b"picture") -> Artifact:
    """What a worker would store for a claim."""
    return Artifact(
        owner_id=claim.owner_id,
        video_id=claim.video_id,
        thumbnail_job_id=None if role is Role.CANDIDATE else claim.ref.id,
        attempt=claim.attempt,
        role=role,
        key=key_of(claim, f"{role}.jpg"),
        media_type="image/jpeg",
        size_bytes=len(data),
        width=320,
        height=180,
        position_seconds=1.5,
        meta={"rung": "exact", "is_blank": False},
        sha256=hashlib.sha256(data).hexdigest(),
    )


def key_of(claim: Claim, file: str) -> str:
    """Where a file of a claim's attempt is stored."""
    return output_key(
        claim.owner_id,
        video=claim.video_public_id,
        job=claim.job_public_id,
        attempt=claim.attempt,
        file=file,
    )


def complete_intake(core: Core, claim: Claim) -> None:
    """Do for an intake's claim what the pipeline would, without any decoder."""
    facts = {"kind": "video", "width": 1280, "height": 720, "duration_seconds": 10.0, "codec": "h264", "is_hdr": False}
    source = {"probe": None, "media_type": "video/mp4"}
    core.lifecycle.complete_video(
        claim, facts=facts, source=source, candidates=[make_artifact(claim, role=Role.CANDIDATE)]
    )


def complete_thumbnail(core: Core, claim: Claim) -> None:
    """Do for an output's claim what the pipeline would."""
    core.lifecycle.complete_thumbnail(claim, [make_artifact(claim)])


def picture_of(path: Path, **facts: object) -> Product:
    """Facts of a picture file, as a decoder tells them."""
    data = path.read_bytes()
    known = {
        "name": path.name,
        "role": "image",
        "media_type": "image/jpeg",
        "width": 320,
        "height": 180,
        "offset_bytes": 0,
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "position_seconds": 0.0,
        "rung": "exact",
    }
    return Product(**{**known, **facts})  # type: ignore[arg-type]


def claim_job(core: Core, job: Job | None = None, *, worker_id: int = WORKER) -> Claim:
    """Claim this job, or whichever comes next."""
    claim = core.lifecycle.claim(ref_of(job), worker_id) if job else core.lifecycle.claim_next(worker_id)
    assert claim is not None
    return claim


def ref_of(job: Job) -> JobRef:
    return JobRef(job.kind_of_job, job.id)


def row_of(job: Job) -> Job:
    """The job as its row is now, whoever changed it."""
    db.session.rollback()
    return load_job(db.session(), ref_of(job))


def events_of(job: Job) -> list[JobEvent]:
    """Everything that was told of a job, oldest first."""
    db.session.rollback()
    query = select(JobEvent).where(JobEvent.job_type == job.kind_of_job, JobEvent.job_id == job.id)
    return list(db.session.scalars(query.order_by(JobEvent.id)))


def new_event(created_at: datetime, *, owner_id: int = LOCAL_USER_ID) -> JobEvent:
    """An event of no job in particular, not stored yet."""
    return JobEvent(
        owner_id=owner_id,
        job_type=JobKind.VIDEO,
        job_id=1,
        event="job.progressed",
        status=Status.PROCESSING,
        attempt=1,
        version=1,
        payload={"id": 1, "type": "video", "filename": "clip.mp4", "progress": 0.5, "error": None},
        created_at=created_at,
    )


def add_events(count: int, created_at: datetime, *, owner_id: int = LOCAL_USER_ID) -> list[int]:
    """Append events that nobody is told of; return their ids."""
    rows = [new_event(created_at, owner_id=owner_id) for _ in range(count)]
    db.session.add_all(rows)
    db.session.commit()
    return [row.id for row in rows]


def artifacts_of(video: VideoJob) -> list[Artifact]:
    """Every stored result of a video, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(select(Artifact).where(Artifact.video_id == video.id).order_by(Artifact.id)))


def count_rows(model: type[Base]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def set_columns(job: Job, **values: object) -> None:
    """Bring a row into a state that no verb leads to, or not quickly."""
    db.session.rollback()
    db.session.execute(update(type(job)).where(type(job).id == job.id).values(**values))
    db.session.commit()


def all_at_once(core: Core, count: int, call: Callable[[int], T]) -> list[T]:
    """Call from `count` threads at the same moment, each in an app's context of its own; return the results."""
    gate = threading.Barrier(count)

    def run(number: int) -> T:
        gate.wait(30)
        with core.app.app_context():
            return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
