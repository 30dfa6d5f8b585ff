"""A SQL store, assembled from its sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

from adieu.adapters.stores.database import Database
from adieu.adapters.stores.erasing import SqlErasing
from adieu.adapters.stores.installing import SqlInstalling
from adieu.adapters.stores.members import SqlMembers
from adieu.adapters.stores.witnessing import SqlWitness
from adieu.datamap.schema import Schema
from adieu.planning.plan import Plan, StorePlan
from adieu.ports.faults import FaultPoints
from adieu.ports.reading import Reading, Readings
from adieu.ports.stores import Subject, Witnessing

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SqlStore:
    """Implements `ports.stores.Store` for one plan."""

    name: str
    database: Database
    erasing: SqlErasing
    members: SqlMembers
    witness: SqlWitness
    installing: SqlInstalling

    @property
    def not_promised(self) -> tuple[str, ...]:
        return ("the server's own logs of changes (WAL, binlog, CDC)",)

    def read_back(self, work: Callable[[Witnessing], T]) -> T:
        return self.database.read(lambda tx: work(SqlWitness(database=self.database, transaction=tx)))

    @contextmanager
    def reading(self, subject: Subject, plan: StorePlan, schema: Schema) -> Iterator[Reading]:
        with self.readings([subject], plan, schema) as readings:
            yield readings.of(subject)

    def readings(self, subjects: Sequence[Subject], plan: StorePlan, schema: Schema) -> AbstractContextManager[Readings]:
        return self.erasing.readings(subjects, plan, schema)

    def close(self) -> None:
        self.database.close()
        self.installing.install_database.close()


@dataclass(frozen=True, kw_only=True)
class StoreAddress:
    """How a store is reached: everyday account, and the one that may create tables (the same where none is named)."""

    name: str
    url: str
    install_url: str | None = None
    lock_wait_ms: int = 5000
    chunk_records: int = 5000


def open_installing(address: StoreAddress, faults: FaultPoints) -> SqlInstalling:
    """The store as far as no plan is needed: schema and installation."""
    database = Database(address.name, address.url, faults, address.lock_wait_ms)
    other = Database(address.name, address.install_url, faults) if address.install_url else database
    return SqlInstalling(database=database, install_database=other)


def open_store(installing: SqlInstalling, plan: Plan, chunk_records: int = 5000) -> SqlStore:
    """The whole store, ready to obey `plan`."""
    database = installing.database
    matters = tuple(m for m in plan.matters if m.dataset.split(".", 1)[0] == database.name)
    return SqlStore(
        name=database.name,
        database=database,
        erasing=SqlErasing(database=database, member=plan.member, chunk_records=chunk_records),
        members=SqlMembers(database=database, member=plan.member, matters=matters),
        witness=SqlWitness(database=database),
        installing=installing,
    )
