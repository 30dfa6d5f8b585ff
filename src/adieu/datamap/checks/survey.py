"""Map and live schemas side by side: the one view all checks read from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adieu.datamap.links import Link
from adieu.datamap.model import DataMap, Dataset, Treatment
from adieu.datamap.schema import ForeignKey, Schema, Table


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a shop tolerates. One closure may make the store read so many rows for want of an index.

    Measured: a foreign key without index costs one scan of the child for each parent deleted, about 37 million rows a
    second on two cores; the default is a quarter of a second for each link.
    """

    unindexed_rows: int = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Datasets whose table is missing are left to the drift check; every other check sees only what is there."""

    datamap: DataMap
    schemas: Mapping[str, Schema]
    limits: Limits

    def table(self, dataset: str) -> Table | None:
        """The live table of a dataset, or None."""
        schema = self.schemas.get(self.datamap.store_of(dataset))
        return schema.tables.get(dataset) if schema else None

    def tables(self) -> Iterator[Table]:
        """Every live table and view of the declared stores."""
        for store in self.datamap.stores:
            if store in self.schemas:
                yield from self.schemas[store].tables.values()

    def decided(self) -> Iterator[tuple[str, Dataset, Table]]:
        """Every dataset of the map that the store has."""
        for name, rule in self.datamap.datasets.items():
            table = self.table(name)
            if table is not None:
                yield name, rule, table

    def is_deleted(self, dataset: str) -> bool:
        """Whether the member's records leave this dataset when the closure runs."""
        rule = self.datamap.datasets.get(dataset)
        return rule is not None and rule.ends_as is Treatment.DELETE

    def foreign_keys(self) -> Iterator[tuple[Table, ForeignKey]]:
        """Every foreign key of a decided table; partitions repeat their parent's and are left out."""
        for _, _, table in self.decided():
            if table.partition_of is None:
                for key in table.foreign_keys:
                    yield table, key

    def root(self, table: Table) -> str:
        """The dataset whose treatment covers this table: itself, or what it is a partition of."""
        seen = {table.dataset}
        while table.partition_of and table.dataset not in self.datamap.datasets and table.partition_of not in seen:
            parent = self.table(table.partition_of)
            if parent is None:
                return table.partition_of
            seen.add(parent.dataset)
            table = parent
        return table.dataset

    def per_closure(self, dataset: str) -> int:
        """About how many records of a dataset one member has: its rows over the members', at least one."""
        table, members = self.table(dataset), self.table(self.datamap.member.dataset)
        if table is None or members is None or dataset == members.dataset:
            return 1
        return max(1, math.ceil(table.rows / max(1, members.rows)))

    def target(self, link: Link) -> tuple[str, tuple[str, ...]] | None:
        """The dataset and columns a key link names; None for an identifier, or where the target is not there."""
        if link.identifier:
            return None
        member = self.datamap.member
        if link.of is None:
            return member.dataset, (member.key,)
        table = self.table(link.of)
        if table is None:
            return None
        return link.of, link.keys or ((member.key,) if link.of == member.dataset else table.primary_key)

    def names_member(self, link: Link) -> bool:
        """Whether the link holds the member's own key, written either way."""
        return self.target(link) == (self.datamap.member.dataset, (self.datamap.member.key,))
