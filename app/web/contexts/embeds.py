"""Code that puts an output into a page of one's own."""

from dataclasses import dataclass
from html import escape

from app.jobs.shown import file_path, picture_path, result_path, source_path
from app.models import Artifact, Output, Role, Status, ThumbnailJob
from app.web.contexts.pictures import PLAYED, is_image, shown_artifact
from app.web.filters import position

# Of a `<picture>` a browser takes the first that it knows, so the smallest files come first; all know the last.
_FORMATS = ("image/avif", "image/webp", "image/png", "image/jpeg")
# Sides are whole pixels: of one picture in two sizes the shapes are nearly the same.
_SAME_SHAPE = 0.02


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code to copy, and what it shows where an output has several to choose from."""

    label: str
    code: str


def embed_codes(job: ThumbnailJob, root: str) -> list[Snippet]:
    """Return the HTML that shows a finished output, each of several pictures on its own.

    Nothing where there is nothing to show. `root` ends with a slash.
    """
    if job.status is not Status.COMPLETED:
        return []
    index = next((artifact for artifact in job.artifacts if artifact.role is Role.VTT), None)
    if index is not None:
        return [Snippet("", _with_tiles(job, index, root))]
    if job.output is Output.THUMBNAIL:
        return _of_pictures(job, root)
    artifact = shown_artifact(job)
    if artifact is None:
        return []
    url = _address(root, result_path(job, artifact))
    return [
        Snippet(
            "", _video(job, artifact, url, root) if artifact.media_type in PLAYED else _image(job, [artifact], root)
        )
    ]


def _of_pictures(job: ThumbnailJob, root: str) -> list[Snippet]:
    """Return one for each moment and shape; browsers choose among its sizes and formats."""
    groups: list[list[Artifact]] = []
    for artifact in job.artifacts:
        known = next((group for group in groups if _shows_the_same(group[0], artifact)), None)
        if known is None:
            groups.append([artifact])
        else:
            known.append(artifact)
    is_one = len(groups) == 1
    return [Snippet("" if is_one else _label(job, group), _picture(job, group, root)) for group in groups]


def _shows_the_same(one: Artifact, other: Artifact) -> bool:
    if one.position_seconds != other.position_seconds:
        return False
    shapes = [(artifact.width or 1) / (artifact.height or 1) for artifact in (one, other)]
    return abs(shapes[0] - shapes[1]) <= _SAME_SHAPE * shapes[0]


def _label(job: ThumbnailJob, group: list[Artifact]) -> str:
    widest = max(group, key=lambda artifact: artifact.width or 0)
    at = "" if is_image(job) else position(widest.position_seconds)
    return ", ".join(word for word in (at, f"{widest.width} × {widest.height}") if word)


def _picture(job: ThumbnailJob, group: list[Artifact], root: str) -> str:
    formats = [[artifact for artifact in group if artifact.media_type == media_type] for media_type in _FORMATS]
    *better, last = [found for found in formats if found]
    if not better:
        return _image(job, last, root)
    sources = [
        f'  <source type="{found[0].media_type}" srcset="{_choices(job, found, root)}"{_shown_as(found)}>'
        for found in better
    ]
    return "\n".join(["<picture>", *sources, f"  {_image(job, last, root)}", "</picture>"])


def _image(job: ThumbnailJob, sizes: list[Artifact], root: str) -> str:
    """Return an `<img>` of one picture in its sizes."""
    widest = max(sizes, key=lambda artifact: artifact.width or 0)
    choices = f' srcset="{_choices(job, sizes, root)}"{_shown_as(sizes)}' if len(sizes) > 1 else ""
    src = _address(root, result_path(job, widest))
    return f'<img src="{src}"{choices}{_sides(widest.width, widest.height)} alt="">'


def _choices(job: ThumbnailJob, sizes: list[Artifact], root: str) -> str:
    addresses = {artifact.width: _address(root, result_path(job, artifact)) for artifact in sizes}
    if len(addresses) == 1:
        return _address(root, result_path(job, sizes[0]))
    return ", ".join(f"{address} {width}w" for width, address in addresses.items())


def _shown_as(sizes: list[Artifact]) -> str:
    """Tell the browser how large the picture is on the page: as large as it can be, or as the window is."""
    width = max(artifact.width or 0 for artifact in sizes)
    return f' sizes="(max-width: {width}px) 100vw, {width}px"' if len(sizes) > 1 else ""


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
