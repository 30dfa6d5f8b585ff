"""What a store kind brings along to be tested: a database it can fill, look at and break, and the store itself.

Everything is described neutrally: a kind that keeps no tables may keep the same records in whatever it has instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from adieu.planning.plan import Plan
from adieu.ports.faults import FaultPoints
from adieu.ports.reading import ReadableStore
from adieu.ports.stores import Installing

Value = None | bool | int | float | str
"""What a record of the contract's shop holds. Dates, times, UUIDs and JSON documents are text (ISO 8601, RFC 8259)."""
Record = Mapping[str, Value]


class Type(StrEnum):
    """The column types the contract's shop uses."""

    BIGINT = "bigint"
    TEXT = "text"
    SHORT_TEXT = "short text"  # bounded: `length` characters
    UUID = "uuid"
    DATE = "date"
    TIMESTAMP = "timestamp"  # without a zone
    BOOLEAN = "boolean"
    NUMBER = "number"  # may have a fraction
    JSON = "json"


@dataclass(frozen=True, kw_only=True)
class ShopColumn:
    """One column."""

    type: Type
    length: int | None = None  # characters, for SHORT_TEXT
    required: bool = False  # NOT NULL
    unique: bool = False
    at_most: int | None = None  # a CHECK which the database enforces; null passes


@dataclass(frozen=True, kw_only=True)
class ShopPointer:
    """A foreign key which the database enforces, without any action on delete."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ShopTable:
    """One table of the contract's shop."""

    name: str
    columns: Mapping[str, ShopColumn]
    key: tuple[str, ...]
    pointers: tuple[ShopPointer, ...] = ()


class Refusal(StrEnum):
    """How the shop's own database says no."""

    ON_DELETE = "on delete"
    ON_UPDATE = "on update"


class StoreKind(Protocol):
    """One fresh, empty database of the kind under test; every test gets one of its own and closes it."""

    def create(self, tables: Sequence[ShopTable]) -> None:
        """Create the tables, in the order given: what is pointed at comes first."""

    def insert(self, table: str, records: Sequence[Record]) -> None:
        """The shop writes records, committed."""

    def delete(self, table: str, where: Record) -> None:
        """The shop deletes the records that hold these values, committed, on a connection of its own."""

    def rows(self, table: str) -> list[Mapping[str, object]]:
        """Every record of a table with all its values, in the order of its key."""

    def refuse(self, table: str, how: Refusal, where: Record, message: str) -> None:
        """From now on a trigger refuses this change of the records that hold these values, saying `message`."""

    def relent(self, table: str, how: Refusal) -> None:
        """Take the refusal back."""

    def installing(self) -> Installing:
        """The store, called ``shop``, as far as no plan is needed."""

    def open(self, plan: Plan, *, chunk_records: int, faults: FaultPoints) -> ReadableStore:
        """The store for a plan, on connections of its own: two of them are two workers.

        A chunk holds at most `chunk_records` records. `faults` is told ``….before_commit`` and ``….after_commit``
        around every writing transaction.
        """

    def close(self) -> None:
        """Let go of everything."""
