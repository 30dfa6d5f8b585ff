"""What erasure and verification ask of a store. Each protocol is small; an adapter's store offers them all.

A store kind must keep the promises written here; the public suite `adieu.testing.contract` proves them. Every method
raises `StoreError` (or a kind of it) and nothing else; a message never holds the engine's own text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from adieu.datamap.schema import Schema
from adieu.planning.plan import Key, MemberSource, Role, StorePlan, Verb

Value = None | bool | int | float | str | bytes | datetime
T = TypeVar("T")
KeyText = tuple[str, ...]  # a primary key, each column as the store writes it as text


FAMILY_CHARACTERS = 16


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
    written: tuple[tuple[str, str], ...] = ()  # (kind, as the record writes it), for the vault


@dataclass(frozen=True, kw_only=True)
class Run:
    """One erasure of some members in all stores; the id is deterministic and holds no personal data."""

    id: str
    subjects: tuple[Subject, ...]

    @property
    def family(self) -> str:
        """What a run shares with all that it was divided from or into: the runs of one batch."""
        return self.id[:FAMILY_CHARACTERS]

    @property
    def keys(self) -> list[str]:
        """The members' keys, in the order of the run."""
        return [subject.key for subject in self.subjects]


FIRST_LATE_CHUNK = 1_000_000  # chunks numbered from here on were captured by a step


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
    """One transaction. A step that changes records of the shop first locks them and the members, and captures again.

    What is new it treats as far as the plan has come, so nothing retained is late for what it points at. The last step
    treats all that is left, then the anchor.
    """

    number: int  # from 1; the journal's second key beside the run (0 is the capture)
    parts: tuple[Part, ...]
    last: bool = False


class Tally(NamedTuple):
    """How many records of one member a run treated in one dataset. A tuple, since a batch has thousands of them."""

    owner: str
    dataset: str
    role: Role
    verb: Verb
    records: int


class Acceptance(NamedTuple):
    """That a recipient took the message about a member. What it did then, nobody here can see."""

    owner: str
    message: str  # the message's id, the same however often it was sent
    at: datetime
    status: int  # what it answered, 200 to 299


@dataclass(frozen=True, kw_only=True)
class Custodial:
    """A retained record on its way into the vault. `values` is personal data."""

    dataset: str
    key: KeyText
    owner: str
    basis: str
    counted_from: datetime | None
    values: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class OpenRecord:
    """A record that is still under way: which matter of the map, and the fields the map shows."""

    matter: str
    shown: Mapping[str, str]
    waits: bool


Keep = Callable[[Sequence[Custodial]], None]
"""Takes custody durably (idempotent upsert, digest compared) or raises; called while the source rows are locked."""


Doubt = Callable[["Witnessing"], None]
"""Walks the map's text by itself and raises `CapturesDiffer` where its keys are not those just captured."""


@dataclass(frozen=True, kw_only=True)
class AtOnce:
    """How a run that needs one step only is treated in the very transaction that captures it."""

    step: Callable[[Sequence[Chunk]], Step | None]  # from what was captured: that step, or None where it needs several
    keep: Keep


@dataclass(frozen=True, kw_only=True)
class Caught:
    """What a capture answers."""

    chunks: tuple[Chunk, ...]
    treated: bool = False  # everything was done at once; no step is left


class Erasing(Protocol):
    """The erasing side of a store. It is given the member's source once, when the store is opened for a plan."""

    def capture(self, run: Run, plan: StorePlan, doubt: Doubt, at_once: AtOnce | None = None) -> Caught:
        """Record the keys of everything concerned, in one transaction with the journal's row 0.

        `doubt` is called inside it with the witnessing side; what it raises undoes the capture. Both see one state of
        the store. A repeat finds the journal's row and answers the same chunks, counted as they were then: so a captured
        run is a run both sides agreed on, and its steps are always cut alike.

        With `at_once` the member records are locked first, and the step it answers is carried out in the same
        transaction. Where the shop wrote meanwhile, so that the two sides or the counts differ, nothing of that stands:
        the keys are then captured as without it.
        """

    def apply(self, run: Run, plan: StorePlan, step: Step, keep: Keep) -> Mapping[int, int]:
        """Carry out a step in one transaction that begins with its journal row; operation -> records touched.

        A repeat finds the row and answers the same counts. Raises `CountDiffers` (rolled back) when a statement
        touches another number of records than captured, twice; `OwnerLeft` (rolled back) where a record captured as
        shared has no other owner any more: another run, which captures anew, takes it along.
        """

    def tally(self, family: str, plan: StorePlan) -> Iterable[Tally]:
        """What the committed steps of a family of runs did, by member."""

    def told(self, family: str) -> Iterable[Acceptance]:
        """What a recipient accepted from a family of runs, once a member; nothing where the store is none."""

    def forget(self, family: str) -> None:
        """Remove the captured keys of a family of runs. The journal's counts stay; they hold no keys."""


class Members(Protocol):
    """The member record, read and fenced; and the small reads a closure's page is made of."""

    def subjects(self, keys: Sequence[str], vouched: frozenset[str] = frozenset()) -> Iterable[Subject]:
        """The members that exist among `keys`, with their identifiers; a missing one is simply not answered.

        An identifier counts as proved only where the map says how and no other member holds it; the kinds in
        `vouched` an operator proved by other means.
        """

    def fence(self, run: Run) -> None:
        """Write the map's fence on the run's member records, journaled; nothing where the map sets none."""

    def open_matters(self, keys: Sequence[str]) -> Mapping[str, Sequence[OpenRecord]]:
        """What is still under way, by the member's key; a member without anything is not answered."""


@dataclass(frozen=True, kw_only=True)
class Captured:
    """Names what erasure captured in a dataset: by which runs, in which role, with which key."""

    runs: tuple[str, ...]
    dataset: str
    role: Role
    key: Key


@dataclass(frozen=True, kw_only=True)
class Question:
    """What verification asks: `columns` of the records of `dataset` whose `fields` hold one of `values`.

    With `parents`, the values are the keys that were captured there. With `kind`, the (single) field is compared after
    normalisation of that kind; with `path`, inside JSON.
    """

    dataset: str
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    types: tuple[str, ...]  # the fields' column types
    values: Sequence[KeyText] = ()
    parents: Captured | None = None
    kind: str | None = None
    path: tuple[str, ...] = ()
    when: tuple[tuple[str, bool | int | str], ...] = ()
    nulls: tuple[str, ...] = ()  # fields that must be null
    normalised: bool = False


class Expected(StrEnum):
    """What must be true of a captured record after the run."""

    GONE = "gone"  # the record itself
    EQUAL = "equal"  # the column to the value, null included
    AT_MOST = "at most"  # the column's length to the value
    STARTS_YEAR = "starts year"  # the column is 1 January
    FREE_OF = "free of"  # the column of every strong identifier of its owner


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One expectation on one column (no column: the record)."""

    kind: Expected
    column: str = ""
    value: bool | int | float | str | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How the answers to a question and what was captured of it compare, in records."""

    answering: int
    unseen: int  # answering, and not captured
    captured: int


class Witnessing(Protocol):
    """The doubting side: plain reads of the primary with row security off, shared by nothing that erases.

    Each method is asked many things at once and answers them in their order, so that a store need not be waited for
    after every one.
    """

    def ask(self, questions: Sequence[Question]) -> list[list[tuple[str | None, ...]]]:
        """The rows of each question, every value as text."""

    def keys(self, captured: Sequence[Captured]) -> list[set[KeyText]]:
        """The keys that were captured."""

    def unseen(self, pairs: Sequence[tuple[Question, Captured]]) -> list[int]:
        """How many records answer the question and were not captured in the role given."""

    def compare(self, pairs: Sequence[tuple[Question, Captured]]) -> list[Comparison]:
        """The answers to each question beside what was captured, which must be that of one run."""

    def broken(
        self, held: Sequence[tuple[Captured, Sequence[Expectation]]], strong: Mapping[str, Sequence[str]]
    ) -> list[Mapping[str, int]]:
        """By owner, how many captured records break an expectation; `strong`: owner -> identifiers, lower case."""


class Installing(Protocol):
    """What the shop's engineer does once, and looks at."""

    def install(self, account: str | None = None) -> None:
        """Create Adieu's own tables with the account of `install_url`; a repeat changes nothing."""

    def grants(self, plan: StorePlan, member: MemberSource, account: str) -> tuple[str, ...]:
        """The least-privilege statements for Adieu's account; empty where the store knows no accounts."""

    def statements(self, plan: StorePlan, member: MemberSource) -> tuple[str, ...]:
        """The text of every statement that will run, in order, for `adieu plan --sql`."""

    def schema(self) -> Schema:
        """Every table the account can see, Adieu's own left out."""


class Store(Protocol):
    """A whole store, by its sides."""

    @property
    def name(self) -> str:
        """As the map names it."""

    @property
    def not_promised(self) -> tuple[str, ...]:
        """What this kind of store cannot promise or reach, in words for the receipt; never a member's data."""

    @property
    def erasing(self) -> Erasing:
        """The erasing side."""

    @property
    def members(self) -> Members:
        """The member record."""

    @property
    def witness(self) -> Witnessing:
        """The doubting side, each question in a transaction of its own."""

    @property
    def installing(self) -> Installing:
        """What the engineer does once."""

    def read_back(self, work: Callable[[Witnessing], T]) -> T:
        """Do `work` with the witnessing side, on one state of the store and in one transaction."""

    def close(self) -> None:
        """Let go of connections."""
