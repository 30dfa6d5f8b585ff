"""Maps and schemas of a few lines each: only what one promise of planning is about."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from tests.unit.datamap.builders import pointer, schema, table

from adieu.datamap import load
from adieu.datamap.model import DataMap
from adieu.datamap.schema import Schema, Table
from adieu.planning.ordering import operations
from adieu.planning.plan import Operation, Reach
from adieu.planning.reaching import reaches

MEMBER = "shop.member: {on_closure: delete}"
FILES = 'files: {url: "${FILES}"}'
IDENTIFIERS = "{email: {field: email, verified: always}, name: {fields: [first, last]}}"
HEAD = """
adieu: 1
shop: {{name: Books, regimes: {{default: kr}}}}
stores: {{shop: {{url: "${{SHOP}}"}}, {stores}}}
member: {{dataset: shop.member, key: id, identifiers: {identifiers}{member}}}
datasets:
"""


def shop_map(
    *datasets: str, member: str = "", identifiers: str = IDENTIFIERS, more: str = "", stores: str = FILES
) -> DataMap:
    """A map with these dataset lines; the member's is deleted unless one of them says otherwise."""
    every = datasets if any(line.startswith("shop.member:") for line in datasets) else (MEMBER, *datasets)
    lines = "".join(f"  {line}\n" for line in every)
    return load(HEAD.format(identifiers=identifiers, member=member, stores=stores) + lines + more, "adieu.yaml")


def member_table(*foreign_keys: object, **columns: str) -> Table:
    """The member's table."""
    every = {"email": "varchar(254) not null", "first": "text", "last": "text", **columns}
    return table("shop.member", every, *foreign_keys)  # type: ignore[arg-type]


def shop_schema(*tables: Table) -> Schema:
    """A schema with these tables and the member's, unless it is among them."""
    if any(t.dataset == "shop.member" for t in tables):
        return schema(*tables)
    return schema(member_table(), *tables)


def found(datamap: DataMap, whole: Schema) -> dict[str, Reach]:
    """The reaches by dataset, in their order."""
    return {reach.dataset: reach for reach in reaches(datamap, whole)}


def planned(datamap: DataMap, whole: Schema) -> tuple[Operation, ...]:
    """The operations of the shop's store."""
    return operations(datamap, whole, reaches(datamap, whole))


def told(planned_operations: Iterable[Operation]) -> list[str]:
    """Each operation in one short line: ``verb dataset [role] field=rule… @link (anchor)``."""
    return [_told(operation) for operation in planned_operations]


def _told(operation: Operation) -> str:
    words = [operation.verb.value, operation.dataset.removeprefix("shop.")]
    words += [] if operation.role == "own" else [operation.role.value]
    words += [f"{change.field}={_rule(change.rule.kind.value, change.rule.value)}" for change in operation.changes]
    words += [f"@{field}" for field in operation.only_link]
    words += ["anchor"] if operation.anchor else []
    return " ".join(words)


def _rule(kind: str, value: object) -> str:
    return ("null" if value is None else repr(value)) if kind == "literal" else kind


def without_key(whole: Table) -> Table:
    """The same table without a primary key."""
    return dataclasses.replace(whole, primary_key=())


__all__ = [
    "IDENTIFIERS", "MEMBER", "found", "member_table", "planned", "pointer", "schema", "shop_map", "shop_schema", "table",
    "told", "without_key",
]
