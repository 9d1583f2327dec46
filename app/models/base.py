"""What every table shares: the registry, portable column types, who owns a row and when it was made."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Integer, MetaData, String, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils import uuid7

# The owner of everything until there is sign-in.
LOCAL_USER_ID = 1

MYSQL_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_ci"}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC with microseconds. Naive ones are refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        wanted = mysql.DATETIME(fsp=6) if dialect.name in ("mysql", "mariadb") else DateTime()
        return dialect.type_descriptor(wanted)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum kept as its word, so that a new member needs no migration."""

    impl = String(16)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def new_public_id() -> str:
    """Return an id that cannot be guessed and sorts by time (UUIDv7)."""
    return str(uuid7())


# SQLite counts up by itself only where the type is exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")

# Column shapes; each is written `Mapped[PrimaryKey]` and so on.
PrimaryKey = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True, sort_order=-3)]
PublicId = Annotated[str, mapped_column(String(36), unique=True, default=new_public_id, sort_order=-2)]
OwnerId = Annotated[int, mapped_column(BigId, ForeignKey("user.id"), sort_order=-1)]
WorkerId = Annotated[int, mapped_column(BigId)]
Size = Annotated[int, mapped_column(BigInteger)]


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime(), dict[str, Any]: JSON(none_as_null=True)}  # noqa: RUF012  (SQLAlchemy's form)


class Timestamps:
    """When a row was made and last changed; both are set by whoever writes, from the one clock."""

    created_at: Mapped[datetime] = mapped_column(sort_order=98)
    updated_at: Mapped[datetime] = mapped_column(sort_order=99)
