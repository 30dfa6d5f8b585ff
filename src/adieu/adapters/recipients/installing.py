"""What the shop's engineer looks at of a recipient: whether its address and secret can be right, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adieu.adapters.recipients.address import Endpoint, RecipientAddress, endpoint_of
from adieu.adapters.recipients.erasing import RecipientErasing, Telling
from adieu.adapters.recipients.sending import Sending
from adieu.adapters.recipients.store import NoMembers, RecipientStore
from adieu.adapters.recipients.witnessing import MESSAGE, RecipientWitness
from adieu.datamap.model import Dataset
from adieu.datamap.schema import Column, Kind, Schema, Table
from adieu.errors import PlanningError
from adieu.planning.plan import ByIdentifier, ByMember, MemberSource, Plan, Reach, StorePlan, Verb, Way
from adieu.ports.clock import Clock
from adieu.ports.faults import FaultPoints
from adieu.ports.journal import Journal


@dataclass(frozen=True, kw_only=True)
class RecipientInstalling:
    """Implements `ports.stores.Installing`; the address was looked at when this was made."""

    endpoint: Endpoint
    datasets: Mapping[str, Dataset]  # those of this store
    clock: Clock
    faults: FaultPoints

    def install(self, account: str | None = None) -> None:
        """Nothing is created and nothing sent: a recipient should hear of members only."""

    def grants(self, plan: StorePlan, member: MemberSource, account: str) -> tuple[str, ...]:
        """None: the secret is what a recipient grants."""
        return ()

    def statements(self, plan: StorePlan, member: MemberSource) -> tuple[str, ...]:
        """What will be done, in plain words."""
        return tuple(
            f"tell the recipient once a member, by {_named_by(reach)}, to delete {reach.dataset}" for reach in plan.reaches
        )

    def schema(self) -> Schema:
        """A table for each dataset of the map: the message, and the fields by which its links name a member."""
        return Schema(
            store=self.endpoint.store, dialect="recipient",
            tables={name: _table(name, rule) for name, rule in self.datasets.items()},
            notes=(f"{self.endpoint.store}: a recipient cannot be looked into; its datasets are as the map says",),
        )

    def open(self, plan: Plan, journal: Journal, message_id: Callable[[str], str]) -> RecipientStore:
        """The whole store, ready to obey `plan`; `message_id` is a keyed digest in hex.

        Raises:
            PlanningError: the plan wants more than deleting, or names members by something a message cannot carry.
        """
        store = self.endpoint.store
        for of_store in plan.stores:
            if of_store.store == store:
                _refuse_other_plans(of_store)
        telling = Telling(
            store=store, shop=self.endpoint.shop, post=Sending(self.endpoint), clock=self.clock, message_id=message_id
        )
        return RecipientStore(
            name=store,
            erasing=RecipientErasing(telling=telling, journal=journal, faults=self.faults),
            members=NoMembers(),
            witness=RecipientWitness(store=store, journal=journal),
            installing=self,
        )


def open_recipient(
    address: RecipientAddress, datasets: Mapping[str, Dataset], clock: Clock, faults: FaultPoints
) -> RecipientInstalling:
    """The recipient as far as no plan is needed; nothing is sent.

    Raises:
        SettingsError: the address or the secret cannot be one; shows neither.
    """
    own = {name: rule for name, rule in datasets.items() if name.split(".", 1)[0] == address.name}
    return RecipientInstalling(endpoint=endpoint_of(address), datasets=own, clock=clock, faults=faults)


def _table(name: str, rule: Dataset) -> Table:
    fields = list(dict.fromkeys(field for link in rule.belongs_to for field in link.fields))
    columns = {field: Column(name=field, type="text", kind=Kind.TEXT, nullable=False) for field in (MESSAGE, *fields)}
    return Table(
        dataset=name, columns=columns, primary_key=(MESSAGE,), indexes=tuple((field,) for field in fields),
        transactional=False,
    )


def _refuse_other_plans(plan: StorePlan) -> None:
    for operation in plan.operations:
        if operation.verb is not Verb.DELETE:
            what = f"{operation.dataset}: a recipient can only be asked to delete; the plan says {operation.verb}"
            raise PlanningError(f"{what}. Write `on_closure: delete` or leave it")
    for reach in plan.reaches:
        if not all(_can_be_told(way) for way in reach.ways):
            what = f"{reach.dataset}: a recipient knows members by their key or a proved identifier only"
            raise PlanningError(f"{what}; write `belongs_to: member` or `belongs_to: {{email: email}}`")


def _can_be_told(way: Way) -> bool:
    return isinstance(way, ByMember | ByIdentifier) and not way.path and not (isinstance(way, ByMember) and way.when)


def _named_by(reach: Reach) -> str:
    kinds = [f"each proved {way.kind}" for way in reach.ways if isinstance(way, ByIdentifier)]
    by_key = ["the member's key"] if len(kinds) < len(reach.ways) else []
    return " and ".join((*by_key, *kinds))
