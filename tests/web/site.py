"""A site of a test's own, filled without any decoder, and how browsers and programs knock at it."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from app import create_app
from app.config import Settings
from app.extensions import db
from app.jobs.claims import Claim
from app.jobs.outputs import OUTPUTS
from app.media.products import MEDIA_TYPES
from app.models import LOCAL_USER_ID, Artifact, Output, Role, ThumbnailJob, VideoJob
from app.wiring import Core
from tests.make import STAYS, claim_job, key_of, make_artifact, make_owner, make_thumbnail, make_video, wish_of

# What a browser sends with the address that a person typed, and with a form of our own page.
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"}
PICTURE, POSTER = b"the picture", b"the poster"
LAYERS = {"network": "on", "limits": "on", "files": "off: no Landlock here"}
DATABASE = "vtm.sqlite3"


class Visitor(FlaskClient):
    """A client that reads every answer to its end and lets go of it."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **{"buffered": True, **options})

    @property
    def core(self) -> Core:
        core: Core = self.application.extensions["vtm"]
        return core

    def stored(self, folder: str = "") -> list[str]:
        """Name the files below a folder of the data folder."""
        top = self.core.settings.data_path / folder
        return sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())

    def page(self, path: str, status: int = 200) -> str:
        """Return the page that a browser gets at an address."""
        answer = self.get(path, headers=BROWSER)
        assert (answer.status_code, answer.mimetype) == (status, "text/html")
        return answer.text


@contextmanager
def open_site(data: Path, *, migrated: Path | None = None, **settings: Any) -> Iterator[Visitor]:
    """Put the web application together on a data folder; `migrated` is a database to begin with."""
    data.mkdir(parents=True, exist_ok=True)
    if migrated is not None:
        shutil.copyfile(migrated, data / DATABASE)
    app = create_app(Settings(data_dir=str(data), **settings))
    app.test_client_class = Visitor
    client = app.test_client()
    assert isinstance(client, Visitor)
    try:
        yield client
    finally:
        client.core.close()


# --- filling it -----------------------------------------------------------------------------------------------------


def add_video(client: Visitor, **options: Any) -> VideoJob:
    """A QUEUED video."""
    with client.application.app_context():
        return make_video(client.core, **options)


def add_ready_video(client: Visitor, *, poster: bytes = POSTER, kind: str = "video", **options: Any) -> VideoJob:
    """A COMPLETED video with a poster."""
    with client.application.app_context():
        video = make_video(client.core, **options)
        claim = claim_job(client.core, video)
        facts: dict[str, Any] = {"kind": kind, "width": 1280, "height": 720, "codec": "h264", "is_hdr": False}
        facts["duration_seconds"] = 10.0 if kind == "video" else None
        source = {"probe": None, "media_type": "video/mp4"}
        artifact = _store(client.core, claim, Role.CANDIDATE, poster)
        client.core.lifecycle.complete_video(claim, facts=facts, source=source, candidates=[artifact])
        return client.core.queries.get_video(video.owner_id, video.id)


def add_failed_video(client: Visitor, **options: Any) -> VideoJob:
    """A video that cannot be read."""
    with client.application.app_context():
        video = make_video(client.core, **options)
        client.core.lifecycle.fail(claim_job(client.core, video), STAYS)
        return video


def add_thumbnail(client: Visitor, video: VideoJob, **options: Any) -> ThumbnailJob:
    """A QUEUED thumbnail."""
    with client.application.app_context():
        return make_thumbnail(client.core, video, **options)


def add_picture(client: Visitor, video: VideoJob, *, data: bytes = PICTURE, **options: Any) -> ThumbnailJob:
    """A COMPLETED thumbnail whose bytes are stored."""
    with client.application.app_context():
        job = make_thumbnail(client.core, video, **options)
        claim = claim_job(client.core, job)
        client.core.lifecycle.complete_thumbnail(claim, [_store(client.core, claim, Role.IMAGE, data)])
        return client.core.queries.get_thumbnail(job.owner_id, job.id)


def add_output(
    client: Visitor,
    video: VideoJob,
    output: Output,
    *files: tuple[str, Role],
    notes: Sequence[str] = (),
    **options: Any,
) -> ThumbnailJob:
    """A COMPLETED output that is these files, each of which says its name."""
    with client.application.app_context():
        wish = OUTPUTS[output].read(options)
        job = client.core.service.request_output(video.owner_id, video.id, wish).job
        claim = claim_job(client.core, job)
        made = [_store(client.core, claim, role, name.encode(), name=name) for name, role in files]
        client.core.lifecycle.complete_thumbnail(claim, made, notes)
        return client.core.queries.get_thumbnail(job.owner_id, job.id)


def add_failed_thumbnail(client: Visitor, video: VideoJob, **options: Any) -> ThumbnailJob:
    """A thumbnail that cannot be made."""
    with client.application.app_context():
        job = make_thumbnail(client.core, video, **options)
        client.core.lifecycle.fail(claim_job(client.core, job), STAYS)
        return job


def begin(client: Visitor, job: VideoJob | ThumbnailJob, *, progress: float = 0.0) -> Claim:
    """Bring a job to PROCESSING."""
    with client.application.app_context():
        claim = claim_job(client.core, job)
        client.core.lifecycle.report(claim, stage="Decoding", progress=progress)
        return claim


def add_strangers_video(client: Visitor) -> VideoJob:
    """A video of somebody else."""
    with client.application.app_context():
        owner_id = make_owner()
    return add_ready_video(client, owner_id=owner_id, filename="secret.mp4", data=b"somebody else's")


def add_worker(client: Visitor, *, seats: int = 2) -> int:
    """A worker that has just been heard of."""
    with client.application.app_context():
        return client.core.workers.enter(seats=seats, jail=LAYERS)


def add_many(client: Visitor, *, videos: int, thumbnails: int) -> None:
    """Many QUEUED jobs of one and the same moment: what orders them is not their time."""
    with client.application.app_context():
        now = client.core.transactions.now()
        made = {"owner_id": LOCAL_USER_ID, "run_after": now, "queued_at": now, "created_at": now, "updated_at": now}
        rows = [VideoJob(filename=f"{number}.mp4", **made) for number in range(videos)]
        db.session.add_all(rows)
        db.session.flush()
        options = dict(wish_of(width=1, height=1).options)
        db.session.add_all(
            ThumbnailJob(video_id=rows[0].id, width=1, height=1, options=options, fingerprint=str(number), **made)
            for number in range(thumbnails)
        )
        db.session.commit()


def _store(core: Core, claim: Claim, role: Role, data: bytes, *, name: str = "") -> Artifact:
    artifact = make_artifact(claim, role=role, data=data)
    if name:
        artifact.thumbnail_job_id, artifact.media_type = claim.ref.id, MEDIA_TYPES[name.rpartition(".")[2]]
        artifact.key = key_of(claim, name)
    incoming = core.storage.receive(artifact.key)
    incoming.write(data)
    incoming.keep()
    return artifact


# --- what happens to it ---------------------------------------------------------------------------------------------


def lose_database(client: Visitor) -> None:
    """Take the database's file away, as a disk that is unmounted does; a folder of its name stands in its place."""
    with client.application.app_context():
        db.engine.dispose()
    file = client.core.settings.data_path / DATABASE
    file.rename(file.with_suffix(".away"))
    file.mkdir()


def find_database(client: Visitor) -> None:
    """Put the file back."""
    file = client.core.settings.data_path / DATABASE
    file.rmdir()
    file.with_suffix(".away").rename(file)


@contextmanager
def counted(client: Visitor) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with client.application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
