"""The vault on SQLAlchemy Core: `adieu.ports.vault.Vault`.

One transaction and one commit a `keep`. Fault points: ``vault.keep.before_commit``, ``vault.keep.after_commit``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from adieu.adapters.database import open_engine, plain_errors, writing
from adieu.adapters.vault import monthly, records
from adieu.adapters.vault.install import ensure
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.keys import Keys
from adieu.ports.stores import Custodial
from adieu.ports.vault import Deposit, Kept


class SqlVault:
    """The vault; see the port for what each method promises. Raises `StoreUnreachable` where it does not answer."""

    def __init__(self, engine: sa.Engine, keys: Keys, faults: FaultPoints) -> None:
        self._engine, self._keys, self._faults = engine, keys, faults

    def keep(self, shop: str, deposits: Sequence[Deposit]) -> None:
        """Keep durably, in one transaction; a repeat changes nothing.

        Raises:
            VaultRefused: what is read back is not what was sent, an earlier deposit of the same record by the same
                closure holds something else, or a value cannot be kept without loss. Nothing was written.
            KeysRefused: a month's key does not open with these master keys. Nothing was written.
        """
        if not deposits:
            return
        sent = records.sent_by_id(self._keys, shop, deposits)
        with plain_errors("vault"), writing(self._engine, self._faults, "vault.keep") as connection:
            months = monthly.made(connection, self._keys, shop, (one.kept.end_month for one in sent.values()))
            digests = records.write(connection, shop, sent, months)
            records.compare(connection, shop, sent, months, digests)

    def kept(self, shop: str, closure: str | None = None) -> Iterator[Kept]:
        """What is kept, without opening anything; read in pages, no connection held between them."""
        after = ""
        while True:
            with plain_errors("vault"), self._engine.connect() as connection:
                page = records.page(connection, shop, closure, after)
            yield from (kept for _, kept in page)
            if len(page) < records.CHUNK:
                return
            after = page[-1][0]

    def opened(self, shop: str, closure: str) -> Iterable[Custodial]:
        """The kept records of one closure, unsealed; all or none.

        Raises `KeysRefused` where a month's key was destroyed, or a row was changed or moved.
        """
        with plain_errors("vault"), self._engine.connect() as connection:
            lying = records.of_closure(connection, shop, closure)
            months = monthly.existing(connection, self._keys, shop, (one.kept.end_month for one in lying))
        return list(records.unsealed(shop, lying, months))

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()


def open_vault(url: str, keys: Keys, faults: FaultPoints | None = None) -> SqlVault:
    """Open a vault; an empty database is made one, any other version than ours is left alone.

    Raises:
        RegisterUnusable: tables of another version, or of these names without a version.
        StoreUnreachable: the database does not answer.
        SettingsError: neither SQLite nor PostgreSQL.
    """
    engine = open_engine(url)
    try:
        with plain_errors("vault"):
            ensure(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlVault(engine, keys, faults or NoFaults())
