"""A bucket with its map, and a closure of it taken apart into the calls that erasure makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.support.s3 import Shop

from adieu.adapters.objects import ObjectsAddress, ObjectsInstalling, ObjectsStore, open_objects
from adieu.datamap.load import load
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Column, Kind, Schema, Table
from adieu.erasure import cut
from adieu.planning.make import make_plan
from adieu.planning.plan import Plan, StorePlan
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.journal import Entry
from adieu.ports.stores import FAMILY_CHARACTERS, Doubt, Run, Step, Subject
from adieu.verification import Ground, Report, doubting, verify

MAP = """\
adieu: 1
shop: {name: Example, regimes: {default: kr}}
stores:
  shop: {url: "sqlite://"}
  files: {kind: objects, url: "${FILES_URL}"}
member: {dataset: shop.member, key: id}
datasets:
  shop.member: {on_closure: delete}
  files.review_photos: {on_closure: delete, belongs_to: member, objects: "reviews/{member}/"}
  files.avatars: {on_closure: delete, belongs_to: member, objects: "avatars/{member}."}
"""


@dataclass
class MemoryJournal:
    """A journal that only remembers."""

    written: dict[tuple[str, str, int], bytes] = field(default_factory=dict)

    def entry(self, store: str, run: str, step: int) -> bytes | None:
        return self.written.get((store, run, step))

    def write(self, store: str, run: str, step: int, content: bytes) -> bytes:
        return self.written.setdefault((store, run, step), content)

    def entries(self, store: str, family: str) -> Sequence[Entry]:
        found = sorted((run, step) for of, run, step in self.written if of == store and run.startswith(family))
        return [Entry(run, step, self.written[store, run, step]) for run, step in found]

    def forget(self, store: str, family: str) -> None:
        for entry in self.entries(store, family):
            del self.written[store, entry.run, entry.step]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A bucket, the store over it and a plan."""

    shop: Shop
    journal: MemoryJournal
    datamap: DataMap
    schema: Schema
    plan: Plan
    store: ObjectsStore

    @property
    def here(self) -> StorePlan:
        return next(one for one in self.plan.stores if one.store == "files")

    def run(self, *keys: str, run: str = "r1") -> Run:
        family, _, part = run.partition("/")
        return Run(id=family.ljust(FAMILY_CHARACTERS, "-") + part, subjects=tuple(Subject(key=key) for key in keys))

    def ground(self, run: Run) -> Ground:
        return Ground(datamap=self.datamap, schema=self.schema, subjects=run.subjects)

    def steps(self, run: Run, doubt: Doubt | None = None, limit: int = 60_000) -> tuple[Step, ...]:
        caught = self.store.erasing.capture(run, self.here, doubt or doubting(self.ground(run), run.id))
        assert not caught.treated
        return cut(self.here, caught.chunks, limit)

    def close(self, *keys: str, run: str = "r1") -> dict[str, int]:
        """Capture and carry out; how many objects went, by dataset."""
        this = self.run(*keys, run=run)
        gone: dict[str, int] = {}
        for step in self.steps(this):
            for number, records in self.apply(this, step).items():
                gone[self.here.operations[number].dataset] = records
        return gone

    def apply(self, run: Run, step: Step) -> dict[int, int]:
        return dict(self.store.erasing.apply(run, self.here, step, lambda records: None))

    def verified(self, run: Run) -> Report:
        return self.store.read_back(lambda witness: verify(self.ground(run), (run.id,), witness))

    def tally(self, run: Run) -> set[tuple[str, str, int]]:
        return {(one.owner, one.dataset, one.records) for one in self.store.erasing.tally(run.family, self.here)}


def installing(shop: Shop, text: str = MAP, faults: FaultPoints | None = None) -> ObjectsInstalling:
    return open_objects(ObjectsAddress(name="files", url=shop.url), load(text, "map.yaml").datasets, faults or NoFaults())


def begin(shop: Shop, faults: FaultPoints | None = None, journal: MemoryJournal | None = None, text: str = MAP) -> Case:
    """Open the bucket; another worker if it is given the journal of one."""
    datamap, journal, opening = load(text, "map.yaml"), journal or MemoryJournal(), installing(shop, text, faults)
    schema = opening.schema()
    key = Column(name="id", type="bigint", kind=Kind.INTEGER, nullable=False)
    member = Table(dataset="shop.member", columns={"id": key}, primary_key=("id",))
    home = Schema(store="shop", dialect="sqlite", tables={"shop.member": member})
    plan = make_plan(datamap, {"shop": home, "files": schema})
    store = opening.open(plan, journal)
    return Case(shop=shop, journal=journal, datamap=datamap, schema=schema, plan=plan, store=store)
