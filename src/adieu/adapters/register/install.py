"""Bringing a register's schema up to date, and telling whether it is."""

from __future__ import annotations

import sqlalchemy as sa

from adieu.adapters.database import open_engine, plain_errors, writing
from adieu.adapters.register.schema import HEAD, VERSION_TABLE, metadata
from adieu.errors import RegisterUnusable
from adieu.ports.faults import NoFaults

_LOCK = 0x41444945  # PostgreSQL advisory lock: one migration at a time


def install_register(url: str) -> None:
    """Create or upgrade a register in one transaction; a repeat changes nothing.

    Raises:
        RegisterUnusable: its version is unknown here.
        StoreUnreachable: the database does not answer.
    """
    engine = open_engine(url)
    try:
        with plain_errors("register"):
            migrate(engine)
    finally:
        engine.dispose()


def version_of(connection: sa.Connection) -> str | None:
    """The migration a register stands at; None where nothing of ours stands there.

    Raises `RegisterUnusable` where our tables stand there without a version.
    """
    present = set(sa.inspect(connection).get_table_names())
    if VERSION_TABLE in present:
        versions = list(connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars())
        if len(versions) == 1:
            return str(versions[0])
    elif not present & set(metadata.tables):
        return None
    raise RegisterUnusable(
        "The register's database holds tables of its names but no version: another program's, or an upgrade done by "
        "hand. Give Adieu a database of its own, or restore the register's backup."
    )


def migrate(engine: sa.Engine) -> None:
    """Carry out the migrations that are missing, in one transaction."""
    with writing(engine, NoFaults(), "register.install") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        found = version_of(connection)
        if found == HEAD:
            return
        _upgrade(connection, found)


def _upgrade(connection: sa.Connection, found: str | None) -> None:
    # Alembic is only loaded when there is something to migrate: it costs a start 0.1 s.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "adieu.adapters.register:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise RegisterUnusable(
            f"The register stands at version {found}, which this Adieu does not know (newest known: {HEAD}). "
            "Install the newer Adieu."
        ) from None
