"""The statements of one store's plan, written once: a closure needs the same ones again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adieu.adapters.stores.capturing import Capturing, groups
from adieu.adapters.stores.dialect import Dialect
from adieu.adapters.stores.treating import Treating
from adieu.planning.plan import MemberSource, StorePlan, Verb


@dataclass(frozen=True, kw_only=True)
class Capture:
    """The statement that captures the keys of one dataset."""

    dataset: str
    sql: str
    sole: bool = False  # each record is found for one owner


@dataclass(frozen=True, kw_only=True)
class Group:
    """Datasets captured one after the other, or, where they depend on each other, in rounds."""

    captures: tuple[Capture, ...]
    cyclic: bool = False


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a plan says, in one store's SQL."""

    plan: StorePlan
    groups: tuple[Group, ...]  # in order; mentions last
    let_go: Mapping[str, str]  # by dataset: counts the shared records that have no other owner any more
    treatments: Mapping[int, str]  # by operation: what changes its records, or counts them where only texts are decided


def write(dialect: Dialect, plan: StorePlan, member: MemberSource) -> Written:
    """Write the statements of a plan."""
    capturing = Capturing(dialect=dialect, plan=plan, member=member)
    found = [
        Group(
            captures=tuple(
                Capture(dataset=reach.dataset, sql=capturing.statement(reach), sole=capturing.sole(reach))
                for reach in group
                if reach.found
            ),
            cyclic=group[0].cyclic,
        )
        for group in groups(plan)
    ]
    naming = [reach for reach in plan.reaches if reach.mentions]
    found += [
        Group(captures=(Capture(dataset=reach.dataset, sql=capturing.mention_statement(reach)),)) for reach in naming
    ]
    treating = Treating(dialect=dialect, member=member)
    treatments = {
        o.number: treating.statement(o) or treating.count_chosen(o) for o in plan.operations if o.verb is not Verb.RETAIN
    }
    let_go = {reach.dataset: sql for reach in plan.reaches if (sql := capturing.let_go_statement(reach))}
    return Written(plan=plan, groups=tuple(found), let_go=let_go, treatments=treatments)
