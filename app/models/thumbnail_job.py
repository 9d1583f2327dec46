"""One output wanted from one video."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.artifact import Artifact
from app.models.base import Base, BigId, EnumText
from app.models.job import JobKind, Lifecycle
from app.models.video_job import VideoJob


class Output(StrEnum):
    """What can be made from a video."""

    THUMBNAIL = "thumbnail"
    POSTER = "poster"
    STORYBOARD = "storyboard"
    CONTACT_SHEET = "contact_sheet"
    PREVIEW = "preview"
    RENDITION = "rendition"
    PLAYER_KIT = "player_kit"


class ThumbnailJob(Base, Lifecycle):
    """One output of one video. `fingerprint` is the hash of what was asked: the same wish is the same row."""

    __tablename__ = "thumbnail_job"
    kind_of_job = JobKind.THUMBNAIL

    video_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_job.id", ondelete="CASCADE"))
    output: Mapped[Output] = mapped_column(EnumText(Output), default=Output.THUMBNAIL)
    preset: Mapped[str | None] = mapped_column(String(40))
    width: Mapped[int | None]
    height: Mapped[int | None]
    options: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    # When a file of it was first taken away, which may end the time that it is kept.
    downloaded_at: Mapped[datetime | None] = mapped_column(sort_order=103)

    video: Mapped[VideoJob] = relationship(lazy="raise_on_sql")
    artifacts: Mapped[list[Artifact]] = relationship(lazy="raise_on_sql", order_by=Artifact.id, viewonly=True)

    @classmethod
    def _extra_table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("owner_id", "fingerprint"),
            Index(None, "video_id", "status", "id"),
            Index(None, "status", "downloaded_at"),
        )
