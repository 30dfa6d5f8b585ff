"""Everything `adieu check` asks: map against schemas, the plan, and what the data themselves say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from adieu.adapters.stores.installing import SqlInstalling
from adieu.bootstrap.stores import databases
from adieu.datamap import DataMap, Treatment
from adieu.datamap.checks import Code, Finding, Level, check
from adieu.datamap.checks.contents import scan_contents
from adieu.datamap.checks.promises import judge, promises
from adieu.datamap.schema import Schema
from adieu.errors import CheckRefused, PlanningError
from adieu.planning.make import make_plan

if TYPE_CHECKING:
    from adieu.bootstrap.stores import Opening

# What planning refuses as well, or cannot do without: said already, and better.
_SAID = frozenset(
    {
        Code.STORE_NOT_READ, Code.MISSING_DATASET, Code.MISSING_COLUMN, Code.RULE_ON_GENERATED, Code.NO_PRIMARY_KEY,
        Code.WIDE_PRIMARY_KEY, Code.LINK_TO_LEFT, Code.VAULT_NAME_UNKNOWN, Code.MATTER_UNLINKED,
    }
)


def check_live(datamap: DataMap, stores: Mapping[str, Opening], limit_rows: int) -> Iterator[Finding]:
    """Every finding on map, schemas and plan, then those on the data, of which at most `limit_rows` records a dataset are read.

    Raises:
        StoreError: a store does not answer or refuses to be read.
    """
    schemas = {name: store.schema() for name, store in stores.items()}
    yield from check_plan(datamap, schemas)
    if limit_rows:
        yield from _contents(datamap, databases(stores), schemas, limit_rows)
    yield from _promises(datamap, databases(stores), schemas, limit_rows)


def check_plan(datamap: DataMap, schemas: Mapping[str, Schema]) -> tuple[Finding, ...]:
    """The findings on map and schemas, and one more where no plan could be made of them for a reason not said yet."""
    findings = check(datamap, schemas)
    if not any(finding.code in _SAID and finding.level is Level.ERROR for finding in findings):
        try:
            make_plan(datamap, schemas)
        except PlanningError as refusal:
            what = f"{refusal}; no closure could run: mend the map or the schema"
            store = next((name for name in datamap.stores if str(refusal).startswith(f"{name}.")), None)
            place = store or datamap.store_of(datamap.member.dataset)
            return (Finding(level=Level.ERROR, code=Code.PLAN_REFUSED, dataset=place, what=what), *findings)
    return findings


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Raise `CheckRefused` with the findings that refuse, if there are any."""
    errors = [finding for finding in findings if finding.level is Level.ERROR]
    if errors:
        raise CheckRefused(errors)


def _contents(
    datamap: DataMap, stores: Mapping[str, SqlInstalling], schemas: Mapping[str, Schema], limit_rows: int
) -> Iterator[Finding]:
    """What the texts of left and expiring datasets hold that looks personal; a missing dataset has its own finding."""
    staying = [n for n, rule in datamap.datasets.items() if rule.on_closure in (Treatment.LEAVE, Treatment.EXPIRE)]
    for name, store in stores.items():
        there = [dataset for dataset in staying if datamap.store_of(dataset) == name and dataset in schemas[name].tables]
        yield from scan_contents(datamap, store.texts(there, limit_rows))


def _promises(
    datamap: DataMap, stores: Mapping[str, SqlInstalling], schemas: Mapping[str, Schema], limit_rows: int
) -> Iterator[Finding]:
    """What the data say of `stored: normalised`; a missing column has its own finding."""
    for promise in promises(datamap):
        name = datamap.store_of(promise.dataset)
        table = schemas[name].tables.get(promise.dataset)
        if table and promise.column in table.columns:
            yield from judge(promise, stores[name].prove(promise, limit_rows))
