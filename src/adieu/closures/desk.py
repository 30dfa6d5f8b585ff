"""What every use case works with: the shop's plan, its stores and Adieu's own means. Joined by bootstrap only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adieu.closures.pace import Pace
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Schema
from adieu.planning.plan import Plan
from adieu.ports.clock import Clock
from adieu.ports.faults import FaultPoints
from adieu.ports.keys import Keys
from adieu.ports.register import Register
from adieu.ports.signer import Signer
from adieu.ports.stores import Store
from adieu.ports.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One shop, ready to work for."""

    datamap: DataMap
    plan: Plan
    schemas: Mapping[str, Schema]
    stores: Mapping[str, Store]
    register: Register
    vault: Vault
    keys: Keys
    signer: Signer
    clock: Clock
    faults: FaultPoints
    random_bytes: Callable[[int], bytes]
    software: str  # name and version, for receipts
    receipt_years: int = 3
    pace: Pace = field(default_factory=Pace)  # how many members a batch of a long list has

    @property
    def shop(self) -> str:
        """The shop's id on every row."""
        return self.datamap.shop.name

    @property
    def home(self) -> Store:
        """The store that holds the member record."""
        return self.stores[self.plan.stores[-1].store]

    def member_digest(self, key: str) -> str:
        """The keyed digest by which a member is found again."""
        return self.keys.digest("member", self.shop, key)
