"""Read whole datasets for the checks: texts of what is left or expires, and counts of values in another than their normal form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, Connection, Text, cast, column, select, table
from sqlalchemy.exc import SQLAlchemyError

from adieu.adapters.stores.database import Transaction
from adieu.datamap.checks.promises import Promise, Proof
from adieu.datamap.schema import Column, Kind, Schema, Table
from adieu.errors import StoreError

_READ = frozenset({Kind.TEXT, Kind.JSON, Kind.BINARY, Kind.OTHER})
_PAGE_ROWS = 1000
# a column's own collation may call two forms equal; MariaDB's texts have lost it by then
_BY_BYTES = {"postgresql": 'collate "C"', "sqlite": "collate binary", "mariadb": ""}


def text_values(
    connection: Connection, schema: Schema, datasets: Iterable[str], limit_rows: int | None = None
) -> Iterator[tuple[str, str, str]]:
    """(dataset, column, text) of every text that is not empty; at most `limit_rows` records of each dataset.

    JSON, arrays and other types without a name of their own are read as the store writes them; bytes as UTF-8 with what
    does not decode replaced. Personal data: the caller keeps none of it. What is packed (a session's signed data)
    comes as it stands; the scan says that it cannot read it.

    Raises:
        StoreError: a dataset is unknown, or the store refused (the engine's text is not repeated).
    """
    for dataset in datasets:
        live = schema.tables.get(dataset)
        if live is None:
            raise StoreError("the store has no such dataset; run `adieu check`, mend the map", store=schema.store, dataset=dataset)
        columns = [item for item in live.columns.values() if item.kind in _READ]
        if columns:
            yield from _texts(connection, schema, live, columns, limit_rows)


def _texts(
    connection: Connection, schema: Schema, live: Table, columns: list[Column], limit_rows: int | None
) -> Iterator[tuple[str, str, str]]:
    *place, name = live.dataset.removeprefix(f"{schema.store}.").split(".", 1)
    source = table(name, schema=place[0] if place else None)
    query = select(*(_as_text(item) for item in columns)).select_from(source).limit(limit_rows)
    try:
        with connection.execution_options(yield_per=_PAGE_ROWS).execute(query) as rows:
            for row in rows:
                for item, value in zip(columns, row, strict=True):
                    text = value.decode(errors="replace") if isinstance(value, bytes) else value
                    if text:
                        yield live.dataset, item.name, str(text)
    except SQLAlchemyError as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        what = "the texts could not be read; check that Adieu's account may read the dataset"
        raise StoreError(what, store=schema.store, dataset=live.dataset, sqlstate=state) from None


def _as_text(item: Column) -> ColumnElement[str]:
    if item.kind is Kind.BINARY:
        return column(item.name)  # bytes, or what SQLite really holds
    return cast(column(item.name), Text).label(item.name)


def prove(tx: Transaction, promise: Promise, limit_rows: int) -> Proof:
    """How many values of a column differ from their normal form, counted in the store; at most `limit_rows` records are read.

    The normal form is the one the closing statements compare with. No value leaves the store.

    Raises:
        StoreError: the store refused (the engine's text is not repeated).
    """
    d = tx.dialect
    value = d.column(promise.column, "x")
    text = d.json_text(value, promise.path) if promise.path else d.as_text(value)
    collate = _BY_BYTES.get(d.name, "")
    differs = f"s.value {collate} <> {d.normal(promise.kind, 's.value')}"
    some = f"select {text} as value from {d.table(promise.dataset)} x limit {limit_rows}"
    sql = f"select count(*), coalesce(sum(case when {differs} then 1 else 0 end), 0) from ({some}) s"
    read, broken = (int(str(count)) for count in tx.execute(sql, None, promise.dataset)[0])
    return Proof(read=read, broken=broken, whole=read < limit_rows)
