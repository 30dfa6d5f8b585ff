"""From treatments to operations, in an order the store's foreign keys allow.

Moved to the vault first, then cut loose and rewritten, then deleted children first; the member record last. A foreign
key that would forbid this order is broken on a nullable column; where it is not nullable the map cannot be carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from adieu.datamap.model import CLOSING, DataMap, Dataset, Treatment
from adieu.datamap.rules import NULL, FieldRule, RuleKind
from adieu.datamap.schema import ForeignKey, Schema
from adieu.errors import PlanningError
from adieu.planning.custody import custody
from adieu.planning.plan import ByMember, ByPointer, FieldChange, Operation, Reach, Role, Verb, When
from adieu.planning.reaching import table_of


@dataclass(frozen=True, kw_only=True)
class _Work:
    """What ordering reasons on: one store's part of the map with its reaches."""

    datamap: DataMap
    schema: Schema
    reaches: tuple[Reach, ...]

    @cached_property
    def deleted(self) -> set[str]:
        return {r.dataset for r in self.reaches if self.rule(r).ends_as is Treatment.DELETE}

    def rule(self, reach: Reach) -> Dataset:
        return self.datamap.datasets[reach.dataset]


def operations(datamap: DataMap, schema: Schema, reaches: tuple[Reach, ...]) -> tuple[Operation, ...]:
    """All operations of one store, numbered in the order in which they run.

    Raises:
        PlanningError: a cycle of foreign keys that are not nullable, a rule on an unknown or generated column.
    """
    work = _Work(datamap=datamap, schema=schema, reaches=reaches)
    anchor = next((r.dataset for r in reaches if r.anchor), None)
    order, cuts = _deletion_order(work, anchor)
    by_name = {reach.dataset: reach for reach in reaches}
    found = [*_retained(work), *_released(work), *_rewritten(work, cuts, anchor)]
    found += [_delete(by_name[name], anchor) for name in order]
    if anchor and anchor not in order:
        found.append(_rewrite_own(work, by_name[anchor], anchor=True))
    return tuple(replace(operation, number=number) for number, operation in enumerate(found))


def _retained(work: _Work) -> Iterator[Operation]:
    for reach in work.reaches:
        rule = work.rule(reach)
        if rule.on_closure is Treatment.RETAIN:
            kept = custody(reach.dataset, rule, work.datamap, work.schema)
            yield _operation(reach, Verb.RETAIN, custody=kept)


def _released(work: _Work) -> Iterator[Operation]:
    """Shared records lose the leaver's link and authored fields; mentions are redacted where the map says so."""
    for reach in work.reaches:
        rule = work.rule(reach)
        members = [way for way in reach.ways if isinstance(way, ByMember) and not way.path and not way.decides]
        direct = tuple(way.field for way in members)
        owners = [way for way in reach.ways if isinstance(way, ByMember | ByPointer)]
        held = len(owners) > 1 or any(isinstance(way, ByPointer) for way in owners)
        if held and rule.on_closure in CLOSING:
            changes = _changes(work, reach, {**dict.fromkeys(direct, NULL), **rule.shared})
            changes = tuple(replace(change, when=_conditions(reach, change.field)) for change in changes)
            if changes:
                yield _operation(reach, Verb.REWRITE, role=Role.SHARED, changes=changes, only_link=direct)
        for field, rules in rule.mentions.items():
            changes = _changes(work, reach, rules)
            yield _operation(reach, Verb.REWRITE, role=Role.MENTION, changes=changes, only_link=(field,))


def _conditions(reach: Reach, field: str) -> tuple[tuple[When, ...], ...]:
    """Under which conditions a field names a member; empty where it always does (or never)."""
    found = [way.when for way in reach.ways if isinstance(way, ByMember) and way.field == field and not way.path]
    return tuple(found) if all(found) else ()


def _rewritten(work: _Work, cuts: Sequence[tuple[str, ForeignKey]], anchor: str | None) -> Iterator[Operation]:
    for reach in work.reaches:
        fields = tuple(column for name, key in cuts if name == reach.dataset for column in _nullable(work, name, key))
        if reach.dataset not in work.deleted and reach.dataset != anchor and work.rule(reach).on_closure in CLOSING:
            yield _rewrite_own(work, reach)
        elif fields or (reach.dataset == anchor and _pointers_cut(work, reach)):
            changes = dict.fromkeys((*fields, *_pointers_cut(work, reach)), NULL)
            yield _operation(reach, Verb.REWRITE, changes=_changes(work, reach, changes))


def _rewrite_own(work: _Work, reach: Reach, *, anchor: bool = False) -> Operation:
    rules = {**dict.fromkeys(_pointers_cut(work, reach), NULL), **work.rule(reach).fields}
    decided = {field: rule for field, rule in rules.items() if rule.kind is not RuleKind.UNCHANGED}
    return _operation(reach, Verb.REWRITE, changes=_changes(work, reach, decided), anchor=anchor)


def _pointers_cut(work: _Work, reach: Reach) -> tuple[str, ...]:
    """The fields of a record that stays (or goes last) which point at records that are deleted with it."""
    if reach.dataset in work.deleted and not reach.anchor:
        return ()
    return tuple(
        field
        for other in work.reaches
        if other.dataset in work.deleted
        for pointer in work.rule(other).owned_through
        if pointer.dataset == reach.dataset
        for field in pointer.fields
        if table_of(work.schema, reach.dataset).columns[field].nullable
    )


def _delete(reach: Reach, anchor: str | None) -> Operation:
    return _operation(reach, Verb.DELETE, anchor=reach.dataset == anchor)


def _operation(reach: Reach, verb: Verb, **more: object) -> Operation:
    return Operation(number=-1, verb=verb, dataset=reach.dataset, key=reach.key, **more)  # type: ignore[arg-type]


def _changes(work: _Work, reach: Reach, rules: dict[str, FieldRule]) -> tuple[FieldChange, ...]:
    table = table_of(work.schema, reach.dataset)
    changes = []
    for field, rule in rules.items():
        column = table.columns.get(field)
        if column is None or column.generated:
            what = "is computed by the store" if column else "does not exist"
            raise PlanningError(f"{reach.dataset}.{field}: has a rule but {what}; run `adieu check`, mend the map")
        changes.append(
            FieldChange(
                field=field, rule=rule, kind=column.kind, length=column.length, nullable=column.nullable,
                email=_holds_email(work, reach, field),
            )
        )
    return tuple(changes)


def _holds_email(work: _Work, reach: Reach, field: str) -> bool:
    email = work.datamap.member.identifiers.get("email")
    return work.rule(reach).personal.get(field) == "contact.email" or bool(reach.anchor and email and field in email.fields)


def _deletion_order(work: _Work, anchor: str | None) -> tuple[list[str], list[tuple[str, ForeignKey]]]:
    """Deleted datasets, children first, the anchor as late as its own pointers allow; and the links to null before."""
    deleted = sorted(work.deleted)
    cuts: list[tuple[str, ForeignKey]] = []
    before: dict[str, set[str]] = {name: set() for name in deleted}  # parent -> children deleted earlier
    for name in deleted:
        for key in table_of(work.schema, name).foreign_keys:
            if key.to not in before:
                continue
            if name in (key.to, anchor) and _nullable(work, name, key):
                cuts.append((name, key))
            elif name == key.to:
                raise PlanningError(_cycle_message([name]))
            else:
                before[key.to].add(name)
    if anchor in before:
        after_anchor = {parent for parent, children in before.items() if anchor in children}
        before[anchor] |= {name for name in deleted if name != anchor and name not in _up(after_anchor, before)}
    return _sorted_breaking_cycles(work, before, cuts)


def _up(names: set[str], before: dict[str, set[str]]) -> set[str]:
    """`names` and everything that must be deleted after one of them."""
    found = set(names)
    while True:
        more = {parent for parent, children in before.items() if children & found} | found
        if more == found:
            return found
        found = more


def _sorted_breaking_cycles(
    work: _Work, before: dict[str, set[str]], cuts: list[tuple[str, ForeignKey]]
) -> tuple[list[str], list[tuple[str, ForeignKey]]]:
    while True:
        try:
            return list(TopologicalSorter({name: sorted(before[name]) for name in before}).static_order()), cuts
        except CycleError as error:
            circle: list[str] = error.args[1]
            found = _breakable(work, circle)
            if not found:
                raise PlanningError(_cycle_message(circle)) from None
            cuts.extend(found)
            for child, key in found:
                before[key.to].discard(child)


def _breakable(work: _Work, circle: Sequence[str]) -> list[tuple[str, ForeignKey]]:
    """All foreign keys from one dataset of the circle to the next, where every one can be null; empty where none can."""
    for name, target in sorted(pairwise(circle)):  # each stands before the one it points at
        between = [key for key in table_of(work.schema, name).foreign_keys if key.to == target]
        if between and all(_nullable(work, name, key) for key in between):
            return [(name, key) for key in between]
    return []


def _nullable(work: _Work, name: str, key: ForeignKey) -> tuple[str, ...]:
    """The columns of a foreign key that can be null; one is enough to let go of what it points at."""
    columns = table_of(work.schema, name).columns
    return tuple(column for column in key.columns if columns[column].nullable)


def _cycle_message(circle: Sequence[str]) -> str:
    names = " -> ".join(dict.fromkeys(circle))
    return f"{names}: these datasets point at each other with links that cannot be null, so none can be deleted first"
