"""Pictures and files as templates show them."""

from dataclasses import dataclass

from app.jobs.loading import Job
from app.jobs.names import job_name
from app.jobs.shown import file_path, first_picture, picture_path, result_path, source_path
from app.models import Artifact, Output, Role, Status, ThumbnailJob, VideoJob
from app.web.filters import position

# What browsers play of the kinds that are made.
PLAYED = ("video/mp4", "video/webm")
# What is written where a frame has its time, of a picture that is no frame of the video.
UPLOADED = "uploaded"
# Pictures that may move, and are no burden for a page: their own file is shown, which a poster of one frame is not.
_MAY_MOVE = ("image/gif", "image/webp")
_MOST_SHOWN_BYTES, _MOST_SHOWN_PIXELS = 20_000_000, 10_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """An `<img>`, or a silent `<video>` where it moves: where it is, how large, what it shows.

    A loop plays by itself. One that is cropped fills a small frame instead of lying in it whole.
    """

    url: str
    width: int | None
    height: int | None
    alt: str = ""
    is_video: bool = False
    is_loop: bool = False
    is_cropped: bool = False
    poster: str = ""


def is_image(job: Job) -> bool:
    """Tell whether a job is about a still picture."""
    return (job if isinstance(job, VideoJob) else job.video).kind == "image"


def poster_of(video: VideoJob) -> Picture | None:
    """Return what stands for a video."""
    if video.poster is None:
        return None
    return Picture(picture_path(video.id, video.poster), video.poster.width, video.poster.height)


def large_picture_of(video: VideoJob) -> Picture | None:
    """Return what stands for a video where there is room: of a picture that may move its own file."""
    source, sides = video.source, (video.width or 0, video.height or 0)
    if video.kind != "image" or source is None or source.media_type not in _MAY_MOVE:
        return poster_of(video)
    if source.size_bytes > _MOST_SHOWN_BYTES or sides[0] * sides[1] > _MOST_SHOWN_PIXELS:
        return poster_of(video)
    return Picture(source_path(video, source), *sides)


def shown_artifact(job: Job) -> Artifact | None:
    """Return the one file that shows best what a finished output made: a picture, or what browsers can play."""
    if not isinstance(job, ThumbnailJob) or job.status is not Status.COMPLETED:
        return None
    played = (artifact for artifact in job.artifacts if artifact.media_type in PLAYED)
    return first_picture(job) or next(played, None)


def main_artifact(job: Job) -> Artifact | None:
    """Return the one file that a person takes away: the only one, the archive of all, or the best of the posters."""
    if not isinstance(job, ThumbnailJob) or job.status is not Status.COMPLETED or not job.artifacts:
        return None
    if len(job.artifacts) == 1 or job.output is Output.POSTER:
        return job.artifacts[0]
    return next((artifact for artifact in job.artifacts if artifact.role is Role.ARCHIVE), None)


def archive_path(job: Job) -> str:
    """Return the address of all files that a finished output is, as one; nothing where that is one anyway."""
    if not isinstance(job, ThumbnailJob) or job.status is not Status.COMPLETED or len(job.artifacts) < 2:
        return ""
    ready = next((artifact for artifact in job.artifacts if artifact.role is Role.ARCHIVE), None)
    return file_path(ready) if ready else f"/jobs/thumbnails/{job.id}/files.zip"


def picture_of(job: Job) -> Picture | None:
    """Return what stands for a job: what it made, and until then the video's poster; that of a film, too."""
    if isinstance(job, VideoJob):
        return poster_of(job)
    artifact = shown_artifact(job)
    if artifact is None or (artifact.role is Role.VIDEO and job.video.poster is not None):
        return poster_of(job.video)
    return artifact_picture(job, artifact)


def artifact_picture(job: ThumbnailJob, artifact: Artifact) -> Picture:
    """Return one of a job's files as a picture."""
    at = artifact.position_seconds
    poster = poster_of(job.video) if artifact.role is Role.VIDEO else None
    alt = job_name(job) if is_image(job) or at is None else f"Frame at {position(at)}"
    is_video = artifact.media_type in PLAYED
    return Picture(
        result_path(job, artifact),
        artifact.width,
        artifact.height,
        alt,
        is_video=is_video,
        is_loop=artifact.role is Role.PREVIEW,
        is_cropped=artifact.role is Role.SPRITE,
        poster=poster.url if poster else "",
    )
