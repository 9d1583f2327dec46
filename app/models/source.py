"""The bytes of videos: each kept once for an owner, however often they are uploaded."""

from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import MYSQL_OPTIONS, Base, BigId, OwnerId, PrimaryKey, Size, Timestamps


class Source(Base, Timestamps):
    """Stored bytes and what was found in them. `media_type` is sniffed, `probe` is `media.facts.Probe` as JSON."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("owner_id", "sha256"), Index(None, "key"), MYSQL_OPTIONS)

    id: Mapped[PrimaryKey]
    owner_id: Mapped[OwnerId]
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[Size]
    key: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str | None] = mapped_column(String(100))
    probe: Mapped[dict[str, Any] | None]


class SourceUse(Base):
    """A job that needs these bytes beside those of its video: an uploaded poster, a watermark, a slide's picture.

    While a video or a use names a source, its bytes stay.
    """

    __tablename__ = "source_use"
    __table_args__ = (
        Index(None, "source_id"),
        Index(None, "video_id"),
        Index(None, "thumbnail_job_id"),
        MYSQL_OPTIONS,
    )

    id: Mapped[PrimaryKey]
    source_id: Mapped[int] = mapped_column(BigId, ForeignKey("source.id"))
    video_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("video_job.id", ondelete="CASCADE"))
    thumbnail_job_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("thumbnail_job.id", ondelete="CASCADE"))
