"""The vault: where the law's records are kept apart, sealed, until their last day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from adieu.ports.stores import Custodial


@dataclass(frozen=True, kw_only=True)
class Deposit:
    """A record to be kept, with the law's last day already decided."""

    closure: str
    item: Custodial
    until: date  # the last day on which it is kept, in the law's zone


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the vault tells about a kept record without opening it."""

    closure: str
    dataset: str
    basis: str
    until: date
    end_month: str  # YYYY-MM: names the data key; destroying the key destroys the month


class Vault(Protocol):
    """Keeps and shows; destruction on the day has its own use case."""

    def keep(self, shop: str, deposits: Sequence[Deposit]) -> None:
        """Idempotent upsert in one transaction, read back and compared by digest.

        Raises `VaultRefused` where what is read back is not what was sent, or an earlier deposit of the same record
        by the same closure holds something else.
        """

    def kept(self, shop: str, closure: str | None = None) -> Iterable[Kept]:
        """What is kept, without opening anything."""

    def opened(self, shop: str, closure: str) -> Iterable[Custodial]:
        """The kept records of one closure, unsealed."""
