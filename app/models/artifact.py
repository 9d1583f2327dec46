"""A file that was made: a picture, an index, a clip."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import MYSQL_OPTIONS, Base, BigId, EnumText, OwnerId, PrimaryKey, PublicId, Size, Timestamps


class Role(StrEnum):
    """What an artifact is for."""

    IMAGE = "image"
    CANDIDATE = "candidate"  # a frame that may stand for the video; the chosen one is its poster
    REJECTED = "rejected"  # a frame that was looked at and may not; its note says why
    SPRITE = "sprite"  # many small stills in one picture
    SHEET = "sheet"  # a contact sheet
    VTT = "vtt"  # which part of which sprite shows which time
    HLS = "hls"  # the same as an HLS image playlist
    BIF = "bif"  # the same as Roku's players read it
    JSON = "json"
    PREVIEW = "preview"  # a short moving picture
    VIDEO = "video"  # a rendition
    ARCHIVE = "archive"


class Artifact(Base, Timestamps):
    """One stored result. `thumbnail_job_id` is NULL for what intake made by itself."""

    __tablename__ = "artifact"
    __table_args__ = (
        Index(None, "video_id", "role", "id"),
        Index(None, "thumbnail_job_id"),
        # The sweep asks which stored files are named here.
        Index(None, "key"),
        MYSQL_OPTIONS,
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    owner_id: Mapped[OwnerId]
    video_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_job.id", ondelete="CASCADE"))
    thumbnail_job_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("thumbnail_job.id", ondelete="CASCADE"))
    attempt: Mapped[int] = mapped_column(SmallInteger)
    role: Mapped[Role] = mapped_column(EnumText(Role))
    key: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[Size]
    width: Mapped[int | None]
    height: Mapped[int | None]
    position_seconds: Mapped[float | None]
    score: Mapped[float | None]
    meta: Mapped[dict[str, Any] | None]
    sha256: Mapped[str] = mapped_column(String(64))

    @property
    def name(self) -> str:
        """Return what the file is called among those of its job."""
        return self.key.rpartition("/")[2]
