"""What erasure and verification ask of a store. Each protocol is small; an adapter's store offers them all.

A store kind must keep the promises written here; the public suite `adieu.testing.contract` proves them. Every method
raises `StoreError` (or a kind of it) and nothing else; a message never holds the engine's own text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adieu.datamap.schema import Schema
from adieu.planning.plan import MemberSource, Role, StorePlan, Verb

Value = None | bool | int | float | str | bytes | datetime
KeyText = tuple[str, ...]  # a primary key, each column as the store writes it as text


@dataclass(frozen=True, kw_only=True)
class Proved:
    """An identifier that may link records: its kind and its normal form."""

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The member as a run needs them. Personal data: lives in memory and sealed in the register, nowhere else."""

    key: str
    proved: tuple[Proved, ...] = ()  # may link records
    known: tuple[Proved, ...] = ()  # every identifier the member record holds; looked for in texts, never linked by
    created: datetime | None = None
    country: str | None = None
    written: Mapping[str, tuple[str, ...]] = None  # type: ignore[assignment]  # kind -> as the record writes it


@dataclass(frozen=True, kw_only=True)
class Run:
    """One erasure of some members in all stores; the id is deterministic and holds no personal data."""

    id: str
    subjects: tuple[Subject, ...]

    @property
    def keys(self) -> list[str]:
        """The members' keys, in the order of the run."""
        return [subject.key for subject in self.subjects]


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A bounded part of what was captured in one dataset."""

    dataset: str
    role: Role
    number: int
    records: int  # distinct records


@dataclass(frozen=True, kw_only=True)
class Part:
    """One operation on one chunk; `records` is what its statement must touch."""

    operation: int
    chunk: int
    records: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One transaction. The last step locks the member records, captures again, treats what is new, then the anchor."""

    number: int  # from 1; the journal's second key beside the run (0 is the capture)
    parts: tuple[Part, ...]
    last: bool = False


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many records of one member a run treated in one dataset."""

    owner: str
    dataset: str
    role: Role
    verb: Verb
    records: int


@dataclass(frozen=True, kw_only=True)
class Custodial:
    """A retained record on its way into the vault. `values` is personal data."""

    dataset: str
    key: KeyText
    owner: str
    basis: str
    counted_from: datetime | None
    values: Mapping[str, Value]


Keep = Callable[[Sequence[Custodial]], None]
"""Takes custody durably (idempotent upsert, digest compared) or raises; called while the source rows are locked."""


class Erasing(Protocol):
    """The erasing side of a store."""

    name: str

    def capture(self, run: Run, plan: StorePlan) -> tuple[Chunk, ...]:
        """Record the keys of everything concerned, in one transaction with the journal's row 0. A repeat only reads."""

    def apply(self, run: Run, plan: StorePlan, step: Step, keep: Keep) -> Mapping[int, int]:
        """Carry out a step in one transaction that begins with its journal row; operation -> records touched.

        A repeat finds the row and answers the same counts. Raises `CountDiffers` (rolled back) when a statement
        touches another number of records than captured, twice.
        """

    def tally(self, runs: Sequence[str]) -> Iterable[Tally]:
        """What committed steps of these runs did, by member."""

    def forget(self, runs: Sequence[str]) -> None:
        """Remove these runs' captured keys. The journal's counts stay; they hold no keys."""


class Members(Protocol):
    """The member record, read and fenced."""

    def subjects(self, source: MemberSource, keys: Sequence[str]) -> Iterable[Subject]:
        """The members that exist among `keys`, with their identifiers; a missing one is simply not answered."""

    def fence(self, run: Run, source: MemberSource) -> None:
        """Write the map's fence on the run's member records, journaled; nothing where the map sets none."""

    def rows(self, dataset: str, columns: Sequence[str], where: Mapping[str, Sequence[Value]]) -> Iterator[tuple[Value, ...]]:
        """`columns` of the records whose fields have one of the values given (AND over fields)."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What verification asks: `columns` of the records of `dataset` whose `fields` hold one of `values`.

    With `kind`, the (single) field is compared after normalisation of that kind; with `path`, inside JSON.
    """

    dataset: str
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    values: Sequence[tuple[str, ...]]  # as text
    kind: str | None = None
    path: tuple[str, ...] = ()
    when: tuple[tuple[str, bool | int | str], ...] = ()
    normalised: bool = False


class Witnessing(Protocol):
    """The doubting side: plain reads of the primary with row security off, shared by nothing that erases."""

    def ask(self, question: Question) -> list[tuple[str | None, ...]]:
        """The rows, every value as text."""

    def captured_keys(self, run: str) -> Mapping[tuple[str, Role], set[KeyText]]:
        """What erasure captured in a run, by dataset and role."""


class SchemaReader(Protocol):
    """Reads the live schema."""

    def schema(self) -> Schema:
        """Every table the account can see, Adieu's own left out."""


class Store(Erasing, Members, Witnessing, SchemaReader, Protocol):
    """A whole store."""

    def install(self, install_url: str | None) -> None:
        """Create Adieu's own tables; a repeat changes nothing."""

    def grants(self, plan: StorePlan, account: str) -> tuple[str, ...]:
        """The least-privilege statements for Adieu's account."""

    def statements(self, plan: StorePlan) -> tuple[str, ...]:
        """The text of every statement that will run, in order, for `adieu plan --sql`."""

    def close(self) -> None:
        """Let go of connections."""
