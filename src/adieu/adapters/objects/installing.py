"""What the shop's engineer looks at in a bucket: whether it answers, what may be granted, what lies there undecided."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adieu.adapters.objects.address import ObjectsAddress, place_of
from adieu.adapters.objects.bucket import Bucket, Page
from adieu.adapters.objects.erasing import ObjectsErasing
from adieu.adapters.objects.looking import Looking
from adieu.adapters.objects.shelves import Shelf, shelves_of
from adieu.adapters.objects.store import NoMembers, ObjectsStore
from adieu.adapters.objects.witnessing import ObjectsWitness
from adieu.datamap.model import Dataset
from adieu.datamap.schema import Column, Kind, Schema, Table
from adieu.errors import PlanningError
from adieu.planning.plan import MemberSource, Plan, StorePlan, Verb
from adieu.ports.faults import FaultPoints
from adieu.ports.journal import Journal

TOP_LEVEL_PAGES = 10  # of a thousand prefixes and objects each; a bucket with more is not sorted by prefix
LOOSE = "(no prefix)"  # stands for the objects whose keys hold no slash


@dataclass(frozen=True, kw_only=True)
class ObjectsInstalling:
    """Implements `ports.stores.Installing`."""

    bucket: Bucket
    datasets: Mapping[str, Dataset]  # those of this store
    shelves: Mapping[str, Shelf]
    faults: FaultPoints

    def install(self, account: str | None = None) -> None:
        """Nothing is created in a bucket; raises `StoreUnreachable` where it does not answer as it must."""
        self.bucket.page("", delimiter="/")
        self.bucket.uploads("")

    def grants(self, plan: StorePlan, member: MemberSource, account: str) -> tuple[str, ...]:
        """The policy for the account, as AWS and most others write it."""
        arn = f"arn:aws:s3:::{self.bucket.name}"
        resources = [f"{arn}/{self.shelves[one.dataset].template.replace('{member}', '*')}*" for one in plan.operations]
        listing = {"Effect": "Allow", "Action": ["s3:ListBucketVersions", "s3:ListBucketMultipartUploads"], "Resource": arn}
        deleting = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"]
        allowed = [listing, {"Effect": "Allow", "Action": deleting, "Resource": resources}]
        return (json.dumps({"Version": "2012-10-17", "Statement": allowed if resources else allowed[:1]}),)

    def statements(self, plan: StorePlan, member: MemberSource) -> tuple[str, ...]:
        """What will be done, in plain words."""
        templates = [self.shelves[one.dataset].template for one in plan.operations]
        return tuple(
            line
            for template in templates
            for line in (f"abort every unfinished upload of {template}*", f"delete every version of {template}*")
        )

    def schema(self) -> Schema:
        """A table for each dataset of the map, and for each top-level prefix that none of them begins with.

        Raises:
            StoreUnreachable: the bucket is missing or refuses; the message says what to do.
        """
        store = self.bucket.store
        tables = {name: self._table(name) for name in self.datasets}
        prefixes, whole = self._top_level()
        for prefix in prefixes:
            if not self._decided(prefix):
                name = f"{store}.{prefix.rstrip('/')}"
                name = name if name not in self.shelves else f"{store}.{prefix}"
                tables.setdefault(name, self._table(name))
        notes = () if whole else (f"{store}: only the first {TOP_LEVEL_PAGES},000 top-level prefixes were looked at",)
        return Schema(store=store, dialect="objects", tables=tables, notes=notes)

    def open(self, plan: Plan, journal: Journal) -> ObjectsStore:
        """The whole store, ready to obey `plan`. Raises `PlanningError` where the plan wants more than deleting."""
        for operation in (o for one in plan.stores if one.store == self.bucket.store for o in one.operations):
            if operation.verb is not Verb.DELETE or operation.dataset not in self.shelves:
                what = f"{operation.dataset}: only whole objects can be deleted in a bucket, each under its `objects:`"
                raise PlanningError(f"{what}; the plan says {operation.verb}")
        templates = {name: shelf.template for name, shelf in self.shelves.items()}
        looking = Looking(bucket=self.bucket)
        return ObjectsStore(
            name=self.bucket.store,
            bucket=self.bucket,
            erasing=ObjectsErasing(
                store=self.bucket.store, looking=looking, shelves=self.shelves, journal=journal, faults=self.faults
            ),
            members=NoMembers(),
            witness=ObjectsWitness(bucket=self.bucket, templates=templates),
            installing=self,
        )

    def _table(self, name: str) -> Table:
        rule = self.datasets.get(name)
        fields = [name for link in (rule.belongs_to if rule else ()) for name in link.fields]
        columns = {field: Column(name=field, type="text", kind=Kind.TEXT, nullable=False) for field in ("key", *fields)}
        return Table(
            dataset=name, columns=columns, primary_key=("key",), indexes=tuple((field,) for field in fields),
            transactional=False,
        )

    def _decided(self, prefix: str) -> bool:
        """Whether some `objects:` begins with a prefix; one whose first part holds the member's key covers its like."""
        written = [rule.objects for rule in self.datasets.values() if rule.objects]
        befores = [text.partition("{member}")[0] for text in written]
        return any(before.startswith(prefix) or ("/" not in before and prefix.startswith(before)) for before in befores)

    def _top_level(self) -> tuple[list[str], bool]:
        """The bucket's top-level prefixes, and whether these are all."""
        found: dict[str, None] = {}
        for number, page in enumerate(self._pages_of_top()):
            if number == TOP_LEVEL_PAGES:
                return list(found), False
            found |= dict.fromkeys(page.prefixes)
            if page.versions or page.markers:
                found[LOOSE] = None
        return list(found), True

    def _pages_of_top(self) -> Iterator[Page]:
        page = self.bucket.page("", delimiter="/")
        yield page
        while page.after is not None:
            page = self.bucket.page("", page.after, delimiter="/")
            yield page


def open_objects(address: ObjectsAddress, datasets: Mapping[str, Dataset], faults: FaultPoints) -> ObjectsInstalling:
    """The bucket as far as no plan is needed; no request is made. Raises `SettingsError` for an unusable address."""
    place = place_of(address)
    own = {name: rule for name, rule in datasets.items() if name.split(".", 1)[0] == address.name}
    return ObjectsInstalling(
        bucket=Bucket(place), datasets=own, shelves=shelves_of(address.name, own), faults=faults
    )
