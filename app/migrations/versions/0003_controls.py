"""What lets jobs be controlled and videos be deleted: crashes, expected ends, and who needs which bytes."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"

JOBS = ("video_job", "thumbnail_job")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}


def upgrade() -> None:
    for table in JOBS:
        _never_reuse_ids(table)
        op.add_column(table, sa.Column("crashes", sa.SmallInteger(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("eta_at", TIME))
        op.create_index(f"ix_{table}_owner_id_status_finished_at", table, ["owner_id", "status", "finished_at"])
    op.create_table(
        "source_use",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("video_id", ID),
        sa.Column("thumbnail_job_id", ID),
        sa.PrimaryKeyConstraint("id", name="pk_source_use"),
        _points("source_id", "source"),
        _points("video_id", "video_job", ondelete="CASCADE"),
        _points("thumbnail_job_id", "thumbnail_job", ondelete="CASCADE"),
        **MYSQL,
    )
    for column in ("source_id", "video_id", "thumbnail_job_id"):
        op.create_index(f"ix_source_use_{column}", "source_use", [column])
    _fill()


def downgrade() -> None:
    op.drop_table("source_use")
    for table in JOBS:
        op.drop_index(f"ix_{table}_owner_id_status_finished_at", table)
        op.drop_column(table, "eta_at")
        op.drop_column(table, "crashes")


def _never_reuse_ids(table: str) -> None:
    """Let SQLite count ids on for good, as the others do: for that a table must be written anew."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def _fill() -> None:
    """Write down which bytes the jobs that are there already speak of."""
    connection = op.get_bind()
    sources = {
        (owner_id, sha256): id_
        for id_, owner_id, sha256 in connection.execute(sa.text("SELECT id, owner_id, sha256 FROM source"))
    }
    uses = [
        {"source_id": sources[owner_id, sha256], "video_id": video_id, "thumbnail_job_id": job_id}
        for owner_id, sha256, video_id, job_id in (*_of_outputs(connection), *_of_slideshows(connection))
        if (owner_id, sha256) in sources
    ]
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("source_id", "video_id", "thumbnail_job_id")]
    if uses:
        op.bulk_insert(sa.table("source_use", *columns), uses)


def _of_outputs(connection: sa.Connection) -> Iterator[tuple[int, str, int | None, int | None]]:
    for id_, owner_id, text in connection.execute(sa.text("SELECT id, owner_id, options FROM thumbnail_job")):
        options = json.loads(text)
        for sha256 in (options.get("upload"), (options.get("watermark") or {}).get("sha256")):
            if sha256:
                yield owner_id, sha256, None, id_


def _of_slideshows(connection: sa.Connection) -> Iterator[tuple[int, str, int | None, int | None]]:
    query = sa.text("SELECT id, owner_id, recipe FROM video_job WHERE recipe IS NOT NULL")
    for id_, owner_id, text in connection.execute(query):
        for sha256 in set(json.loads(text)["sources"].values()):
            yield owner_id, sha256, id_, None


def _points(column: str, table: str, **options: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_source_use_{column}_{table}", **options)
