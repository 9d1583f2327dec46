"""Run by Alembic, which looks for a module of this name. It works on the connection it is handed."""

from alembic import context

from app.migrations import resuming  # noqa: F401  (for its effect on MySQL and MariaDB)
from app.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    # All of it in one transaction, which Alembic does not trust SQLite with: between two a second process that starts
    # just now would begin with the same step.
    transactional_ddl=connection.dialect.name == "sqlite",
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()
