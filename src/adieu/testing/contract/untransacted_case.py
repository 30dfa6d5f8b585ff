"""What the contract of stores without transactions runs on: three members, a map, a journal in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from adieu.datamap.load import load
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Column, Kind, Schema, Table
from adieu.erasure import cut
from adieu.errors import VaultRefused
from adieu.planning.make import make_plan
from adieu.planning.plan import Plan, StorePlan
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.journal import Entry
from adieu.ports.stores import FAMILY_CHARACTERS, Custodial, Doubt, Proved, Run, Step, Store, Subject
from adieu.testing.contract.case import run_id
from adieu.verification import Ground, Report, doubting, verify

STORE = "there"  # the name under which the map declares the store under test


def member(key: str) -> Subject:
    """A member with one proved address; key and address look like nobody else's."""
    address = Proved(kind="email", value=f"canary-{key}@private.example")
    return Subject(key=key, proved=(address,), known=(address,))


FIRST, LONGER, STAYS = (member(key) for key in ("90417", "904170", "70311"))  # one key begins another


class UntransactedKind(Protocol):
    """A fresh, empty bucket, recipient or the like, called ``there``; every test gets one of its own."""

    @property
    def declared(self) -> str:
        """The store's entry in the map, on one line, e.g. ``{kind: objects, url: "s3://..."}``."""

    @property
    def datasets(self) -> Mapping[str, str]:
        """Its datasets in the map, each rule on one line; linked by the member's key, or by their `email`."""

    @property
    def secrets(self) -> Sequence[str]:
        """What no error may hold beside members' keys and addresses: secrets, names of objects."""

    @property
    def servers(self) -> Sequence[str]:
        """Names of the loggers of a server that the kind itself runs in this process; what they say is not ours."""

    def schema(self) -> Schema:
        """What the store's installing side answers."""

    def open(self, plan: Plan, journal: StoppingJournal, faults: FaultPoints) -> Store:
        """The store for a plan."""

    def put(self, members: Sequence[Subject]) -> Mapping[str, int]:
        """The shop puts something of these members there, also where they were erased; how many records each has."""

    def left(self) -> Mapping[str, int]:
        """How many records of each member are there still; nobody who has none. A recipient: whom it was not told of."""

    def down(self) -> None:
        """From now on the store cannot be reached."""

    def up(self) -> None:
        """It can be reached again, with everything that was there."""

    def close(self) -> None:
        """Let go of everything."""


class StoppingJournal:
    """Behaves as `ports.journal.Journal` says, in memory; passes its fault points as the register's does."""

    def __init__(self, kept: dict[tuple[str, str, int], bytes] | None = None, faults: FaultPoints | None = None) -> None:
        self.kept: dict[tuple[str, str, int], bytes] = {} if kept is None else kept
        self._faults = faults or NoFaults()

    def seen_by(self, faults: FaultPoints) -> StoppingJournal:
        """The same entries for another worker."""
        return StoppingJournal(self.kept, faults)

    def entry(self, store: str, run: str, step: int) -> bytes | None:
        """The entry's content; None where none was written."""
        return self.kept.get((store, run, step))

    def write(self, store: str, run: str, step: int, content: bytes) -> bytes:
        """Write an entry, and answer the one that stands."""
        self._faults.reach("journal.write.before_commit")
        stands = self.kept.setdefault((store, run, step), content)
        self._faults.reach("journal.write.after_commit")
        return stands

    def entries(self, store: str, family: str) -> Sequence[Entry]:
        """Every entry of a family of runs in one store, by run and step."""
        found = sorted((run, step, kept) for (of, run, step), kept in self.kept.items() if of == store)
        return [Entry(*entry) for entry in found if entry[0].startswith(family)]

    def forget(self, store: str, family: str) -> None:
        """Remove the entries of a family of runs in one store."""
        self._faults.reach("journal.forget.before_commit")
        for key in [key for key in self.kept if key[0] == store and key[1].startswith(family)]:
            del self.kept[key]
        self._faults.reach("journal.forget.after_commit")


@dataclass(frozen=True, kw_only=True)
class Outside:
    """An open store with something of three members in it."""

    kind: UntransactedKind
    datamap: DataMap
    schema: Schema
    plan: Plan
    journal: StoppingJournal
    store: Store

    @property
    def here(self) -> StorePlan:
        """The store's plan."""
        return next(plan for plan in self.plan.stores if plan.store == STORE)

    def run(self, *members: Subject, run: str = "r1") -> Run:
        """A run of these members."""
        return Run(id=run_id(run), subjects=members)

    def ground(self, run: Run) -> Ground:
        """Where verification walks for a run."""
        return Ground(datamap=self.datamap, schema=self.schema, subjects=run.subjects)

    def steps(self, run: Run, doubt: Doubt | None = None) -> tuple[Step, ...]:
        """The steps of a run, captured where it was not yet."""
        doubt = doubt or doubting(self.ground(run), run.id)
        return cut(self.here, self.store.erasing.capture(run, self.here, doubt).chunks)

    def close(self, run: Run) -> list[Mapping[int, int]]:
        """Capture and carry out every step; the counts of each."""
        return [self.store.erasing.apply(run, self.here, step, keep_nothing) for step in self.steps(run)]

    def verified(self, run: Run) -> Report:
        """What verification reads back."""
        return self.store.read_back(lambda witness: verify(self.ground(run), (run.id,), witness))

    def said(self, run: Run) -> list[tuple[str, ...]]:
        """What the store says it did in the run's family, without what differs from one family to the next."""
        erasing = self.store.erasing
        tallied = [("erased", t.owner, t.dataset, t.verb, str(t.records)) for t in erasing.tally(run.family, self.here)]
        return sorted(tallied) + sorted(("told", told.owner, str(told.status)) for told in erasing.told(run.family))

    def another(self, faults: FaultPoints | None = None) -> Outside:
        """The same store seen by another worker, with the same journal."""
        faults = faults or NoFaults()
        journal = self.journal.seen_by(faults)
        return Outside(
            kind=self.kind, datamap=self.datamap, schema=self.schema, plan=self.plan, journal=journal,
            store=self.kind.open(self.plan, journal, faults),
        )


def begin_outside(kind: UntransactedKind) -> Outside:
    """Put something of all three members there, plan and open the store."""
    kind.put((FIRST, LONGER, STAYS))
    datamap = load(_map(kind), "contract.yaml")
    schema = kind.schema()
    plan = make_plan(datamap, {"shop": _SHOP, STORE: schema})
    journal = StoppingJournal()
    store = kind.open(plan, journal, NoFaults())
    return Outside(kind=kind, datamap=datamap, schema=schema, plan=plan, journal=journal, store=store)


def keep_nothing(records: Sequence[Custodial]) -> None:
    """A vault that nothing may reach from here."""
    raise VaultRefused("A store without transactions handed something over; only databases retain.")


def family(name: str) -> str:
    """The family of a test's run."""
    return run_id(name)[:FAMILY_CHARACTERS]


def _map(kind: UntransactedKind) -> str:
    return "\n".join((
        "adieu: 1",
        "shop: {name: Contract, regimes: {default: kr}}",
        f'stores: {{shop: {{url: "sqlite://"}}, {STORE}: {kind.declared}}}',
        "member: {dataset: shop.member, key: id, identifiers: {email: {field: email, verified: always}}}",
        "datasets:",
        "  shop.member: {on_closure: delete}",
        *(f"  {name}: {rule}" for name, rule in kind.datasets.items()),
    ))


_SHOP = Schema(
    store="shop", dialect="sqlite",
    tables={
        "shop.member": Table(
            dataset="shop.member", primary_key=("id",),
            columns={
                "id": Column(name="id", type="bigint", kind=Kind.INTEGER, nullable=False),
                "email": Column(name="email", type="text", kind=Kind.TEXT),
            },
        )
    },
)
