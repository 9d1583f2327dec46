"""What video jobs and thumbnail jobs share: the columns of their life."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.models.base import MYSQL_OPTIONS, EnumText, OwnerId, PrimaryKey, PublicId, Timestamps, WorkerId
from app.models.status import Status


class JobKind(StrEnum):
    """Which table a job lives in."""

    VIDEO = "video"
    THUMBNAIL = "thumbnail"


class Priority(IntEnum):
    """Smaller is sooner."""

    HIGH = 10
    NORMAL = 20
    LOW = 30


class Lifecycle(Timestamps):
    """The columns of a job's life. `version` counts its moves; `attempt` counts its claims and never goes back."""

    # sort_order: a table reads ids first, then what is its own, then these.
    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    owner_id: Mapped[OwnerId]
    status: Mapped[Status] = mapped_column(EnumText(Status), default=Status.QUEUED, sort_order=50)
    progress: Mapped[float] = mapped_column(default=0.0, sort_order=50)
    stage: Mapped[str] = mapped_column(String(40), default="", sort_order=50)
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.NORMAL, sort_order=50)
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0, sort_order=50)
    max_attempts: Mapped[int] = mapped_column(SmallInteger, default=3, sort_order=50)
    run_after: Mapped[datetime] = mapped_column(sort_order=50)
    lease_until: Mapped[datetime | None] = mapped_column(sort_order=50)
    worker_id: Mapped[WorkerId | None] = mapped_column(sort_order=50)
    error_code: Mapped[str | None] = mapped_column(String(40), sort_order=50)
    error_message: Mapped[str | None] = mapped_column(Text, sort_order=50)
    is_retryable: Mapped[bool] = mapped_column(default=False, sort_order=50)
    version: Mapped[int] = mapped_column(default=1, sort_order=50)
    queued_at: Mapped[datetime] = mapped_column(sort_order=50)
    started_at: Mapped[datetime | None] = mapped_column(sort_order=50)
    finished_at: Mapped[datetime | None] = mapped_column(sort_order=50)
    notify_email: Mapped[str | None] = mapped_column(String(254), sort_order=50)
    callback_url: Mapped[str | None] = mapped_column(String(2000), sort_order=50)
    request_id: Mapped[str | None] = mapped_column(String(64), sort_order=50)
    # Sentences on what was done otherwise than asked. Last, where an upgrade adds columns.
    notes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), sort_order=100)
    # How often it brought down its decoder or its worker since a person last asked for it.
    crashes: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0", sort_order=102)
    # What the decoder's libraries said before it failed, a line each.
    error_log: Mapped[str | None] = mapped_column(Text, sort_order=103)
    # When it will be done, as far as that can be told while it runs.
    eta_at: Mapped[datetime | None] = mapped_column(sort_order=102)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            # The claim reads along the first: due jobs of a status, most urgent and then oldest first.
            Index(None, "status", "priority", "run_after", "id"),
            Index(None, "owner_id", "created_at", "id"),
            Index(None, "owner_id", "status", "created_at", "id"),
            Index(None, "status", "lease_until"),
            # What ended lately; and what waits, which has no end, by how long it has waited.
            Index(None, "owner_id", "status", "finished_at", "queued_at"),
            *cls._extra_table_args(),
            # A deleted job's number is never given to another: addresses and history go by it.
            {**MYSQL_OPTIONS, "sqlite_autoincrement": True},
        )

    @classmethod
    def _extra_table_args(cls) -> tuple[Any, ...]:
        return ()

    @property
    def took_seconds(self) -> float | None:
        """Return how long the last attempt ran; None while it runs or before."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
