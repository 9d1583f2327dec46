"""What a worker holds while it works on a job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.jobs.options.wish import SourceFacts
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
    width: int | None = None
    height: int | None = None
    output: Output = Output.THUMBNAIL
    options: dict[str, Any] | None = None
    facts: SourceFacts
    # What a slideshow is made of, until it is made.
    recipe: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job could not be done: a stable code, a sentence, and whether another try can help."""

    code: str
    message: str
    is_retryable: bool = False


WORKER_LOST = Failure(code="worker_lost", message="The worker died while it was working on this.", is_retryable=True)
SOURCE_FAILED = Failure(code="source_failed", message="The video could not be read, so nothing can be made from it.")
