"""The order of the stills that may stand for a video, whichever jobs they came from."""

from collections import Counter
from collections.abc import Iterable, Sequence

from app.models import Artifact, Role

# A frame of the video at a size, or bytes that are no frame of it.
_Looks = tuple[float, int | None, int | None] | str


def best_first(found: Iterable[Artifact], poster_id: int | None) -> list[Artifact]:
    """Return stills in the order of their scores, the rejected ones last, and each frame of a size once.

    Jobs that pick anew find some frames again: of equal ones the poster stays, else the newest.
    """
    kept: dict[tuple[bool, _Looks], Artifact] = {}
    for still in sorted(found, key=lambda still: (still.id != poster_id, -still.id)):
        kept.setdefault((still.role is Role.REJECTED, _looks(still)), still)
    # Scores are rounded: among equal ones the rank that a still had when it was picked is in its name.
    return sorted(
        kept.values(),
        key=lambda still: (
            still.role is Role.REJECTED,
            still.score is None,
            -(still.score or 0),
            still.name,
            -still.id,
        ),
    )


def without_older_picks(found: Sequence[Artifact], poster_id: int | None) -> list[Artifact]:
    """Return the poster, the stills of the newest pick, and those that came alone: somebody chose or sent them.

    A pick looks at the whole video: what an older one found is more of the same.
    """
    jobs = Counter(still.thumbnail_job_id or 0 for still in found)
    newest = max((job for job, number in jobs.items() if number > 1), default=0)
    return [
        still
        for still in found
        if still.id == poster_id or (job := still.thumbnail_job_id or 0) == newest or jobs[job] == 1
    ]


def _looks(still: Artifact) -> _Looks:
    if still.position_seconds is None:
        return still.sha256
    return still.position_seconds, still.width, still.height
