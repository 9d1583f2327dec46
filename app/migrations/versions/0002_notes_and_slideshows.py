"""What a job has to say of its result, and what a slideshow is made of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table in ("video_job", "thumbnail_job"):
        op.add_column(table, sa.Column("notes", sa.JSON()))
    op.add_column("video_job", sa.Column("recipe", sa.JSON()))


def downgrade() -> None:
    op.drop_column("video_job", "recipe")
    for table in ("thumbnail_job", "video_job"):
        op.drop_column(table, "notes")
