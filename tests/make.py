"""Make rows and files for tests, with only what a test cares about said."""

import hashlib
from pathlib import Path

from app.jobs.claims import Claim
from app.jobs.options import ThumbnailOptions
from app.media.facts import Picture
from app.models import LOCAL_USER_ID, Artifact, Role, ThumbnailJob, VideoJob
from app.wiring import Core

WORKER = 1


def make_video(core: Core, *, data: bytes = b"not really a video", filename: str = "clip.mp4") -> VideoJob:
    """Receive an upload: a QUEUED video."""
    incoming = core.storage.receive()
    incoming.write(data)
    return core.service.receive_video(LOCAL_USER_ID, incoming, filename)


def make_ready_video(core: Core, **options: object) -> VideoJob:
    """A video whose intake is COMPLETED."""
    video = make_video(core, **options)  # type: ignore[arg-type]
    claim = core.lifecycle.claim_next(WORKER)
    assert claim is not None
    complete_intake(core, claim)
    return core.queries.get_video(LOCAL_USER_ID, video.id)


def make_thumbnail(core: Core, video: VideoJob, **options: object) -> ThumbnailJob:
    """Ask for a thumbnail: a QUEUED job."""
    wanted = ThumbnailOptions(**{"width": 320, "height": 180, **options})  # type: ignore[arg-type]
    job = core.service.request_thumbnail(LOCAL_USER_ID, video.id, wanted).job
    assert isinstance(job, ThumbnailJob)
    return job


def make_artifact(claim: Claim, *, role: Role = Role.IMAGE, data: bytes = b"picture") -> Artifact:
    """What a worker would store for a claim."""
    return Artifact(
        owner_id=claim.owner_id,
        video_id=claim.video_id,
        thumbnail_job_id=None if role is Role.CANDIDATE else claim.ref.id,
        attempt=claim.attempt,
        role=role,
        key=f"outputs/{claim.job_public_id}/{claim.attempt}/{role}.jpg",
        media_type="image/jpeg",
        size_bytes=len(data),
        width=320,
        height=180,
        position_seconds=1.5,
        meta={"rung": "exact", "is_blank": False},
        sha256=hashlib.sha256(data).hexdigest(),
    )


def complete_intake(core: Core, claim: Claim) -> None:
    """Do for an intake's claim what the pipeline would, without any decoder."""
    facts = {"kind": "video", "width": 1280, "height": 720, "duration_seconds": 10.0, "codec": "h264", "is_hdr": False}
    source = {"probe": None, "media_type": "video/mp4"}
    core.lifecycle.complete_video(claim, facts=facts, source=source, poster=make_artifact(claim, role=Role.CANDIDATE))


def complete_thumbnail(core: Core, claim: Claim) -> None:
    """Do for an output's claim what the pipeline would."""
    core.lifecycle.complete_thumbnail(claim, [make_artifact(claim)])


def picture_of(path: Path, **facts: object) -> Picture:
    """Facts of a picture file, as a decoder tells them."""
    data = path.read_bytes()
    known = {
        "name": path.name,
        "media_type": "image/jpeg",
        "width": 320,
        "height": 180,
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "position_seconds": 0.0,
        "rung": "exact",
    }
    return Picture(**{**known, **facts})  # type: ignore[arg-type]
