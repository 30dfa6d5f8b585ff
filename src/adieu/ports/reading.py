"""Reading a member's records, for the member's own copy of them. Nothing is written that stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from adieu.datamap.schema import Schema
from adieu.planning.plan import Role, StorePlan
from adieu.ports.stores import Store, Subject, Value

Cell = Value | date | time | timedelta | Decimal | UUID | Sequence[object] | Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Records of one dataset: the member's, in one role, or, with `among`, anybody's with one of these values."""

    dataset: str
    columns: tuple[str, ...]
    role: Role = Role.OWN
    sorted_by: str | None = None  # ascending as Python compares the values, texts by code point; without NULLs
    among: tuple[str, tuple[Cell, ...]] | None = None


class Reading(Protocol):
    """One member's records on one state of a store, for as long as the reading is open."""

    def counts(self) -> Mapping[tuple[str, Role], int]:
        """How many records there are, by dataset and role; what the member has none of is left out."""

    def records(self, wish: Wish) -> Iterator[Sequence[Cell]]:
        """The records, values in the order of the wish's columns; a bounded number in memory. Several may be read at once.

        Raises:
            StoreError: the store refused.
        """


class Readings(Protocol):
    """Several members' records on one state of a store, for as long as it is open."""

    def of(self, subject: Subject) -> Reading:
        """The records of one of them, the same as if nobody else were read.

        Asked for in the order in which they were named, records of a few members are read at once; never more than a
        bounded number is held.

        Raises:
            StoreError: the store refused.
        """


class ReadableStore(Store, Protocol):
    """A store that can also be read for its members."""

    def reading(self, subject: Subject, plan: StorePlan, schema: Schema) -> AbstractContextManager[Reading]:
        """Open one state of the store for a member; it is let go, and nothing stays, when the block ends."""

    def readings(self, subjects: Sequence[Subject], plan: StorePlan, schema: Schema) -> AbstractContextManager[Readings]:
        """Open one state of the store for several members, who must be different ones; else as `reading`."""
