"""What a worker holds while it works on a job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.jobs.options.wish import SourceFacts
from app.media.errors import DecoderCrashed
from app.models import JobKind, Output


@dataclass(frozen=True, slots=True)
class JobRef:
    """Which job: all that ever travels between processes."""

    kind: JobKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a job until `lease_until`, and what is needed for the work.

    It is for one attempt: every report on the job names it, and is refused once somebody else holds the job.
    """

    ref: JobRef
    worker_id: int
    attempt: int
    lease_until: datetime
    owner_id: int
    name: str
    video_id: int
    job_public_id: str
    video_public_id: str
    source_key: str
    # Where other bytes are that the job speaks of, by their hash.
    keys: Mapping[str, str] = field(default_factory=dict)
    width: int | None = None
    height: int | None = None
    output: Output = Output.THUMBNAIL
    options: dict[str, Any] | None = None
    facts: SourceFacts
    # What a slideshow is made of, until it is made.
    recipe: dict[str, Any] | None = None

    @property
    def is_heavy(self) -> bool:
        """Tell whether the job takes minutes: it is encoded as long as it plays."""
        if self.ref.kind is JobKind.VIDEO:
            return self.recipe is not None
        return self.output is Output.RENDITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job could not be done: a stable code, a sentence, and whether another try can help."""

    code: str
    message: str
    is_retryable: bool = False
    # What was said meanwhile, for whoever looks into it.
    log: Sequence[str] = ()

    @property
    def is_crash(self) -> bool:
        """Tell whether the job may have brought down what worked on it."""
        return self.code in (WORKER_LOST.code, DecoderCrashed.code)


SOURCE_EXPIRED = Failure(
    code="source_expired",
    message="The video's file was removed, as it was set to be, so nothing could be made from it.",
)
# The code of a job that crashed so often that it is not tried again.
POISON = "poison"
WORKER_LOST = Failure(code="worker_lost", message="The worker died while it was working on this.", is_retryable=True)
SOURCE_FAILED = Failure(code="source_failed", message="The video could not be read, so nothing can be made from it.")
SOURCE_CANCELLED = Failure(
    code="source_cancelled", message="Reading the video was cancelled, so nothing could be made from it."
)
