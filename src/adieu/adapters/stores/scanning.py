"""Read every text of a store, dataset by dataset, a page of records at a time: for the whole-store scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, column, select, table
from sqlalchemy.exc import SQLAlchemyError

from adieu.adapters.stores.database import Database
from adieu.datamap.schema import Column, Kind, Schema, Table
from adieu.errors import StoreError

_TEXTS = frozenset({Kind.TEXT, Kind.JSON, Kind.BINARY, Kind.OTHER})
_PAGE_RECORDS = 200  # held at a time; a record may hold megabytes


@dataclass(frozen=True, kw_only=True)
class Readable:
    """A dataset with the columns that can hold a text."""

    live: Table
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the order in which `texts` answers them."""
        return tuple(item.name for item in self.columns)


def readable(schema: Schema) -> Iterator[Readable]:
    """Every dataset of a store that holds texts of its own: no plain view, no partition apart from its parent.

    In SQLite any column can hold a text, whatever its declared type.
    """
    for live in schema.tables.values():
        if live.partition_of is None and (live.materialised or not live.is_view):
            columns = tuple(c for c in live.columns.values() if c.kind in _TEXTS or schema.dialect == "sqlite")
            if columns:
                yield Readable(live=live, columns=columns)


def texts(database: Database, schema: Schema, dataset: Readable) -> Iterator[Sequence[str]]:
    """The texts of each record, empty where there is none; one transaction, which only reads.

    JSON, arrays and other types are read as the store writes them, bytes as UTF-8 with what does not decode replaced.
    Personal data: the caller keeps none of it.

    Raises:
        StoreError: the store refused (the engine's text is not repeated).
    """
    *place, name = dataset.live.dataset.removeprefix(f"{schema.store}.").split(".", 1)
    source = table(name, schema=place[0] if place else None)
    query = select(*(_as_text(item) for item in dataset.columns)).select_from(source)
    try:
        with database.connect() as connection:
            for row in connection.execution_options(yield_per=_PAGE_RECORDS).execute(query):
                yield [_text(value) for value in row]
    except SQLAlchemyError as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        what = "the texts could not be read; give the map an `install_url` whose account may read the whole store"
        raise StoreError(what, store=schema.store, dataset=dataset.live.dataset, sqlstate=state) from None


def _as_text(item: Column) -> ColumnElement[str]:
    if item.kind is Kind.BINARY:
        return column(item.name)  # bytes, or what SQLite really holds
    return cast(column(item.name), Text).label(item.name)


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return "" if value is None else str(value)
