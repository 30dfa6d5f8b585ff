"""The whole-store scan, joined: every store's texts, the identifiers asked for, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from adieu.adapters.stores.installing import SqlInstalling
from adieu.adapters.stores.scanning import Readable, readable, texts
from adieu.datamap import DataMap
from adieu.datamap.schema import Schema
from adieu.errors import StoreError
from adieu.verification import Scan

_TOLD_RECORDS = 1000  # progress is told after so many

Progress = Callable[[str, int], None]
"""Told the dataset and how many more of its records were read."""


def scan_stores(datamap: DataMap, stores: Mapping[str, SqlInstalling], scan: Scan, progress: Progress) -> int:
    """Search every text of every dataset of every database, undeclared ones too; how many datasets were read.

    Reads with the account of the store's `install_url` where it names one: the everyday account sees only what a plan
    touches. Holds one page of records at a time.

    Raises:
        StoreError: a declared dataset is not there or may not be read; what was found until then is not the whole.
    """
    read = 0
    for store in stores.values():
        schema = store.schema()
        _refuse_missing(datamap, schema)
        for dataset in readable(schema):
            rows = texts(store.install_database, schema, dataset)
            scan.read(dataset.live.dataset, dataset.names, _told(dataset, rows, progress))
            read += 1
    return read


def records_of(stores: Iterable[SqlInstalling]) -> int:
    """How many records there are to read, as the stores estimate."""
    return sum(dataset.live.rows for store in stores for dataset in readable(store.schema()))


def _told(dataset: Readable, rows: Iterable[Sequence[str]], progress: Progress) -> Iterator[Sequence[str]]:
    number = 0
    for number, row in enumerate(rows, 1):
        yield row
        if number % _TOLD_RECORDS == 0:
            progress(dataset.live.dataset, _TOLD_RECORDS)
    progress(dataset.live.dataset, number % _TOLD_RECORDS)


def _refuse_missing(datamap: DataMap, schema: Schema) -> None:
    for dataset in datamap.datasets:
        if datamap.store_of(dataset) == schema.store and dataset not in schema.tables:
            what = "the store has no such dataset; run `adieu check`, mend the map"
            raise StoreError(what, store=schema.store, dataset=dataset)
