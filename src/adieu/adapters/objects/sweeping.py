"""Deleting until nothing is listed any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adieu.adapters.objects.abreast import abreast
from adieu.adapters.objects.bucket import AT_ONCE, Page, Version
from adieu.adapters.objects.looking import Looked, Looking
from adieu.adapters.objects.shelves import Aisle, Shelf
from adieu.errors import StoreError

PASSES = 5  # to the end of a listing in which something is found each time


@dataclass(frozen=True, kw_only=True)
class Sweeping:
    """Empties aisles of one bucket."""

    looking: Looking

    def delete(self, looked: Sequence[Looked]) -> None:
        """Delete what was held of a look: many members' objects in one request."""
        held: dict[str, list[Version]] = {}
        for one in looked:
            held.setdefault(one.aisle.dataset, []).extend(one.first)
        loads = [
            (dataset, versions[first : first + AT_ONCE])
            for dataset, versions in held.items()
            for first in range(0, len(versions), AT_ONCE)
        ]
        abreast(lambda load: self.looking.bucket.delete(load[1], load[0]), loads)

    def empty(self, aisles: Sequence[Aisle]) -> None:
        """Delete whatever is listed until a listing is empty. Raises `StoreError` as `Bucket.delete`."""
        abreast(self._empty, aisles)

    def abort_uploads(self, shelves: Sequence[Shelf], members: Sequence[str]) -> None:
        """Give up the members' uploads that were never completed.

        There are few of them in a bucket, so those of many members are looked for in one listing.
        """
        for shelf in shelves:
            prefixes = {member: shelf.prefix(member) for member in members}
            listed = shelf.before if len(members) > 1 else prefixes[members[0]]
            theirs = [upload for upload in self.looking.uploads(listed) if _is_of(upload, shelf, prefixes)]
            abreast(self.looking.bucket.abort, theirs)

    def _empty(self, aisle: Aisle) -> None:
        """List from the beginning after each deletion: a listing cannot go on behind a version that is gone."""
        ends = 0  # how often the end of the listing was reached, and something stood before it
        while there := self._first_of(aisle):
            ends += not there.after
            if ends > PASSES:
                what = "objects keep coming under a member's prefix: look who writes there, stop it, and close the member again"
                raise StoreError(what, store=self.looking.bucket.store, dataset=aisle.dataset)
            self.looking.bucket.delete((*there.versions, *there.markers), aisle.dataset)

    def _first_of(self, aisle: Aisle) -> Page | None:
        """The first page that is not empty."""
        return next((page for page in self.looking.pages(aisle.prefix) if page.versions or page.markers), None)


def _is_of(upload: Version, shelf: Shelf, prefixes: Mapping[str, str]) -> bool:
    owner = upload.key[len(shelf.before) :].partition(shelf.after[0])[0]
    return owner in prefixes and upload.key.startswith(prefixes[owner])
