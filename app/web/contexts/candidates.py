"""The stills that may stand for a video."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.jobs.shown import candidate_path
from app.models import Artifact, Role, VideoJob
from app.web.contexts.pictures import Picture
from app.web.filters import position


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A still that may stand for a video, or may not, and then why. `rank` counts from 1; `percent` is its score."""

    id: str
    picture: Picture
    at: str
    name: str
    rank: int
    percent: int | None
    note: str
    is_poster: bool


def candidates_of(video: VideoJob, found: Iterable[Artifact]) -> tuple[list[Candidate], list[Candidate]]:
    """Prepare the stills that may stand for a video, the best first, and those that may not."""
    chosen: list[Candidate] = []
    rejected: list[Candidate] = []
    for artifact in _each_once(video, found):
        # One that a person chose all the same stands with the others.
        is_out = artifact.role is Role.REJECTED and artifact.id != video.poster_artifact_id
        group = rejected if is_out else chosen
        group.append(_candidate(video, artifact, len(group) + 1))
    return chosen, rejected


def _each_once(video: VideoJob, found: Iterable[Artifact]) -> list[Artifact]:
    """Leave out what shows the same frame as another: whoever picks anew finds some again. The poster stays."""
    kept: dict[float | str, Artifact] = {}
    for artifact in found:
        frame = artifact.sha256 if artifact.position_seconds is None else artifact.position_seconds
        if frame not in kept or artifact.id == video.poster_artifact_id:
            kept[frame] = artifact
    return list(kept.values())


def _candidate(video: VideoJob, artifact: Artifact, rank: int) -> Candidate:
    at = position(artifact.position_seconds)
    return Candidate(
        id=artifact.public_id,
        picture=Picture(candidate_path(video.id, artifact), artifact.width, artifact.height),
        at=at,
        name=f"frame at {at}" if at else "uploaded picture",
        rank=rank,
        percent=None if artifact.score is None else round(artifact.score * 100),
        note=str((artifact.meta or {}).get("note") or ""),
        is_poster=artifact.id == video.poster_artifact_id,
    )
