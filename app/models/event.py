"""The history of jobs. A row's id is the id of the live event that tells of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import MYSQL_OPTIONS, Base, BigId, EnumText, OwnerId, PrimaryKey, WorkerId
from app.models.job import JobKind
from app.models.status import Status

# A reason that is longer is cut: the job's own error has it whole.
MAX_REASON = 500


class JobEvent(Base):
    """One move of one job. History outlives the job: there is no foreign key to it."""

    __tablename__ = "job_event"
    __table_args__ = (
        Index(None, "job_type", "job_id", "id"),
        Index(None, "owner_id", "id"),
        Index(None, "created_at"),
        # An id is never given twice, not even after the newest rows were pruned.
        {**MYSQL_OPTIONS, "sqlite_autoincrement": True},
    )

    id: Mapped[PrimaryKey]
    owner_id: Mapped[OwnerId]
    job_type: Mapped[JobKind] = mapped_column(EnumText(JobKind))
    job_id: Mapped[int] = mapped_column(BigId)
    event: Mapped[str] = mapped_column(String(40))
    from_status: Mapped[Status | None] = mapped_column(EnumText(Status))
    status: Mapped[Status] = mapped_column(EnumText(Status))
    attempt: Mapped[int] = mapped_column(SmallInteger)
    worker_id: Mapped[WorkerId | None]
    reason: Mapped[str | None] = mapped_column(String(MAX_REASON))
    version: Mapped[int]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
