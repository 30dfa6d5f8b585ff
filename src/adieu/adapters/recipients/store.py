"""A recipient as a store, assembled from its sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adieu.adapters.recipients.erasing import RecipientErasing
from adieu.adapters.recipients.witnessing import RecipientWitness
from adieu.ports.stores import Installing, OpenRecord, Run, Subject, Witnessing

T = TypeVar("T")

NOT_PROMISED = (
    "told, not read back: what the recipient does with the message cannot be seen from here",
    "telling is not atomic with the other stores: a closure that stops later has told already",
    "a message may arrive twice, with the same webhook-id",
    "a recipient that knows the member by an identifier only is told of proved ones only; who has none is not told of there",
)


class NoMembers:
    """The member record never lives at a recipient."""

    def subjects(self, keys: Sequence[str], vouched: frozenset[str] = frozenset()) -> Iterable[Subject]:
        """None is here."""
        return ()

    def fence(self, run: Run) -> None:
        """There is nothing to write it on."""

    def open_matters(self, keys: Sequence[str]) -> Mapping[str, Sequence[OpenRecord]]:
        """Nothing is under way here."""
        return {}


@dataclass(frozen=True, kw_only=True)
class RecipientStore:
    """Implements `ports.stores.Store` for one plan."""

    name: str
    erasing: RecipientErasing
    members: NoMembers
    witness: RecipientWitness
    installing: Installing

    @property
    def not_promised(self) -> tuple[str, ...]:
        return NOT_PROMISED

    def read_back(self, work: Callable[[Witnessing], T]) -> T:
        """There is nothing to read at a recipient; what the journal says of it is read."""
        return work(self.witness)

    def close(self) -> None:
        """Nothing is held: every message has a connection of its own."""
