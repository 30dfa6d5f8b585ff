"""SQLite's catalogue: columns as declared, keys, row counts, triggers, virtual tables (`adieu_…` left out).

Keys come from the pragmas: SQLAlchemy's inspector reads uniques, CHECKs and ON DELETE out of the table's SQL text and
misses what is written on one line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Row, text

from adieu.adapters.stores.catalogue import Catalogue, Keys, Place, Pointer, Relation, kind_of, length_of
from adieu.adapters.stores.constraints import admit_declared
from adieu.datamap.schema import Column

_OURS = r"m.name not like 'sqlite\_%' escape '\' and m.name not like 'adieu\_%' escape '\'"
_RELATIONS = rf"""
    select m.name, m.type, m.sql, coalesce(l.type, m.type) as kind
    from sqlite_master m left join pragma_table_list l on l.schema = 'main' and l.name = m.name
    where m.type in ('table', 'view') and {_OURS} order by m.name
"""
_COLUMNS = rf"""
    select m.name as relation, x.name, x.type, x."notnull" as required, x.dflt_value is not null as has_default, x.pk,
        x.hidden, count(*) filter (where x.pk > 0) over (partition by m.name) as keys
    from sqlite_master m, pragma_table_xinfo(m.name) x
    where m.type in ('table', 'view') and {_OURS} order by m.name, x.cid
"""
_TRIGGERS = "select tbl_name, name from sqlite_master where type = 'trigger' order by 1, 2"
_INDEXES = rf"""
    select m.name as relation, i.name, i."unique" as one, i.origin, x.name as column
    from sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) x
    where m.type = 'table' and not i.partial and {_OURS} order by m.name, i.seq, x.seqno
"""
_POINTERS = rf"""
    select m.name as relation, f.id, f."table" as target, f."from" as column, f."to" as to_column, f.on_delete
    from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table' and {_OURS} order by m.name, f.id, f.seq
"""
_PRIMARY = rf"""
    select m.name as relation, x.name as column from sqlite_master m, pragma_table_info(m.name) x
    where m.type = 'table' and x.pk > 0 and {_OURS} order by m.name, x.pk
"""
_GENERATED = (2, 3)  # pragma table_xinfo: computed when read, or stored
_HIDDEN = 1  # a virtual table's own column that no SELECT * shows


def read_catalogue(connection: Connection) -> Catalogue:
    """Every table and view of the main file; rows from sqlite_stat1 where ANALYZE ran, else counted."""
    found = connection.execute(text(_RELATIONS)).all()
    relations: dict[Place, Relation] = {
        (None, row.name): Relation(place=(None, row.name), is_view=row.type == "view") for row in found
    }
    for row in connection.execute(text(_COLUMNS)):
        if row.hidden != _HIDDEN:
            relations[None, row.relation].columns[row.name] = Column(
                name=row.name, type=row.type, kind=kind_of(row.type), nullable=not (row.required or row.pk),
                has_default=bool(row.has_default) or _counts_by_itself(row.type, row.pk, row.keys),
                length=length_of(row.type), generated=row.hidden in _GENERATED,
            )
    for table, name in connection.execute(text(_TRIGGERS)):
        if (None, table) in relations:
            relations[None, table].triggers.append(name)
    virtual = [row.name for row in found if row.kind == "virtual"]
    for row in found:
        if row.kind == "shadow":
            owner = max((name for name in virtual if row.name.startswith(f"{name}_")), key=len, default=None)
            relations[None, row.name].parent = (None, owner) if owner else None
    checks = {}
    for row in found:
        columns, checks[row.name] = admit_declared(relations[None, row.name].columns, row.sql or "")
        relations[None, row.name].columns.update(columns)
    _add_keys(connection, relations, checks)
    _count(connection, relations)
    return Catalogue(relations=relations)


def _counts_by_itself(type_text: str, key: int, keys: int) -> bool:
    """`integer primary key` is the row's own number, which SQLite gives."""
    return key == 1 and keys == 1 and type_text.upper() == "INTEGER"


def _add_keys(connection: Connection, relations: dict[Place, Relation], checks: dict[str, int]) -> None:
    primary: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(text(_PRIMARY)):
        primary[row.relation].append(row.column)
    indexes, uniques = _indexes(connection)
    pointers: defaultdict[tuple[str, int], list[Row[tuple[object, ...]]]] = defaultdict(list)
    for row in connection.execute(text(_POINTERS)):
        pointers[row.relation, row.id].append(row)
    names = {name.lower(): name for _, name in relations}
    for (_, name), relation in relations.items():
        relation.keys = Keys(
            primary=tuple(primary[name]),
            pointers=tuple(_pointer(rows, names, primary) for (holder, _), rows in pointers.items() if holder == name),
            uniques=frozenset(uniques[name]),
            indexes=frozenset(indexes[name]),
            checks=checks.get(name, 0),
        )


def _indexes(connection: Connection) -> tuple[dict[str, set[tuple[str, ...]]], dict[str, set[tuple[str, ...]]]]:
    """Leading plain columns of every whole index, and the columns of every unique one, by table."""
    columns: defaultdict[tuple[str, str, bool], list[str | None]] = defaultdict(list)
    for row in connection.execute(text(_INDEXES)):
        columns[row.relation, row.name, bool(row.one) and row.origin != "pk"].append(row.column)
    indexes: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    uniques: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for (relation, _, one), names in columns.items():
        leading = tuple(name for name in names[: names.index(None) if None in names else None] if name)
        if leading:
            indexes[relation].add(leading)
        if one and None not in names:
            uniques[relation].add(leading)
    return indexes, uniques


def _pointer(
    rows: Sequence[Row[tuple[object, ...]]], names: dict[str, str], primary: dict[str, list[str]]
) -> Pointer:
    target = names.get(rows[0].target.lower(), rows[0].target)
    written = tuple(row.to_column for row in rows)
    return Pointer(
        columns=tuple(row.column for row in rows),
        to=(None, target),
        to_columns=written if None not in written else tuple(primary.get(target, ())),
        on_delete=rows[0].on_delete.upper(),
    )


def _count(connection: Connection, relations: dict[Place, Relation]) -> None:
    estimates: dict[str, int] = {}
    if connection.execute(text("select 1 from sqlite_master where name = 'sqlite_stat1'")).first():
        rows = connection.execute(text("select tbl, max(cast(stat as integer)) from sqlite_stat1 group by tbl"))
        estimates = {row.tbl: int(row[1]) for row in rows}
    quote = connection.dialect.identifier_preparer.quote_identifier
    for (_, name), relation in relations.items():
        if relation.is_view or relation.parent:
            continue
        counted = estimates.get(name)
        if counted is None:
            counted = connection.exec_driver_sql(f"select count(*) from {quote(name)}").scalar_one()
        relation.rows = counted
