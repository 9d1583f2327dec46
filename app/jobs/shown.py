"""A job as everybody is shown it: the JSON of the API, of live events and of pages alike."""

from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields

from app.models import Artifact, JobKind, Status, ThumbnailJob, VideoJob

# Enough of a hash to tell two pictures at one address apart.
_VERSION_LENGTH = 12


class ErrorSchema(Schema):
    """Why a job failed: a stable code, a sentence, and whether trying again can help."""

    code = fields.String(attribute="error_code")
    message = fields.String(attribute="error_message")
    is_retryable = fields.Boolean()


class PictureSchema(Schema):
    """A picture that was made."""

    width = fields.Integer()
    height = fields.Integer()
    size_bytes = fields.Integer()
    media_type = fields.String()
    position_seconds = fields.Float()


class JobSchema(Schema):
    """What all jobs show."""

    id = fields.Integer()
    public_id = fields.String()
    type = fields.Function(lambda job: job.kind_of_job.value)
    name = fields.String()
    status = fields.Function(lambda job: job.status.value)
    progress = fields.Float()
    stage = fields.String()
    attempt = fields.Integer()
    max_attempts = fields.Integer()
    priority = fields.Integer()
    version = fields.Integer()
    error = fields.Function(lambda job: ErrorSchema().dump(job) if job.error_code else None)
    created_at = fields.DateTime(format="iso")
    queued_at = fields.DateTime(format="iso")
    started_at = fields.DateTime(format="iso", allow_none=True)
    finished_at = fields.DateTime(format="iso", allow_none=True)


class VideoJobSchema(JobSchema):
    """A video and its intake."""

    filename = fields.String()
    origin = fields.Function(lambda job: job.origin.value)
    kind = fields.String()
    width = fields.Integer()
    height = fields.Integer()
    duration_seconds = fields.Float()
    codec = fields.String()
    is_hdr = fields.Boolean()
    poster = fields.Function(lambda job: _poster(job))


class ThumbnailJobSchema(JobSchema):
    """One output of one video."""

    video_id = fields.Integer()
    filename = fields.Function(lambda job: job.video.filename)
    output = fields.Function(lambda job: job.output.value)
    width = fields.Integer()
    height = fields.Integer()
    options = fields.Dict()
    image = fields.Function(lambda job: _image(job))


_SCHEMAS: dict[JobKind, Schema] = {JobKind.VIDEO: VideoJobSchema(), JobKind.THUMBNAIL: ThumbnailJobSchema()}


def show_job(job: VideoJob | ThumbnailJob) -> dict[str, Any]:
    """Return the job as plain values. Needs `video` of a thumbnail job, and what a completed job made, loaded."""
    shown: dict[str, Any] = _SCHEMAS[job.kind_of_job].dump(job)
    return shown


def picture_path(video_id: int, artifact: Artifact, **query: str | int | None) -> str:
    """Return the address of a picture. It carries the picture's hash, so what is there never changes."""
    asked = {name: value for name, value in query.items() if value is not None}
    return f"/t/{video_id}?{urlencode({**asked, 'v': artifact.sha256[:_VERSION_LENGTH]})}"


def is_version_of(text: str, artifact: Artifact) -> bool:
    """Tell whether an address's `v` names this very picture."""
    return text == artifact.sha256[:_VERSION_LENGTH]


def _poster(job: VideoJob) -> dict[str, Any] | None:
    if job.status is not Status.COMPLETED or job.poster is None:
        return None
    return _picture(job.poster, picture_path(job.id, job.poster))


def _image(job: ThumbnailJob) -> dict[str, Any] | None:
    if job.status is not Status.COMPLETED or not job.artifacts:
        return None
    artifact = job.artifacts[0]
    return _picture(artifact, picture_path(job.video_id, artifact, w=job.width, h=job.height, **job.options))


def _picture(artifact: Artifact, url: str) -> dict[str, Any]:
    return {**PictureSchema().dump(artifact), "url": url}
