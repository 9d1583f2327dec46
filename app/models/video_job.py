"""A video and its intake."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.models.artifact import Artifact
from app.models.base import Base, BigId, EnumText
from app.models.job import JobKind, Lifecycle
from app.models.source import Source
from app.models.status import Status


class Origin(StrEnum):
    """How a video came here."""

    UPLOAD = "upload"
    IMPORT = "import"
    SLIDESHOW = "slideshow"


class VideoJob(Base, Lifecycle):
    """One video (or image): its bytes, what is in it, and the job that takes it in."""

    __tablename__ = "video_job"
    kind_of_job = JobKind.VIDEO

    source_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("source.id"))
    origin: Mapped[Origin] = mapped_column(EnumText(Origin), default=Origin.UPLOAD)
    # As the client gave it: shown to people, never used to name or find a file.
    filename: Mapped[str] = mapped_column(String(512))
    source_url: Mapped[str | None] = mapped_column(String(2000))
    external_id: Mapped[str | None] = mapped_column(String(255))
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata")
    kind: Mapped[str | None] = mapped_column(String(16))
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration_seconds: Mapped[float | None]
    codec: Mapped[str | None] = mapped_column(String(40))
    is_hdr: Mapped[bool | None]
    # What a slideshow is made of; its bytes are made by its intake.
    recipe: Mapped[dict[str, Any] | None] = mapped_column(sort_order=101)
    # No foreign key: artifacts point at videos already, and a circle cannot be created or loaded in one go.
    poster_artifact_id: Mapped[int | None] = mapped_column(BigId)

    source: Mapped[Source | None] = relationship(lazy="raise_on_sql")
    poster: Mapped[Artifact | None] = relationship(
        primaryjoin=lambda: foreign(VideoJob.poster_artifact_id) == Artifact.id, lazy="raise_on_sql", viewonly=True
    )

    @property
    def was_read(self) -> bool:
        """Tell whether it is known what is in it, whether its file is still there or not."""
        return self.status in (Status.COMPLETED, Status.EXPIRED)

    @property
    def is_gone(self) -> bool:
        """Tell whether its file is not kept any more. That of a slideshow may just not be made yet."""
        return self.status is Status.EXPIRED or (self.source_id is None and self.recipe is None)

    @classmethod
    def _extra_table_args(cls) -> tuple[Any, ...]:
        return (
            Index(None, "owner_id", "external_id"),
            # The library, newest first.
            Index(None, "owner_id", "id"),
            # MySQL has one for each foreign key by itself, SQLite has none.
            Index(None, "source_id"),
        )
