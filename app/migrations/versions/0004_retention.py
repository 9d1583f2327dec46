"""What retention needs to know, and what a decoder said before a job failed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"

JOBS = ("video_job", "thumbnail_job")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    for table in JOBS:
        op.drop_column(table, "expires_at")
        op.add_column(table, sa.Column("error_log", sa.Text()))
    op.add_column("thumbnail_job", sa.Column("downloaded_at", TIME))
    op.add_column("queue_state", sa.Column("weighed_at", TIME))
    op.create_index("ix_thumbnail_job_status_downloaded_at", "thumbnail_job", ["status", "downloaded_at"])


def downgrade() -> None:
    op.drop_index("ix_thumbnail_job_status_downloaded_at", "thumbnail_job")
    op.drop_column("queue_state", "weighed_at")
    op.drop_column("thumbnail_job", "downloaded_at")
    for table in JOBS:
        op.drop_column(table, "error_log")
        op.add_column(table, sa.Column("expires_at", TIME))
