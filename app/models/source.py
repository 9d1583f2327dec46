"""The bytes of videos: each kept once for an owner, however often they are uploaded."""

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import MYSQL_OPTIONS, Base, OwnerId, PrimaryKey, Size, Timestamps


class Source(Base, Timestamps):
    """Stored bytes and what was found in them. `media_type` is sniffed, `probe` is `media.facts.Probe` as JSON."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("owner_id", "sha256"), MYSQL_OPTIONS)

    id: Mapped[PrimaryKey]
    owner_id: Mapped[OwnerId]
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[Size]
    key: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str | None] = mapped_column(String(100))
    probe: Mapped[dict[str, Any] | None]
