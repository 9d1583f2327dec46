"""Code that puts an output into a page of one's own."""

from html import escape

from app.jobs.shown import file_path, picture_path, result_path, source_path
from app.models import Artifact, Output, Role, Status, ThumbnailJob
from app.web.contexts.pictures import PLAYED, shown_artifact


def embed_code(job: ThumbnailJob, root: str) -> str:
    """Return the HTML that shows a finished output; empty where there is nothing to show. `root` ends with a slash."""
    if job.status is not Status.COMPLETED:
        return ""
    index = next((artifact for artifact in job.artifacts if artifact.role is Role.VTT), None)
    if index is not None:
        return _with_tiles(job, index, root)
    artifact = shown_artifact(job)
    if artifact is None:
        return ""
    url = _address(root, result_path(job, artifact))
    return _video(job, artifact, url, root) if artifact.media_type in PLAYED else _image(artifact, url)


def _image(artifact: Artifact, url: str) -> str:
    return f'<img src="{url}"{_sides(artifact.width, artifact.height)} alt="">'


def _video(job: ThumbnailJob, artifact: Artifact, url: str, root: str) -> str:
    sides = _sides(artifact.width, artifact.height)
    if job.output is Output.PREVIEW:
        return f'<video src="{url}"{sides} autoplay muted loop playsinline></video>'
    return f'<video controls preload="none"{_poster(job, root)}{sides}\n       src="{url}"></video>'


def _with_tiles(job: ThumbnailJob, index: Artifact, root: str) -> str:
    video = job.video
    made = next((artifact for artifact in job.artifacts if artifact.media_type in PLAYED), None)
    source = file_path(made) if made else source_path(video, video.source) if video.source else ""
    return (
        f'<video controls preload="none"{_poster(job, root)}{_sides(video.width, video.height)}\n'
        f'       src="{_address(root, source)}">\n'
        f'  <track kind="metadata" label="thumbnails" default\n'
        f'         src="{_address(root, file_path(index))}">\n'
        "</video>"
    )


def _poster(job: ThumbnailJob, root: str) -> str:
    if job.video.poster is None:
        return ""
    return f'\n       poster="{_address(root, picture_path(job.video_id, job.video.poster))}"'


def _sides(width: int | None, height: int | None) -> str:
    return f' width="{width}" height="{height}"' if width and height else ""


def _address(root: str, path: str) -> str:
    return escape(root + path.removeprefix("/"))
