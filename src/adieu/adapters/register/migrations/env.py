"""Where Alembic gets its connection: from `adieu.adapters.register.install`, which holds the transaction."""

from __future__ import annotations

from alembic import context

from adieu.adapters.register.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=False,  # the caller's transaction covers everything
)
context.run_migrations()
