"""Retained and expiring datasets: when the law begins to count, what the vault takes, how age is seen."""

from __future__ import annotations

from collections.abc import Iterator

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.survey import Survey
from adieu.datamap.model import Dataset, Treatment
from adieu.datamap.schema import Kind, Table

_TIMES = frozenset({Kind.DATE, Kind.TIMESTAMP, Kind.NAIVE_TIMESTAMP})
_PARTY = ("identity", "contact")  # categories that say who the party is


def keeping(survey: Survey) -> Iterator[Finding]:
    """Findings on `retain` and `expire`."""
    for name, rule, table in survey.decided():
        if rule.on_closure is Treatment.RETAIN:
            yield from _counted_from(name, rule, table)
            yield from _vault(survey, name, rule, table)
        elif rule.on_closure is Treatment.EXPIRE:
            yield from _age(name, rule, table)


def _counted_from(name: str, rule: Dataset, table: Table) -> Iterator[Finding]:
    column = table.columns.get(rule.counted_from or "")
    if column is None:
        return
    if column.kind not in _TIMES:
        what = f"the law's period is counted from it, but it is {column.type}; name a date or timestamp column"
        yield error(Code.COUNTED_FROM_UNSUITED, name, what, column.name)
    elif column.nullable:
        what = (
            "the law's period is counted from it, but it may be null, and then counts from the closure; name a column"
            " that is always set if there is one"
        )
        yield warning(Code.COUNTED_FROM_NULLABLE, name, what, column.name)


def _age(name: str, rule: Dataset, table: Table) -> Iterator[Finding]:
    column = table.columns.get(rule.age or "")
    if column is None:
        return
    if column.kind not in _TIMES:
        what = f"`age` tells which records are overdue, but it is {column.type}; name a date or timestamp column"
        yield error(Code.AGE_UNSUITED, name, what, column.name)
    elif column.nullable:
        what = "`age` may be null, and such a record never becomes overdue; make it NOT NULL or name another column"
        yield warning(Code.AGE_NULLABLE, name, what, column.name)


def _vault(survey: Survey, name: str, rule: Dataset, table: Table) -> Iterator[Finding]:
    parties = 0
    for entry in rule.into_vault:
        category = _category(survey, rule, table, entry)
        if category is None:
            what = (
                "`into_vault` names it, but it is no column, no `pointer.column` by a foreign key and no"
                " `member.identifier` of the map; mend the name"
            )
            yield error(Code.VAULT_NAME_UNKNOWN, name, what, entry)
        elif category.split(".")[0] in _PARTY:
            parties += 1
    if rule.into_vault and not parties:
        what = (
            "what goes into the vault does not say who the party is; add `member.name` or another identifier, or a field"
            " tagged identity or contact under `personal:`"
        )
        yield error(Code.VAULT_WITHOUT_PARTY, name, what)


def _category(survey: Survey, rule: Dataset, table: Table, entry: str) -> str | None:
    """The category of what a name of `into_vault` means (empty for a column nobody tagged); None if it means nothing."""
    if entry in table.columns:
        return rule.personal.get(entry, "")
    head, _, column = entry.rpartition(".")
    if head == "member":
        return "identity" if column in survey.datamap.member.identifiers else None
    to = _pointed_at(survey, table, head)
    target = survey.table(to) if to else None
    if target is None or column not in target.columns:
        return None
    there = survey.datamap.datasets.get(target.dataset)
    return there.personal.get(column, "") if there else ""


def _pointed_at(survey: Survey, table: Table, head: str) -> str | None:
    wanted = ((head,), (f"{head}_id",))
    for key in table.foreign_keys:
        if key.columns in wanted:
            return key.to
    for name, rule in survey.datamap.datasets.items():
        if any(p.dataset == table.dataset and p.fields in wanted for p in rule.owned_through):
            return name
    return None
