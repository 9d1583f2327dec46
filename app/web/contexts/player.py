"""What of a video a browser can play, and how."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.jobs.outputs import OUTPUTS
from app.jobs.shown import file_path, picture_path, source_path
from app.media.text.formats import codec_name
from app.models import Artifact, Output, Role, Status, ThumbnailJob, VideoJob
from app.web.facts import probe_of

# By the sniffed media type, the codecs that the browsers of the day play in it. None plays Theora any more.
_PLAYABLE: Mapping[str, frozenset[str]] = {
    "video/mp4": frozenset(("h264", "av1", "vp9")),
    "video/quicktime": frozenset(("h264",)),
    "video/webm": frozenset(("vp8", "vp9", "av1")),
    "video/ogg": frozenset(("vp8",)),
}
# Browsers play H.264 only as cameras and streams have it.
_H264_PIXELS = frozenset(("yuv420p", "yuvj420p"))
_PLAYED_RENDITIONS = ("video/mp4", "video/webm")
_WITH_TILES = (Output.STORYBOARD, Output.PLAYER_KIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A `<video>`; without `url` there is nothing that browsers play, and `why` says so.

    `tiles` is the address of an index of small pictures for its time range; `is_rendition` tells that it plays one;
    `can_have` is the output that would make it better.
    """

    url: str
    poster: str
    width: int
    height: int
    tiles: str
    why: str
    is_rendition: bool
    can_have: str


def player_of(video: VideoJob, outputs: Iterable[ThumbnailJob]) -> Player | None:
    """Prepare the player of a video that is ready; None of one that is not, and of a picture.

    `outputs` are its outputs, newest first.
    """
    if not video.was_read or video.kind == "image":
        return None
    done = [job for job in outputs if job.status is Status.COMPLETED]
    rendition = None if is_playable(video) else _find_rendition(done)
    if video.source is None and rendition is None:
        return None
    url = file_path(rendition) if rendition else ""
    if video.source is not None and is_playable(video):
        url = source_path(video, video.source)
    tiles = _find(done, _WITH_TILES, ("text/vtt",))
    codec = codec_name(video.codec) if video.codec else "this"
    return Player(
        url=url,
        poster=picture_path(video.id, video.poster) if video.poster else "",
        width=video.width or 16,
        height=video.height or 9,
        tiles=file_path(tiles) if tiles else "",
        why="" if url else f"Browsers do not play {codec} from such a file.",
        is_rendition=rendition is not None and video.source is not None,
        can_have=_better_by(video, url, tiles is not None),
    )


def _better_by(video: VideoJob, url: str, has_tiles: bool) -> str:
    output = Output.STORYBOARD if url else Output.RENDITION
    is_lacking = not (url and has_tiles) and video.source is not None
    return output.value if is_lacking and output in OUTPUTS else ""


def is_playable(video: VideoJob) -> bool:
    """Tell whether browsers play a video's own file."""
    media_type = video.source.media_type if video.source else None
    if (video.codec or "") not in _PLAYABLE.get(media_type or "", ()):
        return False
    probe = probe_of(video)
    return video.codec != "h264" or probe is None or probe.pixel_format in _H264_PIXELS


def _find_rendition(done: Sequence[ThumbnailJob]) -> Artifact | None:
    """Return the newest rendition of the kind that most browsers play."""
    found = (_find(done, (Output.RENDITION,), (media_type,)) for media_type in _PLAYED_RENDITIONS)
    return next((artifact for artifact in found if artifact is not None), None)


def _find(jobs: Iterable[ThumbnailJob], outputs: Iterable[Output], media_types: Iterable[str]) -> Artifact | None:
    """Return the first file of these types that the newest of these outputs made."""
    found = (
        artifact
        for job in jobs
        if job.output in outputs
        for artifact in job.artifacts
        if artifact.media_type in media_types and artifact.role in (Role.VTT, Role.VIDEO)
    )
    return next(found, None)
