"""One closure of the contract's shop, taken apart into the calls that erasure makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from adieu.datamap.load import load
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Schema
from adieu.erasure import cut
from adieu.planning.make import make_plan
from adieu.planning.plan import Plan, Role, StorePlan
from adieu.planning.reaching import key_of
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.reading import ReadableStore
from adieu.ports.stores import (
    FAMILY_CHARACTERS,
    Captured,
    Chunk,
    Custodial,
    Doubt,
    Keep,
    KeyText,
    Run,
    Step,
    Tally,
    Witnessing,
)
from adieu.testing.contract.kinds import Record, StoreKind
from adieu.testing.contract.shop import MAP, TABLES, records
from adieu.verification import Ground, Report, doubting, verify

Rows = Mapping[str, list[Mapping[str, object]]]


def run_id(name: str) -> str:
    """The id of a test's run: a family of its own, and the run in it after the slash."""
    family, _, part = name.partition("/")
    return family.ljust(FAMILY_CHARACTERS, "-") + part


def agree(witness: Witnessing) -> None:
    """A doubt that has none."""


@dataclass(kw_only=True)
class Custody:
    """A vault that only remembers."""

    kept: list[Custodial] = field(default_factory=list)

    def __call__(self, records: Sequence[Custodial]) -> None:
        self.kept += records


@dataclass(frozen=True, kw_only=True)
class Case:
    """The filled shop with an open store."""

    kind: StoreKind
    datamap: DataMap
    schema: Schema
    plan: Plan
    store: ReadableStore

    @property
    def here(self) -> StorePlan:
        """The one store's plan."""
        return self.plan.stores[0]

    def run(self, *members: int, run: str = "r1", vouched: frozenset[str] = frozenset()) -> Run:
        """A run of these members, as the store knows them."""
        keys = [str(member) for member in members]
        return Run(id=run_id(run), subjects=tuple(self.store.members.subjects(keys, vouched)))

    def ground(self, run: Run) -> Ground:
        """Where verification walks for a run."""
        return Ground(datamap=self.datamap, schema=self.schema, subjects=run.subjects)

    def captured(self, run: Run, doubt: Doubt | None = None) -> tuple[Chunk, ...]:
        """Capture, with verification's own doubt where no other is given."""
        return self.store.erasing.capture(run, self.here, doubt or doubting(self.ground(run), run.id)).chunks

    def steps(self, run: Run, records_per_step: int = 60_000) -> tuple[Step, ...]:
        """The steps of a run, captured where it was not yet."""
        return cut(self.here, self.captured(run), records_per_step)

    def close(self, run: Run, keep: Keep | None = None, records_per_step: int = 60_000) -> list[Mapping[int, int]]:
        """Capture and carry out every step; the counts of each."""
        taken = keep or Custody()
        return [self.apply(run, step, taken) for step in self.steps(run, records_per_step)]

    def apply(self, run: Run, step: Step, keep: Keep | None = None) -> Mapping[int, int]:
        """Carry out one step."""
        return self.store.erasing.apply(run, self.here, step, keep or Custody())

    def verified(self, run: Run) -> Report:
        """What verification reads back."""
        return self.store.read_back(lambda witness: verify(self.ground(run), (run.id,), witness))

    def keys(self, run: str, table: str, role: Role = Role.OWN) -> set[KeyText]:
        """The keys captured in a table."""
        key = key_of(self.schema, f"shop.{table}")
        captured = Captured(runs=(run_id(run),), dataset=f"shop.{table}", role=role, key=key)
        return self.store.read_back(lambda witness: witness.keys([captured])[0])

    def tally(self, run: Run) -> list[Tally]:
        """What was done in the run's family."""
        return list(self.store.erasing.tally(run.family, self.here))

    def rows(self) -> Rows:
        """Every record of every table."""
        return {table.name: self.kind.rows(table.name) for table in TABLES}

    def another(self, faults: FaultPoints | None = None) -> Case:
        """The same shop seen by another worker."""
        store = self.kind.open(self.plan, chunk_records=5000, faults=faults or NoFaults())
        return Case(kind=self.kind, datamap=self.datamap, schema=self.schema, plan=self.plan, store=store)


def begin(
    kind: StoreKind,
    *,
    chunk_records: int = 5000,
    more: Mapping[str, Sequence[Record]] | None = None,
    change_map: Callable[[str], str] = lambda text: text,
) -> Case:
    """Fill a fresh database, install, plan and open the store. `more` records are inserted after the usual ones."""
    kind.create(TABLES)
    for table, rows in records().items():
        kind.insert(table, [*rows, *(more or {}).get(table, ())])
    installing = kind.installing()
    installing.install()
    schema = installing.schema()
    datamap = load(change_map(MAP), "contract.yaml")
    plan = make_plan(datamap, {"shop": schema})
    store = kind.open(plan, chunk_records=chunk_records, faults=NoFaults())
    return Case(kind=kind, datamap=datamap, schema=schema, plan=plan, store=store)


def changed(before: Rows, after: Rows) -> set[tuple[str, str]]:
    """The (table, first key column) of every record that is not byte for byte what it was, new ones included."""
    return {
        (table, str(next(iter(row.values()))))
        for table in before
        for one, other in ((before[table], after[table]), (after[table], before[table]))
        for row in one
        if row not in other
    }
