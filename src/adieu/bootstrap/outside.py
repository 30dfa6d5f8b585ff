"""Opens stores that are no database: buckets of objects and recipients. Their libraries load with the first of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adieu.datamap.model import Dataset, StoreKind
from adieu.planning.plan import Plan
from adieu.ports.clock import Clock
from adieu.ports.faults import FaultPoints
from adieu.ports.journal import Journal, NoJournal
from adieu.ports.stores import Store

if TYPE_CHECKING:
    from adieu.adapters.objects import ObjectsInstalling
    from adieu.adapters.recipients import RecipientInstalling

    Outside = ObjectsInstalling | RecipientInstalling


@dataclass(frozen=True, kw_only=True)
class Means:
    """What such stores need of Adieu's own; without a register they can only be looked at."""

    journal: Journal = field(default_factory=NoJournal)
    message_id: Callable[[str], str] = lambda about: ""  # a keyed digest, hex


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A store as the map declares it, its variables resolved."""

    name: str
    kind: StoreKind
    url: str
    secret: str
    shop: str
    datasets: Mapping[str, Dataset]


def open_outside(declared: Declared, clock: Clock, faults: FaultPoints) -> Outside:
    """The store as far as no plan is needed. Raises `SettingsError` where its address or secret cannot be one."""
    if declared.kind is StoreKind.OBJECTS:
        from adieu.adapters.objects import ObjectsAddress, open_objects

        return open_objects(ObjectsAddress(name=declared.name, url=declared.url), declared.datasets, faults)
    from adieu.adapters.recipients import RecipientAddress, open_recipient

    address = RecipientAddress(name=declared.name, url=declared.url, secret=declared.secret, shop=declared.shop)
    return open_recipient(address, declared.datasets, clock, faults)


def open_whole(opening: Outside, plan: Plan, means: Means) -> Store:
    """The whole store, ready to obey `plan`."""
    from adieu.adapters.recipients import RecipientInstalling

    if isinstance(opening, RecipientInstalling):
        return opening.open(plan, means.journal, means.message_id)
    return opening.open(plan, means.journal)
