"""Videos in the library."""

from dataclasses import dataclass

from app.media.text.figures import write_length, write_size
from app.models import Status, VideoJob
from app.web.contexts.pictures import Picture, poster_of
from app.web.filters import WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCard:
    """A video in the library."""

    ref: str
    version: int
    href: str
    filename: str
    status: Status
    word: str
    facts: list[str]
    duration: str
    badge: str
    say: str
    picture: Picture | None


def video_card(video: VideoJob) -> VideoCard:
    """Prepare a video for the library."""
    facts = [f"{video.width} × {video.height}"] if video.width else []
    if video.source:
        facts.append(write_size(video.source.size_bytes))
    return VideoCard(
        ref=f"video-{video.id}",
        version=video.version,
        href=f"/videos/{video.id}",
        filename=video.filename,
        status=video.status,
        word=WORDS[video.status],
        facts=facts,
        duration=write_length(video.duration_seconds) if video.duration_seconds else "",
        badge="HDR" if video.is_hdr else "Image" if video.kind == "image" else "",
        say=_says(video),
        picture=poster_of(video),
    )


def _says(video: VideoJob) -> str:
    if video.status is Status.FAILED:
        return video.error_message or "This file could not be read."
    return {Status.QUEUED: "Waiting to be read", Status.PROCESSING: "Reading the file"}.get(video.status, "")
