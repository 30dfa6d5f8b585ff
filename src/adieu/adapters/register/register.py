"""The register on SQLAlchemy Core: `adieu.ports.register.Register`.

One transaction and one commit a `begin`, `move` or `end`. Fault points: ``register.begin``, ``register.move`` and
``register.end``, each with ``.before_commit`` and ``.after_commit``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from adieu.adapters.clock import SystemClock
from adieu.adapters.database import open_engine, plain_errors, writing
from adieu.adapters.register import closures as cases
from adieu.adapters.register import ledger
from adieu.adapters.register.install import migrate, version_of
from adieu.adapters.register.journal import SealedJournal
from adieu.adapters.register.schema import HEAD
from adieu.errors import RegisterConflict, RegisterUnusable
from adieu.ports.clock import Clock
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.keys import Keys
from adieu.ports.register import Closure, Ending, Issued, Move, Opening, State


class SqlClosures:
    """Closures; see the port for what each method promises. Raises `StoreUnreachable` where it does not answer."""

    def __init__(self, engine: sa.Engine, clock: Clock, faults: FaultPoints) -> None:
        self._engine, self._clock, self._faults = engine, clock, faults

    def begin(self, batch: str, openings: Sequence[Opening], at: datetime) -> tuple[Closure, ...]:
        """Write new closures into a batch, in one transaction; a repeat with the same batch id only reads."""
        try:
            with plain_errors("register"), writing(self._engine, self._faults, "register.begin") as connection:
                try:
                    return cases.in_batch(connection, batch) or cases.write(connection, batch, openings, at)
                except IntegrityError:
                    raise RegisterConflict(
                        "A member of this batch already has a closure that is not finished; nothing was written. "
                        "Go on with that one."
                    ) from None
        except RegisterConflict:
            # On PostgreSQL the same batch may have been written by another process while we waited for its rows.
            written = self.batch(batch)
            if {opening.closure.id for opening in openings} == {one.id for one in written}:
                return written
            raise

    def batch(self, batch: str) -> tuple[Closure, ...]:
        """The closures of a batch, ordered by id."""
        with plain_errors("register"), self._engine.connect() as connection:
            return cases.in_batch(connection, batch)

    def unfinished(self, batch: str) -> tuple[Closure, ...]:
        """Those of a batch that are neither closed nor cancelled, ordered by id."""
        with plain_errors("register"), self._engine.connect() as connection:
            return cases.in_batch(connection, batch, unfinished=True)

    def sealed(self, closures: Sequence[str]) -> Mapping[str, bytes]:
        """The sealed facts by closure id; a closure that ended has none."""
        with plain_errors("register"), self._engine.connect() as connection:
            return cases.sealed(connection, closures)

    def of_members(self, shop: str, digests: Sequence[str]) -> Iterable[Closure]:
        """The newest closure of each member that has one."""
        with plain_errors("register"), self._engine.connect() as connection:
            return cases.newest_of(connection, shop, digests)

    def in_states(self, shop: str, states: Sequence[State]) -> Iterable[Closure]:
        """Every closure of a shop in one of these states, none of them final; the oldest first."""
        with plain_errors("register"), self._engine.connect() as connection:
            return cases.in_states(connection, shop, states)

    def move(self, moves: Sequence[Move], at: datetime) -> None:
        """Carry out guarded changes of state with their history, in one transaction."""
        if not moves:
            return
        with plain_errors("register"), writing(self._engine, self._faults, "register.move") as connection:
            try:
                cases.carry_out(connection, moves, at)
            except IntegrityError:
                raise RegisterConflict(
                    "A member would have two unfinished closures; nothing was written. Read them again."
                ) from None


class SqlRegister(SqlClosures):
    """The whole register: closures, and below the ledger."""

    def end(self, ending: Ending, at: datetime) -> tuple[int, ...]:
        """Write an ending and wipe the sealed facts, in one transaction; the leaves' indexes. A repeat only reads."""
        with plain_errors("register"), writing(self._engine, self._faults, "register.end") as connection:
            done = ledger.indexes_of(connection, ending.shop, ending.receipts)
            if done is not None:
                return done
            try:
                cases.carry_out(connection, ending.moves, at, ending.shop)
                return ledger.append(connection, ending)
            except IntegrityError:
                raise RegisterConflict(
                    "The ledger, a receipt or a late mark was written by another process meanwhile; nothing was "
                    "written. Read the tip again and retry."
                ) from None

    def tip(self, shop: str) -> tuple[int, bytes, str]:
        """The ledger's size, compact range and newest checkpoint; ``(0, b"", "")`` before the first leaf."""
        with plain_errors("register"), self._engine.connect() as connection:
            return ledger.tip_of(connection, shop)

    def receipt(self, closure: str) -> Issued | None:
        """The receipt of a closure, if it has one and its last day has not passed."""
        with plain_errors("register"), self._engine.connect() as connection:
            found = ledger.receipt_of(connection, closure)
        return found if found is not None and self._clock.now().date() <= found.ends_on else None

    def leaves(self, shop: str, start: int, end: int) -> tuple[bytes, ...]:
        """The leaf hashes from `start` up to, not including, `end`; raises `RegisterUnusable` where one is missing."""
        with plain_errors("register"), self._engine.connect() as connection:
            return ledger.leaves_of(connection, shop, start, end)

    def journal(self, keys: Keys, shop: str) -> SealedJournal:
        """The journal of a shop's stores that have none of their own, in this database."""
        return SealedJournal(self._engine, keys, shop, self._faults)

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()


def open_register(url: str, clock: Clock | None = None, faults: FaultPoints | None = None) -> SqlRegister:
    """Open a register; an empty database is made one, any other version than ours is left alone.

    Raises:
        RegisterUnusable: run `adieu install` (older), or a newer Adieu.
        StoreUnreachable: the database does not answer.
        SettingsError: neither SQLite nor PostgreSQL.
    """
    engine = open_engine(url)
    try:
        with plain_errors("register"):
            with engine.connect() as connection:
                found = version_of(connection)
            if found is None:
                migrate(engine)
            elif found != HEAD:
                raise RegisterUnusable(
                    f"The register stands at version {found}, this Adieu needs {HEAD}. Back it up and run "
                    "`adieu install`; if it says the version is unknown, install the newer Adieu."
                )
    except BaseException:
        engine.dispose()
        raise
    return SqlRegister(engine, clock or SystemClock(), faults or NoFaults())
