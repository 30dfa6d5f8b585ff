"""The erasing side's own listings: how many objects each member has, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adieu.adapters.objects.abreast import abreast
from adieu.adapters.objects.bucket import Bucket, Page, Version
from adieu.adapters.objects.found import Found, KeysDigest
from adieu.adapters.objects.shelves import Aisle

HELD_VERSIONS = 100_000  # of a step, between counting and deleting; what is beyond is listed once more


@dataclass(kw_only=True)
class Looked:
    """What lies in one aisle, and its first page as long as there is room for it."""

    aisle: Aisle
    found: Found
    empty: bool  # not even a delete marker
    first: Sequence[Version] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Looking:
    """Lists aisles of one bucket."""

    bucket: Bucket

    def look(self, aisles: Sequence[Aisle], *, hold: bool = False) -> list[Looked]:
        """Count every aisle, in the order given; with `hold` first pages are kept, up to a bound in all."""
        looked = []
        room = HELD_VERSIONS if hold else 0
        together = 500  # aisles; so that first pages over the bound are let go of early
        for begin in range(0, len(aisles), together):
            for one in abreast(self._count, aisles[begin : begin + together]):
                if len(one.first) > room:
                    one.first = ()
                room -= len(one.first)
                looked.append(one)
        return looked

    def pages(self, prefix: str) -> Iterator[Page]:
        """Every page under a prefix."""
        after: Version | None = None
        while True:
            page = self.bucket.page(prefix, after)
            yield page
            after = page.after
            if after is None:
                return

    def uploads(self, prefix: str) -> Iterator[Version]:
        """Every upload under a prefix that was not completed."""
        after: Version | None = None
        while True:
            page = self.bucket.uploads(prefix, after)
            yield from page.versions
            after = page.after
            if after is None:
                return

    def _count(self, aisle: Aisle) -> Looked:
        digest, records, last = KeysDigest(), 0, None
        first: Sequence[Version] | None = None
        for page in self.pages(aisle.prefix):
            if first is None:
                first = (*page.versions, *page.markers)
            for version in page.versions:
                if version.key != last:
                    digest.add(version.key)
                    records, last = records + 1, version.key
        found = Found(records=records, digest=digest.text())
        return Looked(aisle=aisle, found=found, empty=not first, first=first or ())
