"""People, the workers that serve them, and whether the queue is running."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import MYSQL_OPTIONS, Base, PrimaryKey, Timestamps


class User(Base, Timestamps):
    """A person or program that owns things; number 1 is whoever sits at this machine."""

    __tablename__ = "user"
    __table_args__ = MYSQL_OPTIONS

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    quota: Mapped[dict[str, Any] | None]


class Worker(Base, Timestamps):
    """A running worker process. A row whose heartbeat is old is one that died."""

    __tablename__ = "worker"
    __table_args__ = MYSQL_OPTIONS

    id: Mapped[PrimaryKey]
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    seats: Mapped[int]
    heartbeat_at: Mapped[datetime]
    is_draining: Mapped[bool] = mapped_column(default=False)
    jail: Mapped[dict[str, Any]]


class QueueState(Base, Timestamps):
    """Whether jobs are handed out. One row."""

    __tablename__ = "queue_state"
    __table_args__ = MYSQL_OPTIONS

    id: Mapped[PrimaryKey]
    is_paused: Mapped[bool] = mapped_column(default=False)
    paused_by: Mapped[int | None]
    since: Mapped[datetime | None]
    # When all that is stored was last weighed, which one process does at a time.
    weighed_at: Mapped[datetime | None] = mapped_column(sort_order=100)
