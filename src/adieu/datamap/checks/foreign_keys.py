"""What the database itself does, or refuses, when a record is deleted: cascades, nulls, blocked deletes, full scans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.survey import Survey
from adieu.datamap.model import Dataset, Treatment
from adieu.datamap.rules import FieldRule, RuleKind
from adieu.datamap.schema import ForeignKey, Table

_ACTIONS = {
    "CASCADE": (Code.CASCADE, "the database would delete its records (CASCADE)"),
    "SET NULL": (Code.SET_NULL, "the database would null its column (SET NULL)"),
    "SET DEFAULT": (Code.SET_NULL, "the database would overwrite its column (SET DEFAULT)"),
}
_BLOCKED = (Code.BLOCKED_DELETE, "the database would refuse to delete what it points at")


def foreign_keys(survey: Survey) -> Iterator[Finding]:
    """Every foreign key into a deleted dataset that the map does not take care of, or that no index serves."""
    for table, key in survey.foreign_keys():
        if not survey.is_deleted(key.to):
            continue
        rule = survey.datamap.datasets[table.dataset]
        if not _cared_for(survey, table, rule, key):
            code, happens = _ACTIONS.get(key.on_delete, _BLOCKED)
            what = f"points at {key.to}, which is deleted: {happens}; {_remedy(survey, rule, key)}"
            yield error(code, table.dataset, what, ", ".join(key.columns))
        yield from _unindexed(survey, table, rule, key)
    yield from _stuck_pointers(survey)


def _cared_for(survey: Survey, table: Table, rule: Dataset, key: ForeignKey) -> bool:
    """Whether every record that points is deleted before, with its target, or loses the pointer before."""
    pointed = survey.datamap.datasets[key.to].owned_through
    if any(p.dataset == table.dataset and set(p.fields) == set(key.columns) for p in pointed):
        return True  # goes only if nothing that stays points at it
    cut = survey.is_deleted(table.dataset) or _cuts(rule.fields, key)
    if cut and _linked(rule, key):
        return True
    naming = rule.mentions.get(key.columns[0]) if len(key.columns) == 1 else None
    return naming is not None and key.to == survey.datamap.member.dataset and _cuts(naming, key)


def _linked(rule: Dataset, key: ForeignKey) -> bool:
    whole = (link for link in rule.belongs_to if not (link.identifier or link.path or link.when))
    return any(set(link.fields) == set(key.columns) for link in whole)


def _cuts(rules: Mapping[str, FieldRule], key: ForeignKey) -> bool:
    """One column of the key is overwritten: null, or the key of a record that stays for this purpose."""
    return any(column in rules and rules[column].kind is RuleKind.LITERAL for column in key.columns)


def _remedy(survey: Survey, rule: Dataset, key: ForeignKey) -> str:
    column = key.columns[0] if len(key.columns) == 1 else None
    to_member = key.to == survey.datamap.member.dataset
    link = f"{{fields: [{', '.join(key.columns)}], of: {key.to}}}"
    if column:
        link = column if to_member else f"{{{column}: {key.to}}}"
    if rule.ends_as is Treatment.DELETE:
        return f"add the link `{link}` to `belongs_to:` so that they go together"
    if rule.on_closure in (Treatment.LEAVE, Treatment.EXPIRE):
        cut = f"`mentions: {{{column}: {{{column}: null}}}}`" if to_member and column else "`owned_through:` there"
        return f"decide it (`delete` or `anonymise`, link `{link}`), or cut the pointer with {cut}"
    return f"link it with `{link}` and cut it with `fields: {{{key.columns[0]}: null}}`, or do not delete {key.to}"


def _unindexed(survey: Survey, table: Table, rule: Dataset, key: ForeignKey) -> Iterator[Finding]:
    pointers = [p for p in survey.datamap.datasets[key.to].owned_through if p.dataset == table.dataset]
    known = [set(link.fields) for link in rule.belongs_to if not link.path] + [set(p.fields) for p in pointers]
    if set(key.columns) in known or table.has_index_on(key.columns):
        return  # a link without index is the link check's to say
    parents = survey.per_closure(key.to)
    cost = parents * table.rows
    what = (
        f"no index leads with it, and each record deleted from {key.to} scans the table: about {cost} rows a closure"
        f" ({parents} × {table.rows}); create an index on ({', '.join(key.columns)})"
    )
    make = error if cost > survey.limits.unindexed_rows else warning
    yield make(Code.UNINDEXED_FOREIGN_KEY, table.dataset, what, ", ".join(key.columns))


def _stuck_pointers(survey: Survey) -> Iterator[Finding]:
    for name, rule, _ in survey.decided():
        for pointer in rule.owned_through if rule.ends_as is Treatment.DELETE else ():
            source = survey.table(pointer.dataset)
            if source is None or survey.is_deleted(pointer.dataset):
                continue
            columns = [source.columns[field] for field in pointer.fields if field in source.columns]
            if columns and not any(column.nullable for column in columns):
                what = (
                    f"points at {name}, which is deleted through it, but stays and cannot be null; make the column"
                    f" nullable, delete {pointer.dataset} as well, or anonymise {name}"
                )
                yield error(Code.POINTER_NOT_NULL, pointer.dataset, what, ", ".join(pointer.fields))
