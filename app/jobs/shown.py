"""A job as everybody is shown it: the JSON of the API, of live events and of pages alike."""

from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields

from app.jobs.names import job_name
from app.models import Artifact, JobKind, Output, Priority, Source, Status, ThumbnailJob, VideoJob

# Enough of a hash to tell two pictures at one address apart.
_VERSION_LENGTH = 12
# Events carry the whole job; of an output with hundreds of files, `file_count` tells of the rest.
MOST_FILES = 200


class ErrorSchema(Schema):
    """Why a job failed: a stable code, a sentence, whether trying again can help, and what the decoder said."""

    code = fields.String(attribute="error_code")
    message = fields.String(attribute="error_message")
    is_retryable = fields.Boolean()
    log = fields.Function(lambda job: (job.error_log or "").splitlines())


class FileSchema(Schema):
    """A file that was made."""

    name = fields.String()
    role = fields.Function(lambda artifact: artifact.role.value)

    width = fields.Integer()
    height = fields.Integer()
    size_bytes = fields.Integer()
    media_type = fields.String()
    position_seconds = fields.Float()
    score = fields.Float()
    meta = fields.Dict()


class JobSchema(Schema):
    """What all jobs show."""

    id = fields.Integer()
    public_id = fields.String()
    type = fields.Function(lambda job: job.kind_of_job.value)
    name = fields.Function(job_name)
    status = fields.Function(lambda job: job.status.value)
    progress = fields.Float()
    stage = fields.String()
    attempt = fields.Integer()
    max_attempts = fields.Integer()
    priority = fields.Function(lambda job: priority_name(job.priority))
    version = fields.Integer()
    notes = fields.Function(lambda job: job.notes or [])
    error = fields.Function(lambda job: ErrorSchema().dump(job) if job.error_code else None)
    created_at = fields.DateTime(format="iso")
    queued_at = fields.DateTime(format="iso")
    started_at = fields.DateTime(format="iso", allow_none=True)
    finished_at = fields.DateTime(format="iso", allow_none=True)
    eta_at = fields.DateTime(format="iso", allow_none=True)


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
    preset = fields.String()
    options = fields.Dict()
    files = fields.Function(lambda job: _files(job))
    file_count = fields.Function(lambda job: len(job.artifacts) if job.status is Status.COMPLETED else 0)
    image = fields.Function(lambda job: _image(job))


_SCHEMAS: dict[JobKind, Schema] = {JobKind.VIDEO: VideoJobSchema(), JobKind.THUMBNAIL: ThumbnailJobSchema()}


def priority_name(priority: int) -> str:
    """Return high, normal or low."""
    return Priority(priority).name.lower()


def show_job(job: VideoJob | ThumbnailJob) -> dict[str, Any]:
    """Return the job as plain values. Needs `video` of a thumbnail job, and what a completed job made, loaded."""
    shown: dict[str, Any] = _SCHEMAS[job.kind_of_job].dump(job)
    return shown


def picture_path(video_id: int, artifact: Artifact, **query: str | int | None) -> str:
    """Return the address of a picture. It carries the picture's hash, so what is there never changes."""
    asked = {name: value for name, value in query.items() if value is not None}
    return f"/t/{video_id}?{urlencode({**asked, 'v': artifact.sha256[:_VERSION_LENGTH]})}"


def is_version_of(text: str, artifact: Artifact | Source) -> bool:
    """Tell whether an address's `v` names these very bytes."""
    return text == artifact.sha256[:_VERSION_LENGTH]


def show_candidate(artifact: Artifact, video: VideoJob) -> dict[str, Any]:
    """Return a frame that may stand for a video, or may not, and then why."""
    return {
        "candidate": artifact.public_id,
        "is_poster": artifact.id == video.poster_artifact_id,
        **_file(artifact, candidate_path(video.id, artifact)),
    }


def candidate_path(video_id: int, artifact: Artifact) -> str:
    """Return the address of a candidate's picture."""
    return f"/videos/{video_id}/candidates/{artifact.public_id}?v={artifact.sha256[:_VERSION_LENGTH]}"


def file_path(artifact: Artifact) -> str:
    """Return the address of one of an output's files. Those that name each other lie side by side."""
    version = artifact.sha256[:_VERSION_LENGTH]
    return f"/jobs/thumbnails/{artifact.thumbnail_job_id}/files/{artifact.name}?v={version}"


def source_path(video: VideoJob, source: Source) -> str:
    """Return the address of a video's own file."""
    return f"/videos/{video.id}/source?v={source.sha256[:_VERSION_LENGTH]}"


def result_path(job: ThumbnailJob, artifact: Artifact) -> str:
    """Return the address at which a result is shown: a single thumbnail has one of its own."""
    if "t" in job.options and job.output is Output.THUMBNAIL and job.width:
        return picture_path(job.video_id, artifact, w=job.width, h=job.height, **job.options)
    return file_path(artifact)


def _poster(job: VideoJob) -> dict[str, Any] | None:
    if not job.was_read or job.poster is None:
        return None
    return _file(job.poster, picture_path(job.id, job.poster))


def _image(job: ThumbnailJob) -> dict[str, Any] | None:
    """Return the picture that shows best what was made."""
    artifact = first_picture(job)
    return None if artifact is None else _file(artifact, result_path(job, artifact))


def first_picture(job: ThumbnailJob) -> Artifact | None:
    """Return the first picture of what a finished output made, or None."""
    if job.status is not Status.COMPLETED:
        return None
    return next((artifact for artifact in job.artifacts if artifact.media_type.startswith("image/")), None)


def _files(job: ThumbnailJob) -> list[dict[str, Any]]:
    if job.status is not Status.COMPLETED:
        return []
    return [_file(artifact, file_path(artifact)) for artifact in job.artifacts[:MOST_FILES]]


def _file(artifact: Artifact, url: str) -> dict[str, Any]:
    return {**FileSchema().dump(artifact), "url": url}
