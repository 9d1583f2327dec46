"""Asks for outputs and finishes them with files that say their own names."""

from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.jobs.claims import Claim
from app.models import Artifact, Role, ThumbnailJob, VideoJob
from tests.make import claim_job, key_of, make_artifact
from tests.web.site import Visitor


def ask(client: Visitor, video: VideoJob, **wish: Any) -> Any:
    return client.post(f"/videos/{video.id}/outputs", json=wish)


def add_finished(client: Visitor, video: VideoJob, *names: str) -> ThumbnailJob:
    """A COMPLETED output of files that say their names."""
    answer = ask(client, video, output="thumbnail", count=len(names), width=320)
    return finish(client, answer.json["id"], *names)


def finish(client: Visitor, job_id: int, *names: str, role: Role = Role.IMAGE) -> ThumbnailJob:
    with client.application.app_context():
        job = db.session.get_one(ThumbnailJob, job_id)
        claim = claim_job(client.core, job)
        files = [stored(client, claim, name, role, job_id=job_id) for name in names]
        client.core.lifecycle.complete_thumbnail(claim, files)
        return job


def add_stills(client: Visitor, video: VideoJob, *stills: tuple[Role, float]) -> list[str]:
    """Stills of a video; returns their public ids."""
    with client.application.app_context():
        known = db.session.scalars(select(Artifact).where(Artifact.video_id == video.id)).first()
        assert known is not None
        added = []
        for number, (role, score) in enumerate(stills):
            data = f"still {number}".encode()
            key = f"outputs/stills/{number}.jpg"
            store(client, key, data)
            added.append(
                Artifact(
                    owner_id=video.owner_id,
                    video_id=video.id,
                    attempt=1,
                    role=role,
                    key=key,
                    media_type="image/jpeg",
                    size_bytes=len(data),
                    score=score,
                    sha256=f"{number:064}",
                    created_at=known.created_at,
                    updated_at=known.created_at,
                )
            )
        db.session.add_all(added)
        db.session.commit()
        return [artifact.public_id for artifact in added]


def stored(client: Visitor, claim: Claim, name: str, role: Role, *, job_id: int) -> Artifact:
    artifact = make_artifact(claim, role=role, data=name.encode())
    artifact.thumbnail_job_id, artifact.key = job_id, key_of(claim, name)
    store(client, artifact.key, name.encode())
    return artifact


def store(client: Visitor, key: str, data: bytes) -> None:
    incoming = client.core.storage.receive(key)
    incoming.write(data)
    incoming.keep()
