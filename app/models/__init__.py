"""The tables. Rows carry facts; deeds are in `app/jobs`."""

from app.models.artifact import Artifact, Role
from app.models.base import LOCAL_USER_ID, Base
from app.models.event import MAX_REASON, JobEvent
from app.models.job import JobKind, Priority
from app.models.source import Source, SourceUse
from app.models.status import NEXT, Status
from app.models.thumbnail_job import Output, ThumbnailJob
from app.models.user import QueueState, User, Worker
from app.models.video_job import Origin, VideoJob

__all__ = [
    "LOCAL_USER_ID",
    "MAX_REASON",
    "NEXT",
    "Artifact",
    "Base",
    "JobEvent",
    "JobKind",
    "Origin",
    "Output",
    "Priority",
    "QueueState",
    "Role",
    "Source",
    "SourceUse",
    "Status",
    "ThumbnailJob",
    "User",
    "VideoJob",
    "Worker",
]
