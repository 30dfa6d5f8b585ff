"""The live schema of a store, as plain values: what a SchemaReader reports and what planning and checks reason on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The families of column types that rules and checks care about."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"  # aware
    NAIVE_TIMESTAMP = "naive_timestamp"
    JSON = "json"
    UUID = "uuid"
    BINARY = "binary"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column."""

    name: str
    type: str  # as the store's SQL writes it, e.g. "bigint", "character varying(254)"
    kind: Kind
    nullable: bool = True
    has_default: bool = False
    length: int | None = None  # characters, for bounded text
    generated: bool = False  # computed by the store: cannot be written
    choices: tuple[str, ...] = ()  # the only values an enum or a simple CHECK admits, as text; empty where any may stand
    least: float | None = None  # the smallest number a simple CHECK admits


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """`columns` of the table that holds it point at `to_columns` of dataset `to`."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"  # upper case, as the standard writes it


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table or view."""

    dataset: str  # store.table
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()  # unique constraints and indexes over all rows, primary key excluded
    indexes: tuple[tuple[str, ...], ...] = ()  # leading columns of every index over all rows, unique ones included
    rows: int = 0  # the store's own estimate
    is_view: bool = False
    materialised: bool = False
    partition_of: str | None = None  # a parent's treatment covers its partitions
    triggers: tuple[str, ...] = ()
    transactional: bool = True
    system_versioned: bool = False
    row_security: bool = False

    def has_index_on(self, columns: tuple[str, ...]) -> bool:
        """Whether an index, unique constraint or primary key leads with exactly these columns, in any order."""
        wanted = set(columns)
        every = (*self.indexes, *self.uniques, self.primary_key)
        return any(set(index[: len(columns)]) == wanted for index in every if len(index) >= len(columns))


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Every table of one store that Adieu's account can see, Adieu's own left out."""

    store: str
    dialect: str  # postgresql | sqlite | …
    tables: Mapping[str, Table]  # by dataset name
    version: str = ""
    notes: tuple[str, ...] = field(default=())  # what the reader could not see, in words
