"""What jobs are called: the words by which people tell one from the other ones of the same video."""

from collections.abc import Callable, Mapping
from typing import Any

from app.jobs.loading import Job
from app.models import Output, ThumbnailJob

# Formats as people write them, by the ending of the file.
FORMATS: Mapping[str, str] = {
    "jpg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "avif": "AVIF",
    "gif": "GIF",
    "mp4": "MP4",
    "webm": "WebM",
    "ogv": "Ogg",
    "ogg": "Ogg",
}
TITLES: Mapping[Output, str] = {
    Output.THUMBNAIL: "Thumbnail",
    Output.POSTER: "Poster",
    Output.STORYBOARD: "Storyboard",
    Output.CONTACT_SHEET: "Contact sheet",
    Output.PREVIEW: "Preview",
    Output.RENDITION: "Rendition",
    Output.PLAYER_KIT: "Player kit",
}
KIT_PARTS = (Output.POSTER, Output.STORYBOARD, Output.CONTACT_SHEET, Output.PREVIEW)


def job_name(job: Job) -> str:
    """Return what a job is called: what it makes, and which one of those."""
    if not isinstance(job, ThumbnailJob):
        return "Intake"
    title = "Thumbnails" if _is_many(job.options) else TITLES[job.output]
    words = _WORDS[job.output](job) if job.output in _WORDS else []
    return ", ".join([title, *(word for word in words if word)])


def preset_name(name: str) -> str:
    """Return what a preset is called: `contact_sheet` is a Contact sheet."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def format_name(ending: str) -> str:
    """Return a format as people write it."""
    return FORMATS.get(ending, ending.upper())


def size_words(size: Mapping[str, Any]) -> str:
    """Write a size of which one side may be left open: 320 × 180, 640 wide, 360 high."""
    width, height = size.get("width"), size.get("height")
    if width and height:
        return f"{width} × {height}"
    return f"{width} wide" if width else f"{height} high" if height else ""


def _is_many(options: Mapping[str, Any]) -> bool:
    return "sizes" in options and (_moments(options) > 1 or len(options["sizes"]) > 1 or len(options["formats"]) > 1)


def _moments(options: Mapping[str, Any]) -> int:
    return int(options.get("count") or len(options.get("positions", [])))


def _of_thumbnail(job: ThumbnailJob) -> list[str]:
    options = job.options
    if "sizes" not in options:
        return [f"{job.width} × {job.height}", _unless(options.get("fit"), "fit")]
    sizes, moments = options["sizes"], _moments(options)
    return [
        f"{moments} moments" if moments > 1 else "",
        f"{len(sizes)} sizes" if len(sizes) > 1 else size_words(sizes[0]),
        _unless(sizes[0].get("fit"), "fit") if len(sizes) == 1 else "",
        " and ".join(format_name(ending) for ending in options["formats"]) if len(options["formats"]) > 1 else "",
    ]


def _of_poster(job: ThumbnailJob) -> list[str]:
    options = job.options
    if "upload" in options:
        return ["uploaded"]
    return [f"at {_moment(options['t'])}" if "t" in options else f"best of {options.get('count', 1)}"]


def _of_grid(job: ThumbnailJob) -> list[str]:
    columns, rows = job.options.get("columns"), job.options.get("rows")
    return [f"{columns} × {rows} tiles" if columns and rows else "", size_words({"width": job.options.get("width")})]


def _of_storyboard(job: ThumbnailJob) -> list[str]:
    options = job.options
    every, count = options.get("interval_seconds"), options.get("count")
    return [
        f"{options.get('columns')} × {options.get('rows')} tiles",
        f"one every {every:g} s" if every else f"{count} in all" if count else "",
        f"{options.get('width')} wide",
    ]


def _of_preview(job: ThumbnailJob) -> list[str]:
    options = job.options
    segments = options.get("segments", 1)
    lasts = f"{options.get('seconds') or options.get('duration') or 0:g} s"
    when = f"from {_moment(options['start'])}" if "start" in options else ""
    size = size_words({"width": job.width, "height": job.height})
    return [
        f"{segments} × {lasts}" if segments > 1 else f"{lasts} {when}".strip(),
        size,
        format_name(options["format"]),
    ]


def _of_rendition(job: ThumbnailJob) -> list[str]:
    lines = job.options.get("lines")
    size = f"{lines}p" if lines else size_words({"width": job.width, "height": job.height})
    return [size, format_name(job.options["container"]), "" if job.options["audio"] else "silent"]


def _of_player_kit(job: ThumbnailJob) -> list[str]:
    left_out = [TITLES[part].lower() for part in KIT_PARTS if job.options.get(part.value) is None]
    return [f"without {' and '.join(left_out)}"] if left_out else []


def _moment(position: str) -> str:
    return position if position.endswith("%") else f"{float(position):g} s"


def _unless(word: str | None, usual: str) -> str:
    return word if word and word != usual else ""


_WORDS: Mapping[Output, Callable[[ThumbnailJob], list[str]]] = {
    Output.THUMBNAIL: _of_thumbnail,
    Output.POSTER: _of_poster,
    Output.STORYBOARD: _of_storyboard,
    Output.CONTACT_SHEET: _of_grid,
    Output.PREVIEW: _of_preview,
    Output.RENDITION: _of_rendition,
    Output.PLAYER_KIT: _of_player_kit,
}
