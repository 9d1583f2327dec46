"""The first tables, the local user and a running queue."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
WORD = sa.String(16)
MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}


def upgrade() -> None:
    _create(
        "user", _text("name", 80), _must("role", WORD), _may("quota", sa.JSON()), *_made(), *_unique("user", "name")
    )
    _create(
        "worker",
        _text("host", 255),
        _must("pid", sa.Integer()),
        _must("seats", sa.Integer()),
        _must("heartbeat_at", TIME),
        _must("is_draining", sa.Boolean()),
        _must("jail", sa.JSON()),
        *_made(),
    )
    _create(
        "queue_state", _must("is_paused", sa.Boolean()), _may("paused_by", sa.Integer()), _may("since", TIME), *_made()
    )
    _create(
        "source",
        _must("owner_id", ID),
        _text("sha256", 64),
        _must("size_bytes", sa.BigInteger()),
        _text("key", 255),
        _may("media_type", sa.String(100)),
        _may("probe", sa.JSON()),
        *_made(),
        _points("source", "owner_id", "user"),
        *_unique("source", "owner_id", "sha256"),
    )
    _create_jobs()
    _create_artifact()
    _create_job_event()
    _fill()


def downgrade() -> None:
    for table in ("artifact", "thumbnail_job", "video_job", "source", "job_event", "queue_state", "worker", "user"):
        op.drop_table(table)


def _create_jobs() -> None:
    _create(
        "video_job",
        *_owned(),
        _may("source_id", ID),
        _must("origin", WORD),
        _text("filename", 512),
        _may("source_url", sa.String(2000)),
        _may("external_id", sa.String(255)),
        _may("metadata", sa.JSON()),
        _may("kind", WORD),
        _may("width", sa.Integer()),
        _may("height", sa.Integer()),
        _may("duration_seconds", sa.Double()),
        _may("codec", sa.String(40)),
        _may("is_hdr", sa.Boolean()),
        _may("poster_artifact_id", ID),
        *_life(),
        _points("video_job", "owner_id", "user"),
        _points("video_job", "source_id", "source"),
        *_unique("video_job", "public_id"),
    )
    _create(
        "thumbnail_job",
        *_owned(),
        _must("video_id", ID),
        _must("output", WORD),
        _may("preset", sa.String(40)),
        _may("width", sa.Integer()),
        _may("height", sa.Integer()),
        _must("options", sa.JSON()),
        _text("fingerprint", 64),
        *_life(),
        _points("thumbnail_job", "owner_id", "user"),
        _points("thumbnail_job", "video_id", "video_job", ondelete="CASCADE"),
        *_unique("thumbnail_job", "public_id"),
        *_unique("thumbnail_job", "owner_id", "fingerprint"),
    )
    for table in ("video_job", "thumbnail_job"):
        _index(table, "status", "priority", "run_after", "id")
        _index(table, "owner_id", "created_at", "id")
        _index(table, "owner_id", "status", "created_at", "id")
        _index(table, "status", "lease_until")
    _index("video_job", "owner_id", "external_id")
    _index("thumbnail_job", "video_id", "status", "id")


def _create_artifact() -> None:
    _create(
        "artifact",
        *_owned(),
        _must("video_id", ID),
        _may("thumbnail_job_id", ID),
        _must("attempt", sa.SmallInteger()),
        _must("role", WORD),
        _text("key", 255),
        _text("media_type", 100),
        _must("size_bytes", sa.BigInteger()),
        _may("width", sa.Integer()),
        _may("height", sa.Integer()),
        _may("position_seconds", sa.Double()),
        _may("score", sa.Double()),
        _may("meta", sa.JSON()),
        _text("sha256", 64),
        *_made(),
        _points("artifact", "owner_id", "user"),
        _points("artifact", "video_id", "video_job", ondelete="CASCADE"),
        _points("artifact", "thumbnail_job_id", "thumbnail_job", ondelete="CASCADE"),
        *_unique("artifact", "public_id"),
    )
    _index("artifact", "video_id", "role", "id")
    _index("artifact", "thumbnail_job_id")


def _create_job_event() -> None:
    _create(
        "job_event",
        _must("owner_id", ID),
        _must("job_type", WORD),
        _must("job_id", ID),
        _text("event", 40),
        _may("from_status", WORD),
        _must("status", WORD),
        _must("attempt", sa.SmallInteger()),
        _may("worker_id", ID),
        _may("reason", sa.String(500)),
        _must("version", sa.Integer()),
        _must("payload", sa.JSON()),
        _must("created_at", TIME),
        _points("job_event", "owner_id", "user"),
        sqlite_autoincrement=True,
    )
    _index("job_event", "job_type", "job_id", "id")
    _index("job_event", "owner_id", "id")
    _index("job_event", "created_at")


def _fill() -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    made = {"created_at": now, "updated_at": now}
    users = sa.table("user", *(sa.column(name) for name in ("id", "name", "role", "created_at", "updated_at")))
    queue_state = sa.table(
        "queue_state", *(sa.column(name) for name in ("id", "is_paused", "created_at", "updated_at"))
    )
    op.bulk_insert(users, [{"id": 1, "name": "local", "role": "admin", **made}])
    op.bulk_insert(queue_state, [{"id": 1, "is_paused": False, **made}])


# --- the shapes that the tables share ---------------------------------------------------------------------------------


def _create(table: str, *parts: Any, **options: Any) -> None:
    key = sa.Column("id", ID, autoincrement=True, nullable=False)
    op.create_table(table, key, *parts, sa.PrimaryKeyConstraint("id", name=f"pk_{table}"), **MYSQL, **options)


def _life() -> list[sa.Column[Any]]:
    return [
        _must("status", WORD),
        _must("progress", sa.Double()),
        _text("stage", 40),
        _must("priority", sa.SmallInteger()),
        _must("attempt", sa.SmallInteger()),
        _must("max_attempts", sa.SmallInteger()),
        _must("run_after", TIME),
        _may("lease_until", TIME),
        _may("worker_id", ID),
        _may("error_code", sa.String(40)),
        _may("error_message", sa.Text()),
        _must("is_retryable", sa.Boolean()),
        _must("version", sa.Integer()),
        _must("queued_at", TIME),
        _may("started_at", TIME),
        _may("finished_at", TIME),
        _may("expires_at", TIME),
        _may("notify_email", sa.String(254)),
        _may("callback_url", sa.String(2000)),
        _may("request_id", sa.String(64)),
        *_made(),
    ]


def _owned() -> list[sa.Column[Any]]:
    return [_text("public_id", 36), _must("owner_id", ID)]


def _made() -> list[sa.Column[Any]]:
    return [_must("created_at", TIME), _must("updated_at", TIME)]


def _must(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind)


def _text(name: str, length: int) -> sa.Column[Any]:
    return _must(name, sa.String(length))


def _points(table: str, column: str, target: str, **options: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", **options)


def _unique(table: str, *columns: str) -> list[sa.UniqueConstraint]:
    return [sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")]


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
