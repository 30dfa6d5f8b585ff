"""The member record, its identifiers, and what the closing page asks about the member."""

from __future__ import annotations

from collections.abc import Iterator

from adieu.datamap.checks.finding import Code, Finding, error
from adieu.datamap.checks.survey import Survey
from adieu.datamap.model import Condition
from adieu.datamap.schema import Column, Kind

_TIMES = frozenset({Kind.DATE, Kind.TIMESTAMP, Kind.NAIVE_TIMESTAMP})
_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})


def members(survey: Survey) -> Iterator[Finding]:
    """Findings on `member:`, `open_matters:` and `stakes:`."""
    yield from _key(survey)
    yield from _verified(survey)
    yield from _matters(survey)


def _key(survey: Survey) -> Iterator[Finding]:
    member = survey.datamap.member
    table = survey.table(member.dataset)
    if table is None or member.key not in table.columns:
        return
    if table.primary_key != (member.key,) and (member.key,) not in table.uniques:
        what = "`member.key` is neither the primary key nor unique, so it may name two members; name one that is"
        yield error(Code.MEMBER_KEY_NOT_UNIQUE, member.dataset, what, member.key)


def _verified(survey: Survey) -> Iterator[Finding]:
    for kind, identifier in survey.datamap.member.identifiers.items():
        dataset, _, field = identifier.verified.rpartition(".")
        table = survey.table(dataset) if dataset else None
        column = table.columns.get(field) if table else None
        if column is None:
            continue  # always, never, or missing: the drift check says so
        rule = survey.datamap.datasets.get(dataset)
        if column.kind is not Kind.BOOLEAN:
            what = f"`verified` of {kind} must be a boolean, the column is {column.type}; name one, or write always or never"
            yield error(Code.VERIFIED_UNSUITED, dataset, what, field)
        elif dataset != survey.datamap.member.dataset and not (rule and any(map(survey.names_member, rule.belongs_to))):
            what = f"`verified` of {kind} stands in a dataset without a link to the member; add it to `belongs_to:`"
            yield error(Code.VERIFIED_UNSUITED, dataset, what, field)


def _matters(survey: Survey) -> Iterator[Finding]:
    datamap = survey.datamap
    entries = [(f"open_matters.{key}", matter.dataset) for key, matter in datamap.open_matters.items()]
    entries += [(f"stakes.{key}", stake.dataset) for key, stake in datamap.stakes.items()]
    for where, dataset in entries:
        rule = datamap.datasets.get(dataset)
        if rule and dataset != datamap.member.dataset and not (rule.belongs_to or rule.owned_through):
            what = f"`{where}` asks whose its records are, but it has no link; add `belongs_to:`"
            yield error(Code.MATTER_UNLINKED, dataset, what)
    for key, stake in datamap.stakes.items():
        column = _column(survey, stake.dataset, stake.amount)
        if column and column.kind not in _NUMBERS:
            what = f"the amount of `stakes.{key}` must be a number, the column is {column.type}; name one"
            yield error(Code.MATTER_UNSUITED, stake.dataset, what, stake.amount)
    for key, matter in datamap.open_matters.items():
        for field, condition in matter.when.items():
            column = _column(survey, matter.dataset, field)
            if column and not _suits(condition, column):
                what = f"`when` of `open_matters.{key}` cannot be asked of {column.type}; mend the condition"
                yield error(Code.MATTER_UNSUITED, matter.dataset, what, field)


def _column(survey: Survey, dataset: str, field: str) -> Column | None:
    table = survey.table(dataset)
    return table.columns.get(field) if table else None


def _suits(condition: Condition, column: Column) -> bool:
    if condition.at_least is not None:
        return column.kind in _NUMBERS
    return condition.newer_than_days is None or column.kind in _TIMES
