"""Steps of an upgrade that can be taken twice.

MySQL and MariaDB commit each change of a table by itself, and Alembic writes down a migration only when all of it is
done: one that was killed in its middle would find its own columns in the way ever after. What is done is passed over.
"""

from typing import Any

import sqlalchemy as sa
from alembic.ddl.mysql import MariaDBImpl, MySQLImpl


class _Resuming(MySQLImpl):
    """Looks before each step whether it was taken."""

    def create_table(self, table: sa.Table, **options: Any) -> None:
        if not self._inspector.has_table(table.name):
            super().create_table(table, **options)

    def add_column(self, table_name: str, column: sa.Column[Any], **options: Any) -> None:
        if not self._has_column(table_name, column):
            super().add_column(table_name, column, **options)

    def drop_column(self, table_name: str, column: sa.Column[Any], **options: Any) -> None:
        if self._has_column(table_name, column):
            super().drop_column(table_name, column, **options)

    def create_index(self, index: sa.Index, **options: Any) -> None:
        if not self._has_index(index):
            super().create_index(index, **options)

    def drop_index(self, index: sa.Index, **options: Any) -> None:
        if self._has_index(index):
            super().drop_index(index, **options)

    @property
    def _inspector(self) -> sa.Inspector:
        # A new one each time: it remembers what it saw.
        return sa.inspect(self.connection)

    def _has_column(self, table_name: str, column: sa.Column[Any]) -> bool:
        return column.name in {known["name"] for known in self._inspector.get_columns(table_name)}

    def _has_index(self, index: sa.Index) -> bool:
        table = index.table
        return table is not None and index.name in {one["name"] for one in self._inspector.get_indexes(table.name)}


class ResumingMySQL(_Resuming):
    """Alembic takes the one that was defined last for a dialect."""

    __dialect__ = "mysql"


class ResumingMariaDB(_Resuming, MariaDBImpl):
    """The same for MariaDB."""

    __dialect__ = "mariadb"
