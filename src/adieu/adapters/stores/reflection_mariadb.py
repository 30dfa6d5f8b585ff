"""MariaDB's catalogue, of the one database that the address names; Adieu's own stands in a database of its own.

All of it comes from `information_schema`, which shows an account what it has a right to and nothing else: what points
into this database from another one is named in a note.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, text

from adieu.adapters.stores.catalogue import Catalogue, Keys, Place, Pointer, Relation, kind_of, length_of
from adieu.adapters.stores.constraints import admit
from adieu.datamap.schema import Column, Kind

_RELATIONS = """
    select t.table_name as name, t.table_type as type, t.engine as engine, coalesce(t.table_rows, 0) as counted,
        coalesce(e.transactions, 'NO') as transactions
    from information_schema.tables t left join information_schema.engines e on e.engine = t.engine
    where t.table_schema = database() order by 1
"""
_COLUMNS = """
    select table_name as relation, column_name as name, column_type as type, data_type as plain,
        character_set_name as charset, collation_name as collation, is_nullable = 'YES' as nullable,
        column_default is not null or extra like '%auto_increment%' as has_default,
        is_generated <> 'NEVER' as generated_
    from information_schema.columns where table_schema = database() order by 1, ordinal_position
"""
_TRIGGERS = """
    select event_object_table as relation, trigger_name as name from information_schema.triggers
    where event_object_schema = database() order by 1, 2
"""
_INDEXES = """
    select table_name as relation, index_name as name, column_name as col, non_unique = 0 as one, sub_part as part,
        index_type as type, ignored as ignored_
    from information_schema.statistics where table_schema = database() order by 1, 2, seq_in_index
"""
_POINTERS = """
    select k.table_schema as here, k.table_name as relation, k.constraint_name as name, k.column_name as col,
        k.referenced_table_schema as there, k.referenced_table_name as target, k.referenced_column_name as to_column,
        r.delete_rule as action
    from information_schema.key_column_usage k join information_schema.referential_constraints r
        on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name
        and r.table_name = k.table_name
    where k.referenced_table_name is not null
        and (k.table_schema = database() or k.referenced_table_schema = database())
    order by 1, 2, 3, k.ordinal_position
"""
_CHECKS = """
    select table_name as relation, check_clause as clause from information_schema.check_constraints
    where constraint_schema = database()
"""
_VERSIONED = "SYSTEM VERSIONED"
_LISTED = re.compile(r"'((?:[^']|'')*)'")
_BOOLEAN = "tinyint(1)"
_JSON_CHECK = re.compile(r"^json_valid\(`(.*)`\)$")


def read_catalogue(connection: Connection) -> Catalogue:
    """Every table and view of the database."""
    relations: dict[Place, Relation] = {}
    for row in connection.execute(text(_RELATIONS)):
        if row.type == "SEQUENCE":
            continue
        view = row.type.endswith("VIEW")
        relations[None, row.name] = Relation(
            place=(None, row.name), rows=0 if view else int(row.counted), is_view=view,
            transactional=view or row.transactions == "YES", system_versioned=row.type == _VERSIONED,
        )
    checks: defaultdict[str, list[str]] = defaultdict(list)
    documents = set()
    for row in connection.execute(text(_CHECKS)):
        found = _JSON_CHECK.match(row.clause)
        if found:
            documents.add((row.relation, found.group(1).replace("``", "`")))
        else:
            checks[row.relation].append(row.clause)
    for row in connection.execute(text(_COLUMNS)):
        if (None, row.relation) in relations:
            document = (row.relation, row.name) in documents
            relations[None, row.relation].columns[row.name] = _column(row, document=document)
    for row in connection.execute(text(_TRIGGERS)):
        if (None, row.relation) in relations:
            relations[None, row.relation].triggers.append(row.name)
    notes = _add_keys(connection, relations)
    for (_, name), relation in relations.items():
        columns, unread = admit(relation.columns, checks[name])
        relation.columns.update(columns)
        relation.keys = dataclasses.replace(relation.keys, checks=unread)
    return Catalogue(relations=relations, notes=tuple(notes))


def _column(row: object, *, document: bool) -> Column:
    written = str(row.type)  # type: ignore[attr-defined]
    plain = str(row.plain).lower()  # type: ignore[attr-defined]
    kind = Kind.JSON if document else kind_of(plain)
    if written.lower() == _BOOLEAN:
        kind = Kind.BOOLEAN
    choices: tuple[str, ...] = ()
    if plain == "enum":
        kind, choices = Kind.OTHER, tuple(one.replace("''", "'") for one in _LISTED.findall(written))
    if row.collation and not document:  # type: ignore[attr-defined]
        written += f" character set {row.charset} collate {row.collation}"  # type: ignore[attr-defined]
    return Column(
        name=row.name, type=written, kind=kind, nullable=bool(row.nullable),  # type: ignore[attr-defined]
        has_default=bool(row.has_default), generated=bool(row.generated_),  # type: ignore[attr-defined]
        length=length_of(str(row.type)) if kind is Kind.TEXT else None,  # type: ignore[attr-defined]
        choices=choices,
    )


def _add_keys(connection: Connection, relations: dict[Place, Relation]) -> Iterator[str] | list[str]:
    """Give every table its keys; what other databases point at here becomes notes."""
    indexes: defaultdict[tuple[str, str], list[str | None]] = defaultdict(list)
    unique = set()
    for row in connection.execute(text(_INDEXES)):
        serves = row.part is None and row.type in ("BTREE", "HASH") and row.ignored_ != "YES"
        indexes[row.relation, row.name].append(row.col if serves else None)
        if row.one:
            unique.add((row.relation, row.name))
    pointers, notes = _pointers(connection)
    for (_, name), relation in relations.items():
        mine = {index: columns for (table, index), columns in indexes.items() if table == name}
        leading = {index: tuple(_leading(columns)) for index, columns in mine.items()}
        relation.keys = Keys(
            primary=leading.get("PRIMARY", ()),
            pointers=tuple(pointers[name]),
            uniques=frozenset(
                found for index, found in leading.items()
                if index != "PRIMARY" and (name, index) in unique and None not in mine[index]
            ),
            indexes=frozenset(found for index, found in leading.items() if found and index != "PRIMARY"),
        )
    return notes


def _leading(columns: list[str | None]) -> Iterator[str]:
    """The whole columns before the first that is cut or computed."""
    for column in columns:
        if column is None:
            return
        yield column


def _pointers(connection: Connection) -> tuple[defaultdict[str, list[Pointer]], list[str]]:
    current = connection.execute(text("select database()")).scalar_one()
    found: dict[tuple[str, str, str], list[object]] = {}
    for row in connection.execute(text(_POINTERS)):
        found.setdefault((row.here, row.relation, row.name), []).append(row)
    pointers: defaultdict[str, list[Pointer]] = defaultdict(list)
    notes = []
    for (here, relation, _), rows in found.items():
        first = rows[0]
        if here != current:
            notes.append(f"{first.target}: {here}.{relation} of another database points here; Adieu does not look there")  # type: ignore[attr-defined]
            continue
        pointers[relation].append(
            Pointer(
                columns=tuple(row.col for row in rows),  # type: ignore[attr-defined]
                to=(None if first.there == current else first.there, first.target),  # type: ignore[attr-defined]
                to_columns=tuple(row.to_column for row in rows),  # type: ignore[attr-defined]
                on_delete="NO ACTION" if first.action == "RESTRICT" else first.action,  # type: ignore[attr-defined]
            )
        )
    return pointers, notes
