"""Which part of a bucket is a member's: a dataset's `objects:` with the member's key in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adieu.datamap.model import Dataset
from adieu.errors import StoreError

_MEMBER = "{member}"


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A dataset whose objects lie under a prefix for each member."""

    store: str
    dataset: str
    field: str  # the link's, which holds the member's key
    template: str  # e.g. "reviews/{member}/"

    @property
    def before(self) -> str:
        """What the prefixes of all members begin with."""
        return self.template.partition(_MEMBER)[0]

    @property
    def after(self) -> str:
        """What follows the member's key; never empty."""
        return self.template.partition(_MEMBER)[2]

    def prefix(self, member: str) -> str:
        """What the keys of a member's objects begin with, and nobody else's.

        Raises:
            StoreError: the member's key could reach into what belongs to others.
        """
        if not member or "/" in member or self.after[0] in member or not member.isprintable():
            what = (
                "a member's key is empty, or holds `/`, a control character or what follows {member} in `objects:`,"
                " so that its prefix could be another member's too; nothing was deleted. Close this member by hand"
            )
            raise StoreError(what, store=self.store, dataset=self.dataset)
        return f"{self.before}{member}{self.after}"


@dataclass(frozen=True, kw_only=True)
class Aisle:
    """One member's part of a dataset."""

    dataset: str
    member: str
    prefix: str


def shelves_of(store: str, datasets: Mapping[str, Dataset]) -> dict[str, Shelf]:
    """The datasets of a store from which objects can be taken for a member, by name."""
    return {
        name: Shelf(store=store, dataset=name, field=rule.belongs_to[0].fields[0], template=rule.objects)
        for name, rule in datasets.items()
        if name.split(".", 1)[0] == store and rule.objects and rule.belongs_to and rule.objects.count(_MEMBER) == 1
    }
