"""How a job stands, in two lines: what, and what follows from it."""

from app.jobs.loading import Job
from app.jobs.names import format_name
from app.media.text.figures import write_length, write_size
from app.media.text.formats import codec_name
from app.models import Artifact, Output, Role, Status, ThumbnailJob, VideoJob
from app.web.contexts.pictures import UPLOADED, is_image, shown_artifact
from app.web.filters import WORDS, position

_ONE_STILL = (Output.THUMBNAIL, Output.POSTER)


def outcome(job: Job) -> tuple[str, str]:
    """Return the two lines of a job."""
    if job.status is Status.COMPLETED:
        return _taken_in(job) if isinstance(job, VideoJob) else _made(job)
    if job.status is Status.QUEUED:
        return _waits(job)
    if job.status is Status.FAILED:
        return job.error_message or "It failed.", _after_failure(job)
    if job.status is Status.EXPIRED:
        return _expired(job)
    return WORDS[job.status], ""


def type_name(media_type: str) -> str:
    """Return a media type as people write it: JPEG, MP4, WebVTT."""
    known = {"text/vtt": "WebVTT", "application/vnd.apple.mpegurl": "HLS", "application/vnd.roku.bif": "BIF"}
    ending = media_type.partition("/")[2]
    return known.get(media_type) or format_name({"jpeg": "jpg", "ogg": "ogv"}.get(ending, ending))


def artifact_words(artifact: Artifact) -> str:
    """Tell of a file how large it is, what it is, and what it weighs."""
    sides = f"{artifact.width} × {artifact.height} " if artifact.width else ""
    return f"{sides}{type_name(artifact.media_type)}, {write_size(artifact.size_bytes)}"


def _made(job: ThumbnailJob) -> tuple[str, str]:
    if not job.artifacts:
        return "Done", ""
    if len(job.artifacts) == 1:
        return artifact_words(job.artifacts[0]), _how_found(job, job.artifacts[0])
    if job.output is Output.POSTER:
        return _chosen(job)
    weight = write_size(sum(artifact.size_bytes for artifact in job.artifacts))
    return f"{len(job.artifacts)} files, {weight}", _of_several(job)


def _chosen(job: ThumbnailJob) -> tuple[str, str]:
    """Tell of a poster that was picked: it is the first of those to choose from."""
    number = sum(artifact.role is Role.CANDIDATE for artifact in job.artifacts)
    return artifact_words(job.artifacts[0]), f"{_how_found(job, job.artifacts[0])}, the best of {number}"


def _of_several(job: ThumbnailJob) -> str:
    kinds = list(dict.fromkeys(type_name(artifact.media_type) for artifact in job.artifacts))
    return " and ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)


def _how_found(job: ThumbnailJob, artifact: Artifact) -> str:
    meta = artifact.meta or {}
    if job.output not in _ONE_STILL:
        lasts = meta.get("duration_seconds")
        return f"{write_length(lasts)} long" if lasts else " ".join(job.notes or [])
    if is_image(job) or artifact.position_seconds is None:
        return "One flat colour" if meta.get("is_blank") else ""
    where = f"Frame at {position(artifact.position_seconds)}"
    if (artifact.width or 0) < (job.width or 0) and (artifact.height or 0) < (job.height or 0):
        where = f"{where}, as large as the video is"
    if meta.get("is_blank"):
        return f"{where}: one flat colour"
    return where if meta.get("rung", "exact") == "exact" else f"{where}, the nearest that could be decoded"


def _taken_in(video: VideoJob) -> tuple[str, str]:
    lasts = f", {write_length(video.duration_seconds)}" if video.duration_seconds else ""
    codec = codec_name(video.codec or "")
    poster = video.poster
    if poster is not None and (poster.meta or {}).get("is_blank"):
        what = "It" if is_image(video) else "Every frame looked at"
        return f"{video.width} × {video.height}{lasts}, {codec}", f"{what} is one flat colour"
    return f"{video.width} × {video.height}{lasts}, {codec}", "Ready for thumbnails"


def _waits(job: Job) -> tuple[str, str]:
    if isinstance(job, ThumbnailJob) and job.video.status is not Status.COMPLETED:
        return "Waiting for its video", "The file is read first"
    if job.error_message:
        return f"Trying again, {job.attempt} of {job.max_attempts} tries used", job.error_message
    return "Waiting for its turn", ""


def _expired(job: Job) -> tuple[str, str]:
    if isinstance(job, VideoJob):
        return "Its file is not kept any more", "What was made from it stays"
    if job.video.status is Status.EXPIRED:
        return "Its files are not kept any more", ""
    return "Its files are not kept any more", "Ask for it again to make them anew"


def _after_failure(job: Job) -> str:
    if job.attempt > 1:
        return f"Given up after {job.attempt} tries"
    return "Ask for it again to try once more" if isinstance(job, ThumbnailJob) else ""


def place(job: Job) -> str:
    """Return where the one still that a job made stands, or that it was uploaded, for its corner."""
    artifact = shown_artifact(job)
    if artifact is None or not isinstance(job, ThumbnailJob) or job.output not in _ONE_STILL or is_image(job):
        return ""
    if "upload" in job.options:
        return UPLOADED
    return position(artifact.position_seconds)
