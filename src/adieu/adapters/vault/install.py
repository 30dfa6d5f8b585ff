"""Creating the vault's tables, and telling whether they are ours and of this version."""

from __future__ import annotations

import sqlalchemy as sa

from adieu.adapters.database import open_engine, plain_errors, writing
from adieu.adapters.vault.schema import VERSION, metadata, vault_version
from adieu.errors import RegisterUnusable
from adieu.ports.faults import NoFaults

_LOCK = 0x41445641  # PostgreSQL advisory lock: one installation at a time


def install_vault(url: str) -> None:
    """Create the vault's tables in one transaction; a repeat changes nothing.

    Raises:
        RegisterUnusable: tables of these names stand there without a version, or of another version.
        StoreUnreachable: the database does not answer.
        SettingsError: neither SQLite nor PostgreSQL.
    """
    engine = open_engine(url)
    try:
        with plain_errors("vault"):
            ensure(engine)
    finally:
        engine.dispose()


def ensure(engine: sa.Engine) -> None:
    """Create the tables where nothing of ours stands; raises `RegisterUnusable` at any version but ours."""
    with engine.connect() as connection:
        if _stands(connection):
            return
    with writing(engine, NoFaults(), "vault.install") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if not _stands(connection):  # another process may have been first
            metadata.create_all(connection, checkfirst=False)
            connection.execute(vault_version.insert().values(version=VERSION))


def _stands(connection: sa.Connection) -> bool:
    present = set(sa.inspect(connection).get_table_names())
    if vault_version.name in present:
        found = list(connection.execute(sa.select(vault_version.c.version)).scalars())
        if found == [VERSION]:
            return True
        raise RegisterUnusable(
            f"The vault stands at version {', '.join(map(str, found)) or 'none'}, this Adieu needs {VERSION}. "
            "Nothing was changed; install the Adieu that made it, or a newer one."
        )
    if present & set(metadata.tables):
        raise RegisterUnusable(
            "The vault's database holds tables of its names but no version: another program's, or cut by hand. "
            "Give Adieu a database of its own, or restore the vault's backup."
        )
    return False
