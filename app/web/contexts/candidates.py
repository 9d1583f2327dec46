"""The stills that may stand for a video."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.jobs.candidates import best_first, without_older_picks
from app.jobs.shown import candidate_path
from app.models import Artifact, Role, VideoJob
from app.web.contexts.pictures import UPLOADED, Picture
from app.web.filters import position


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A still that may stand for a video, or may not, and then why. `percent` is its score."""

    id: str
    picture: Picture
    at: str
    name: str
    percent: int | None
    note: str
    is_poster: bool
    is_uploaded: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """The stills to choose from, the best first; those of older picks; and those that may not stand for the video."""

    newest: list[Candidate]
    older: list[Candidate]
    rejected: list[Candidate]


def candidates_of(video: VideoJob, found: Sequence[Artifact]) -> Candidates:
    """Prepare the stills of a video. One that a person chose although it was rejected stands with the others."""
    poster_id = video.poster_artifact_id
    newest = best_first(without_older_picks(found, poster_id), poster_id)
    may_stand = [still for still in newest if still.role is not Role.REJECTED or still.id == poster_id]
    seen = {still.position_seconds for still in may_stand}
    return Candidates(
        newest=_prepare(video, may_stand),
        older=_prepare(
            video,
            (
                still
                for still in best_first(found, poster_id)
                if still.role is not Role.REJECTED and still.position_seconds not in seen
            ),
        ),
        rejected=_prepare(video, (still for still in newest if still not in may_stand)),
    )


def _prepare(video: VideoJob, stills: Iterable[Artifact]) -> list[Candidate]:
    return [_candidate(video, still) for still in stills]


def _candidate(video: VideoJob, artifact: Artifact) -> Candidate:
    is_uploaded = artifact.position_seconds is None
    at = UPLOADED if is_uploaded else position(artifact.position_seconds)
    return Candidate(
        id=artifact.public_id,
        picture=Picture(candidate_path(video.id, artifact), artifact.width, artifact.height),
        at=at,
        name="uploaded picture" if is_uploaded else f"frame at {at}",
        percent=None if artifact.score is None else round(artifact.score * 100),
        note=str((artifact.meta or {}).get("note") or ""),
        is_poster=artifact.id == video.poster_artifact_id,
        is_uploaded=is_uploaded,
    )
