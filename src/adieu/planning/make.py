"""Map + schemas -> plan."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping

from adieu.datamap.model import Condition, DataMap, OpenMatter, StoreKind
from adieu.datamap.rules import FieldRule
from adieu.datamap.schema import Schema
from adieu.errors import PlanningError
from adieu.planning.ordering import operations
from adieu.planning.plan import IdentifierSource, Matter, MemberSource, Plan, Proof, StorePlan, Test
from adieu.planning.reaching import reaches, table_of

# Recipients first: one that does not answer then stops a closure before anything is erased.
_ORDER = (StoreKind.RECIPIENT, StoreKind.OBJECTS, StoreKind.DATABASE)


def make_plan(datamap: DataMap, schemas: Mapping[str, Schema]) -> Plan:
    """The plan every closure of this shop obeys; the same map and schemas give the same digest.

    Raises:
        PlanningError: the map cannot be carried out on these schemas; says where and what to mend.
    """
    home = datamap.store_of(datamap.member.dataset)
    missing = sorted(set(datamap.stores) - set(schemas))
    if missing:
        raise PlanningError(f"no schema was read for {', '.join(missing)}; every declared store must be reachable")
    names = sorted(datamap.stores, key=lambda name: (name == home, _ORDER.index(datamap.stores[name].kind), name))
    stores = []
    for name in names:
        found = reaches(datamap, schemas[name])
        stores.append(StorePlan(store=name, reaches=found, operations=operations(datamap, schemas[name], found)))
    member = _member(datamap, schemas[home])
    matters = tuple(_matter(name, matter, datamap, schemas) for name, matter in datamap.open_matters.items())
    plan = Plan(
        shop=datamap.shop.name, map_digest=datamap.digest, member=member, stores=tuple(stores), matters=matters
    )
    return dataclasses.replace(plan, digest=_digest(plan))


def _member(datamap: DataMap, schema: Schema) -> MemberSource:
    member = datamap.member
    table = table_of(schema, member.dataset)
    used = [member.key, *(f for i in member.identifiers.values() for f in i.fields)]
    used += [name for name in (member.created, member.country.field if member.country else None) if name]
    for field in used:
        if field not in table.columns:
            raise PlanningError(f"{member.dataset}.{field}: named under `member:` but the store has no such column")
    return MemberSource(
        dataset=member.dataset,
        key=member.key,
        key_type=table.columns[member.key].type,
        identifiers=tuple(_identifier(kind, datamap) for kind in member.identifiers),
        created=member.created,
        country=member.country.field if member.country else None,
        fence=dict(member.fence.set) if member.fence else {},
    )


def _matter(name: str, matter: OpenMatter, datamap: DataMap, schemas: Mapping[str, Schema]) -> Matter:
    table = table_of(schemas[datamap.store_of(matter.dataset)], matter.dataset)
    link = next((link for link in datamap.datasets[matter.dataset].belongs_to if link.by_member_key), None)
    if link is None:
        raise PlanningError(f"open_matters.{name}: {matter.dataset} does not belong to the member by key")
    for field in (*matter.when, *matter.show):
        if field not in table.columns:
            raise PlanningError(f"open_matters.{name}: {matter.dataset} has no column `{field}`")
    tests = tuple(_test(field, condition) for field, condition in matter.when.items())
    return Matter(
        name=name, dataset=matter.dataset, link=link.fields[0], tests=tests, show=matter.show,
        waits=matter.effect == "wait",
    )


def _test(field: str, condition: Condition) -> tuple[str, Test, tuple[bool | int | float | str | None, ...]]:
    if condition.in_ is not None:
        return field, Test.IN, condition.in_
    if condition.not_in is not None:
        return field, Test.NOT_IN, condition.not_in
    if condition.at_least is not None:
        return field, Test.AT_LEAST, (condition.at_least,)
    return field, Test.NEWER_THAN_DAYS, (condition.newer_than_days,)


def _identifier(kind: str, datamap: DataMap) -> IdentifierSource:
    identifier = datamap.member.identifiers[kind]
    proof = None
    if identifier.verified not in ("always", "never"):
        dataset, _, flag = identifier.verified.rpartition(".")
        link = next((link for link in datamap.datasets[dataset].belongs_to if link.by_member_key), None)
        if link is None or len(identifier.fields) != 1:
            raise PlanningError(
                f"member.identifiers.{kind}: `{identifier.verified}` proves nothing; expected a dataset that belongs to"
                " the member by key and holds the identifier in a field of the same name"
            )
        proof = Proof(dataset=dataset, link=link.fields[0], value=identifier.fields[0], flag=flag)
    return IdentifierSource(
        kind=kind, fields=identifier.fields, always=identifier.verified == "always", proof=proof,
        normalised=identifier.stored == "normalised",
    )


def _digest(plan: Plan) -> str:
    text = json.dumps(dataclasses.asdict(plan), sort_keys=True, default=FieldRule.model_dump, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
