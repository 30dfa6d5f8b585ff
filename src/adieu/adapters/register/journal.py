"""The journal of stores that have none of their own, in the register's database: `adieu.ports.journal.Journal`.

Every entry is sealed under the shop's key and bound to its place, for it names members. Fault points: ``journal.write``
with ``.before_commit`` and ``.after_commit``.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from adieu.adapters.database import plain_errors, writing
from adieu.adapters.register.schema import store_journal as table
from adieu.ports.faults import FaultPoints
from adieu.ports.journal import Entry
from adieu.ports.keys import Keys

_PURPOSE = "store journal"


class SealedJournal:
    """One shop's journal. One transaction and one commit a `write` or `forget`."""

    def __init__(self, engine: sa.Engine, keys: Keys, shop: str, faults: FaultPoints) -> None:
        self._engine, self._keys, self._shop, self._faults = engine, keys, shop, faults

    def entry(self, store: str, run: str, step: int) -> bytes | None:
        """The entry's content; None where none was written."""
        place = (table.c.run == run) & (table.c.step == step)
        found = [entry.content for entry in self._read(store, place)]
        return found[0] if found else None

    def write(self, store: str, run: str, step: int, content: bytes) -> bytes:
        """Write an entry durably, and answer the one that stands."""
        sealed = self._keys.seal(_PURPOSE, self._shop, content, _place(store, run, step))
        row = {"shop": self._shop, "store": store, "run": run, "step": step, "sealed": sealed}
        try:
            with plain_errors("register"), writing(self._engine, self._faults, "journal.write") as connection:
                try:
                    connection.execute(sa.insert(table), row)
                except IntegrityError:
                    raise _StandsAlready from None
        except _StandsAlready:
            stands = self.entry(store, run, step)
            return content if stands is None else stands
        return content

    def entries(self, store: str, family: str) -> Sequence[Entry]:
        """Every entry of a family of runs in one store, by run and step."""
        return self._read(store, table.c.run.startswith(family, autoescape=True))

    def forget(self, store: str, family: str) -> None:
        """Remove the entries of a family of runs in one store."""
        gone = sa.delete(table).where(
            table.c.shop == self._shop, table.c.store == store, table.c.run.startswith(family, autoescape=True)
        )
        with plain_errors("register"), writing(self._engine, self._faults, "journal.forget") as connection:
            connection.execute(gone)

    def _read(self, store: str, where: sa.ColumnElement[bool]) -> list[Entry]:
        rows = (
            sa.select(table.c.run, table.c.step, table.c.sealed)
            .where(table.c.shop == self._shop, table.c.store == store, where)
            .order_by(table.c.run, table.c.step)
        )
        with plain_errors("register"), self._engine.connect() as connection:
            found = list(connection.execute(rows))
        return [
            Entry(run, step, self._keys.unseal(_PURPOSE, self._shop, bytes(sealed), _place(store, run, step)))
            for run, step, sealed in found
        ]


class _StandsAlready(Exception):
    """Leaves the transaction that cannot be committed any more."""


def _place(store: str, run: str, step: int) -> bytes:
    return f"{store}/{run}/{step}".encode()
