"""What the store does besides: triggers, versioning, copies in views, row security, tables without transactions."""

from __future__ import annotations

from collections.abc import Iterator

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.survey import Survey
from adieu.datamap.model import CLOSING, Dataset, StoreKind, Treatment
from adieu.datamap.schema import Table

_NO_TRANSACTIONS = (
    "has no transactions, so a killed step could stand half done; move it to an engine that has, or declare"
    " `transactional: false`"
)


def store_facts(survey: Survey) -> Iterator[Finding]:
    """One finding for each fact a person should know before the first run."""
    for name, rule, table in survey.decided():
        if rule.on_closure in CLOSING:
            yield from _treated(name, rule, table)
            database = survey.datamap.stores[survey.datamap.store_of(name)].kind is StoreKind.DATABASE
            if database and rule.transactional and not table.transactional:  # others have none, and are journaled for it
                yield error(Code.NOT_TRANSACTIONAL, name, _NO_TRANSACTIONS)
        if table.system_versioned and rule.on_closure is not Treatment.LEAVE:
            what = "is system-versioned: the history keeps what is erased; say how it is trimmed (it stands on receipts)"
            yield warning(Code.SYSTEM_VERSIONED, name, what)
    for table in survey.tables():
        if table.materialised:
            what = "a materialised view keeps copies until refreshed; refresh it after closures, at least daily"
            yield warning(Code.MATERIALISED_VIEW, table.dataset, what)
    for store in survey.datamap.stores:
        for note in survey.schemas[store].notes if store in survey.schemas else ():
            yield warning(Code.READER_NOTE, store, note)


def _treated(name: str, rule: Dataset, table: Table) -> Iterator[Finding]:
    if table.is_view:
        what = f"is a view, and `{rule.on_closure}` acts on tables; decide the tables it shows, and `leave` it"
        yield error(Code.VIEW_TREATED, name, what)
    if table.triggers:
        what = f"fires {', '.join(table.triggers)}; make sure none copies the record elsewhere or refuses the change"
        yield warning(Code.TRIGGER, name, what)
    if table.row_security:
        what = "has row security; Adieu's account must see every row (BYPASSRLS, or a policy for it)"
        yield warning(Code.ROW_SECURITY, name, what)
