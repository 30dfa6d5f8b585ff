"""What is known of a member before anything is opened, by reading only: what closing would concern, what to look for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adieu.datamap.model import DataMap
from adieu.datamap.schema import Schema
from adieu.errors import UnknownMember
from adieu.planning.plan import Plan
from adieu.ports.stores import Proved, Store, Subject, Witnessing
from adieu.verification import Ground, strong_identifier, walk


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """Records of one dataset that a closure would concern."""

    own: int = 0  # the member's alone
    shared: int = 0  # also somebody else's, who stays
    mentions: int = 0  # somebody else's, in which a field names the member


def preview(
    datamap: DataMap, plan: Plan, schemas: Mapping[str, Schema], stores: Mapping[str, Store], key: str
) -> Mapping[str, Concerned]:
    """Counts by dataset, in the order of the map, by verification's own walk; a dataset without any is left out.

    Raises:
        UnknownMember: no member record has this key.
    """
    subjects = (_subject(plan, stores, key),)
    found: dict[str, Concerned] = {}
    for store in plan.stores:
        ground = Ground(datamap=datamap, schema=schemas[store.store], subjects=subjects)
        found |= stores[store.store].read_back(lambda witness, g=ground: _counted(g, witness))  # type: ignore[misc]
    return {name: found[name] for name in datamap.datasets if found.get(name, Concerned()) != Concerned()}


def strong_identifiers_of(plan: Plan, stores: Mapping[str, Store], key: str) -> tuple[Proved, ...]:
    """The e-mails and telephone numbers on the member record that are long enough to be looked for in texts.

    Raises:
        UnknownMember: no member record has this key.
    """
    known = _subject(plan, stores, key).known
    return tuple(item for item in known if item.kind in ("email", "phone") and strong_identifier(item.value))


def _subject(plan: Plan, stores: Mapping[str, Store], key: str) -> Subject:
    for subject in stores[plan.member.dataset.split(".", 1)[0]].members.subjects([key]):
        return subject
    raise UnknownMember("no member record has this key; expected a key of the map's member dataset. Mend the key")


def _counted(ground: Ground, witness: Witnessing) -> dict[str, Concerned]:
    belongings = walk(ground, witness)
    own = {name: len(keys) for name, keys in belongings.own.items()}
    own |= {name: len(witness.ask([question])[0]) for name, question in belongings.leaves.items() if question.values}
    return {
        name: Concerned(
            own=own.get(name, 0), shared=len(belongings.shared.get(name, ())), mentions=len(belongings.mentions.get(name, ()))
        )
        for name in ground.concerned
    }
