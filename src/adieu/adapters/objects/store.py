"""A store of objects, assembled from its sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adieu.adapters.objects.bucket import Bucket
from adieu.adapters.objects.erasing import ObjectsErasing
from adieu.adapters.objects.witnessing import ObjectsWitness
from adieu.ports.stores import Installing, OpenRecord, Run, Subject, Witnessing

T = TypeVar("T")

NOT_PROMISED = (
    "a step in a bucket is not atomic: a refusal in the middle leaves deleted what was deleted before it",
    "counts of a bucket mean at least: what the shop wrote during a step, or a divided run met twice, is counted once",
    "copies in other buckets: replicas, backups and whatever the server was told to copy elsewhere",
    "caches in front of the bucket (CDN), its access logs, event notifications and inventory reports",
)


class NoMembers:
    """The member record never lives in a bucket."""

    def subjects(self, keys: Sequence[str], vouched: frozenset[str] = frozenset()) -> Iterable[Subject]:
        """None is here."""
        return ()

    def fence(self, run: Run) -> None:
        """There is nothing to write it on."""

    def open_matters(self, keys: Sequence[str]) -> Mapping[str, Sequence[OpenRecord]]:
        """Nothing is under way here."""
        return {}


@dataclass(frozen=True, kw_only=True)
class ObjectsStore:
    """Implements `ports.stores.Store` for one plan."""

    name: str
    bucket: Bucket
    erasing: ObjectsErasing
    members: NoMembers
    witness: ObjectsWitness
    installing: Installing

    @property
    def not_promised(self) -> tuple[str, ...]:
        return NOT_PROMISED

    def read_back(self, work: Callable[[Witnessing], T]) -> T:
        """A bucket has no transaction to read in; every listing sees what was written before it."""
        return work(self.witness)

    def close(self) -> None:
        self.bucket.close()
