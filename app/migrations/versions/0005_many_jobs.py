"""Indexes that keep a service with a million jobs as quick as an empty one."""

from alembic import op

revision = "0005"
down_revision = "0004"

JOBS = ("video_job", "thumbnail_job")
NEW = (
    ("video_job", ["owner_id", "id"]),
    ("artifact", ["key"]),
    ("source", ["key"]),
)


def upgrade() -> None:
    for table in JOBS:
        _create(table, ["owner_id", "status", "finished_at", "queued_at"])
        op.drop_index(f"ix_{table}_owner_id_status_finished_at", table)
    for table, columns in NEW:
        _create(table, columns)
    # MySQL made one for the foreign key, which gives way to this.
    _create("video_job", ["source_id"])


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.create_index("fk_video_job_source_id_source", "video_job", ["source_id"])
    op.drop_index("ix_video_job_source_id", "video_job")
    for table, columns in NEW:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
    for table in JOBS:
        op.create_index(f"ix_{table}_owner_id_status_finished_at", table, ["owner_id", "status", "finished_at"])
        op.drop_index(f"ix_{table}_owner_id_status_finished_at_queued_at", table)


def _create(table: str, columns: list[str]) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
