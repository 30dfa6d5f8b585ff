"""Adieu's own database: closures, their batches, receipts and the ledger's leaves. Every row names its shop.

No direct identifier stands in it in the clear. What a run must know of a member is sealed, and wiped when the closure
ends; a member is found again by a keyed digest (HMAC), which is personal data with an end date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """A closure's life (design §5); `adieu.closures.life.advance` holds the table of moves."""

    OPENED = "opened"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    COOLING_OFF = "cooling off"
    DUE = "due"
    RUNNING = "running"
    VERIFIED = "verified"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    ON_HOLD = "on hold"
    NEEDS_OPERATOR = "needs operator"


FINAL = frozenset({State.CLOSED, State.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Closure:
    """One member's case."""

    id: str  # random, 128 bits, hex
    shop: str
    state: State
    member_digest: str  # HMAC of the member's key, hex
    opened_at: datetime
    confirmed_at: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    cause: str | None = None  # why it needs an operator, and what to do; no personal data
    proved_by_operator: tuple[str, ...] = ()  # identifier kinds an operator vouched for
    batch: str | None = None


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A closure about to be written, with the sealed facts a run needs."""

    closure: Closure
    sealed_subject: bytes
    after: str | None = None  # the member's newest closure when this one was decided on


@dataclass(frozen=True, kw_only=True)
class Move:
    """A change of state, guarded: refused (`RegisterConflict`) where the closure is not in `before`."""

    closure: str
    before: State
    after: State
    cause: str | None = None
    sealed_subject: bytes | None = None  # facts read anew; None leaves those that are sealed already


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A receipt with its leaf, about to be written, or as found."""

    closure: str
    body: bytes  # canonical JSON
    signature: bytes
    leaf: bytes  # the 32-byte leaf hash that stands in the ledger
    ends_on: date  # the body's last day here
    sealed_salt: bytes | None = None  # opens the commitment to the e-mail; goes with the receipt
    index: int = -1  # the leaf's place in the ledger, given by the register


@dataclass(frozen=True, kw_only=True)
class LateMark:
    """A keyed digest by which a record that comes back is known: HMAC(store ‖ key) or of an identifier."""

    closure: str
    purpose: str  # late_record | rejoin | suppression
    digest: str
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Everything that ends some closures of one shop; written in one transaction or not at all."""

    shop: str
    moves: Sequence[Move]
    receipts: Sequence[Issued]
    frontier: bytes  # the ledger's compact range after the leaves, serialised
    size_before: int  # the ledger's size these leaves were computed on; another size is a `RegisterConflict`
    checkpoint: str  # the signed note at the new size
    late_marks: Sequence[LateMark] = field(default=())


class Closures(Protocol):
    """Closures and their batches."""

    def begin(self, batch: str, openings: Sequence[Opening], at: datetime) -> tuple[Closure, ...]:
        """Write new closures into a batch, in one transaction; a repeat with the same batch id only reads.

        Raises `RegisterConflict` where a member already has an unfinished closure, or one newer than `Opening.after`:
        then somebody else closed the member meanwhile.
        """

    def batch(self, batch: str) -> tuple[Closure, ...]:
        """The closures of a batch, ordered by id."""

    def unfinished(self, batch: str) -> tuple[Closure, ...]:
        """Those of a batch that are neither closed nor cancelled, ordered by id."""

    def sealed(self, closures: Sequence[str]) -> Mapping[str, bytes]:
        """The sealed facts by closure id; a closure that ended has none."""

    def of_members(self, shop: str, digests: Sequence[str]) -> Iterable[Closure]:
        """The newest closure of each member that has one."""

    def in_states(self, shop: str, states: Sequence[State]) -> Iterable[Closure]:
        """Every closure of a shop in one of these states, none of them final; the oldest first."""

    def move(self, moves: Sequence[Move], at: datetime) -> None:
        """Carry out guarded changes of state with their history, in one transaction."""


class Ledger(Protocol):
    """Receipts and the ledger of one shop."""

    def end(self, ending: Ending, at: datetime) -> tuple[int, ...]:
        """Write an ending and wipe the sealed facts, in one transaction; the leaves' indexes. A repeat only reads."""

    def tip(self, shop: str) -> tuple[int, bytes, str]:
        """The ledger's size, compact range and newest checkpoint; ``(0, b"", "")`` before the first leaf."""

    def receipt(self, closure: str) -> Issued | None:
        """The receipt of a closure, if it has one and its day has not come."""

    def leaves(self, shop: str, start: int, end: int) -> tuple[bytes, ...]:
        """The leaf hashes from `start` up to, not including, `end`."""


class Register(Closures, Ledger, Protocol):
    """The whole register."""

    def close(self) -> None:
        """Let go of connections."""
