"""Read a live schema: the store's own catalogue, joined with keys and indexes from SQLAlchemy's inspector.

A dialect is added by one reader in `_READERS` (columns, estimates, partitions, triggers …); where its reader gives no
keys (`_INSPECTED`), they are asked of the inspector, in one question a kind and schema.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Inspector, inspect
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint, ReflectedIndex
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from adieu.adapters.stores import reflection_mariadb, reflection_postgresql, reflection_sqlite
from adieu.adapters.stores.catalogue import Catalogue, Keys, Place, Pointer, Relation
from adieu.adapters.stores.constraints import admit
from adieu.datamap.schema import ForeignKey, Schema, Table
from adieu.errors import StoreError, StoreUnreachable

_READERS: Mapping[str, Callable[[Connection], Catalogue]] = {
    "postgresql": reflection_postgresql.read_catalogue,
    "mariadb": reflection_mariadb.read_catalogue,
    "sqlite": reflection_sqlite.read_catalogue,
}
_SHOWN = 8  # names in one note
_INSPECTED = frozenset({"postgresql"})


@dataclass(frozen=True, kw_only=True)
class _View:
    """Where names are read from: the store and its relations."""

    store: str
    catalogue: Catalogue


def read_schema(connection: Connection, store: str) -> Schema:
    """Every table and view of the store; `store.table`, or `store.schema.table` outside the current schema.

    Row numbers are the store's estimates. Adieu's own tables are left out. What could not be seen stands in `notes`.

    Raises:
        StoreError: the dialect has no reader, or the catalogue could not be read (the engine's text is not repeated).
    """
    dialect = "mariadb" if getattr(connection.dialect, "is_mariadb", False) else connection.dialect.name
    reader = _READERS.get(dialect)
    if reader is None:
        raise StoreError(f"no schema reader for {dialect}; known: {', '.join(sorted(_READERS))}", store=store)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # indexes on expressions: left out, which is what we want
            catalogue, inspector = reader(connection), inspect(connection)
            if dialect in _INSPECTED:
                _inspect_keys(inspector, catalogue)
            view = _View(store=store, catalogue=catalogue)
    except SQLAlchemyError as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        what = "the schema could not be read; check that the store answers and that Adieu's account may read its catalogue"
        raise StoreUnreachable(what, store=store, sqlstate=state) from None
    notes = [f"{store}.{note}" for note in catalogue.notes]
    tables = {}
    for place, relation in catalogue.relations.items():
        name = _name(store, place)
        pointers = tuple(_pointers(view, relation, notes))
        tables[name] = _table(store, relation, pointers)
    checked = sorted(_name(store, place) for place, found in catalogue.relations.items() if found.keys.checks)
    if checked:
        notes.append(_checks_note(checked))
    version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    return Schema(store=store, dialect=dialect, tables=tables, version=version, notes=tuple(notes))


def _checks_note(datasets: list[str]) -> str:
    shown = ", ".join(datasets[:_SHOWN]) + (f" and {len(datasets) - _SHOWN} more" if len(datasets) > _SHOWN else "")
    return f"CHECK constraints on {shown} may refuse a literal or a placeholder and are too involved to be read; look at them"


def _name(store: str, place: Place) -> str:
    return ".".join(part for part in (store, *place) if part)


def _table(store: str, relation: Relation, pointers: tuple[ForeignKey, ...]) -> Table:
    return Table(
        dataset=_name(store, relation.place),
        columns=relation.columns,
        primary_key=relation.keys.primary,
        foreign_keys=pointers,
        uniques=tuple(sorted(relation.keys.uniques)),
        indexes=tuple(sorted(relation.keys.indexes)),
        rows=relation.rows,
        is_view=relation.is_view,
        materialised=relation.materialised,
        partition_of=_name(store, relation.parent) if relation.parent else None,
        triggers=tuple(relation.triggers),
        transactional=relation.transactional,
        system_versioned=relation.system_versioned,
        row_security=relation.row_security,
    )


def _inspect_keys(inspector: Inspector, catalogue: Catalogue) -> None:
    """Give every table its keys; views have none."""
    for schema in sorted({place[0] for place in catalogue.relations}, key=str):
        primary = inspector.get_multi_pk_constraint(schema=schema, kind=ObjectKind.TABLE)
        exact = inspector.dialect.name == "postgresql"  # its reader gave the pointers; the inspector guesses schemas
        foreign = {} if exact else inspector.get_multi_foreign_keys(schema=schema, kind=ObjectKind.TABLE)
        indexes = inspector.get_multi_indexes(schema=schema, kind=ObjectKind.TABLE)
        checks = inspector.get_multi_check_constraints(schema=schema, kind=ObjectKind.TABLE)
        for place, relation in catalogue.relations.items():
            if place[0] != schema or place not in primary:
                continue
            whole = [index for index in indexes.get(place, ()) if _serves(index, relation)]
            columns, unread = admit(relation.columns, [check["sqltext"] for check in checks.get(place, ())])
            relation.columns.update(columns)
            relation.keys = Keys(
                primary=tuple(primary[place]["constrained_columns"]),
                pointers=relation.keys.pointers
                or tuple(_pointer(key, inspector.default_schema_name) for key in foreign.get(place, ())),
                uniques=frozenset(_leading(i) for i in whole if i["unique"] and None not in i["column_names"]),
                indexes=frozenset(leading for index in whole if (leading := _leading(index))),
                checks=relation.keys.checks + unread,
            )


def _serves(index: ReflectedIndex, relation: Relation) -> bool:
    options = index.get("dialect_options") or {}
    return index["name"] not in relation.refused and options.get("postgresql_where") is None


def _leading(index: ReflectedIndex) -> tuple[str, ...]:
    """The plain columns before the first expression."""
    return tuple(str(name) for name in itertools.takewhile(lambda name: name is not None, index["column_names"]))


def _pointer(key: ReflectedForeignKeyConstraint, default_schema: str | None) -> Pointer:
    """The current schema has no name in a place."""
    schema = key.get("referred_schema")
    action = str((key.get("options") or {}).get("ondelete") or "NO ACTION").upper()
    return Pointer(
        columns=tuple(key["constrained_columns"]),
        to=(None if schema == default_schema else schema, key["referred_table"]),
        to_columns=tuple(key["referred_columns"]),
        on_delete=action,
    )


def _pointers(view: _View, relation: Relation, notes: list[str]) -> Iterator[ForeignKey]:
    """Foreign keys, each named once at the root of its target's partitions; a target nobody sees becomes a note."""
    seen = set()
    for key in relation.keys.pointers:
        if key.to not in view.catalogue.relations:
            name = _name(view.store, relation.place)
            notes.append(f"{name}: its foreign key on {', '.join(key.columns)} points at a table Adieu cannot see")
            continue
        target = _name(view.store, _root(key.to, view.catalogue))
        pointer = ForeignKey(columns=key.columns, to=target, to_columns=key.to_columns, on_delete=key.on_delete)
        if pointer not in seen:
            seen.add(pointer)
            yield pointer


def _root(place: Place, catalogue: Catalogue) -> Place:
    above = catalogue.relations[place].parent
    return place if above is None else _root(above, catalogue)
