"""Drift: names in the map that the store does not have, and datasets of the store that the map has not decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.survey import Survey
from adieu.datamap.model import DataMap, Dataset

Name = tuple[str, str, str]  # dataset, column, where the map says it


def drift(survey: Survey) -> Iterator[Finding]:
    """Missing datasets and columns, undecided datasets, stores that were not read."""
    for store in survey.datamap.stores:
        if store not in survey.schemas:
            what = "no schema was read; every declared store must answer, mend its `url` or start it"
            yield error(Code.STORE_NOT_READ, store, what)
    for name in survey.datamap.datasets:
        if survey.datamap.store_of(name) in survey.schemas and survey.table(name) is None:
            what = "the store has no such dataset; remove it from the map or mend the name"
            yield error(Code.MISSING_DATASET, name, what)
    yield from _undecided(survey)
    for dataset, column, where in dict.fromkeys(_named(survey.datamap)):
        table = survey.table(dataset)
        if table is not None and column not in table.columns:
            what = f"`{where}` names it, but the store has no such column; mend the map or the schema"
            yield error(Code.MISSING_COLUMN, dataset, what, column)
    yield from _idle_labels(survey)


def _idle_labels(survey: Survey) -> Iterator[Finding]:
    """Labels of the whole map that no dataset has a field for: harmless, but a member reads the field's raw name."""
    if not survey.schemas.keys() >= survey.datamap.stores.keys():
        return  # a store that was not read may have it
    there = {column for table in survey.tables() for column in table.columns}
    for field in survey.datamap.labels:
        if field not in there:
            what = "the map's `labels:` names it, but no dataset of any store has such a column; mend its spelling or remove it"
            yield warning(Code.MISSING_COLUMN, survey.datamap.store_of(survey.datamap.member.dataset), what, field)


def _undecided(survey: Survey) -> Iterator[Finding]:
    for table in survey.tables():
        if survey.root(table) in survey.datamap.datasets:
            continue
        if table.is_view:
            what = "a view that the map does not name; it shows what its tables hold and needs no rule"
            yield warning(Code.UNDECIDED_VIEW, table.dataset, what)
        elif table.partition_of is None or survey.table(survey.root(table)) is None:  # what no visible table covers
            what = "not in the data map; decide `on_closure:` for it, or `leave` with `because:`"
            yield error(Code.UNDECIDED_DATASET, table.dataset, what)


def _named(datamap: DataMap) -> Iterator[Name]:
    """Every column the map names, `into_vault` excepted, which has its own check."""
    yield from _member(datamap)
    for name, rule in datamap.datasets.items():
        yield from _links(name, rule)
        yield from _rules(name, rule)
    for key, matter in datamap.open_matters.items():
        for column in (*matter.when, *matter.show):
            yield matter.dataset, column, f"open_matters.{key}"
    for key, stake in datamap.stakes.items():
        yield stake.dataset, stake.amount, f"stakes.{key}"
    yield from datamap.shopping.named()


def _member(datamap: DataMap) -> Iterator[Name]:
    member = datamap.member
    yield member.dataset, member.key, "member.key"
    for kind, identifier in member.identifiers.items():
        for column in identifier.fields:
            yield member.dataset, column, f"member.identifiers.{kind}"
        dataset, _, column = identifier.verified.rpartition(".")
        if dataset:
            yield dataset, column, f"member.identifiers.{kind}.verified"
            for proved in identifier.fields:  # the value stands beside the flag, under the same name
                yield dataset, proved, f"member.identifiers.{kind}.verified"
    if member.created:
        yield member.dataset, member.created, "member.created"
    if member.country and member.country.field:
        yield member.dataset, member.country.field, "member.country"
    for column in member.fence.set if member.fence else ():
        yield member.dataset, column, "member.fence"


def _links(name: str, rule: Dataset) -> Iterator[Name]:
    for link in rule.belongs_to:
        for column in (*link.fields, *link.when):
            yield name, column, "belongs_to"
        if link.of:
            for column in link.keys or ():
                yield link.of, column, f"belongs_to of {name}"
    for pointer in rule.owned_through:
        for column in pointer.fields:
            yield pointer.dataset, column, f"owned_through of {name}"


def _rules(name: str, rule: Dataset) -> Iterator[Name]:
    groups: dict[str, Iterable[str]] = {
        "personal": rule.personal, "not_personal": rule.not_personal, "fields": rule.fields, "shared": rule.shared,
        "labels": rule.labels,
    }
    for where, columns in groups.items():
        for column in columns:
            yield name, column, where
    for naming, rules in rule.mentions.items():
        for column in (naming, *rules):
            yield name, column, "mentions"
    for where, single in (("counted_from", rule.counted_from), ("age", rule.age)):
        if single:
            yield name, single, where
