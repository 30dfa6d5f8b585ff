"""PostgreSQL's catalogue: columns, estimates, partitions, triggers, row security (schema `adieu` left out)."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, text

from adieu.adapters.stores.catalogue import Catalogue, Place, Pointer, Relation, kind_of, length_of
from adieu.datamap.schema import Column, Kind

# Relations of the shop: the engine's own, Adieu's, temporary ones and those an extension brought are left out.
_OURS = r"""
    n.nspname <> 'information_schema' and n.nspname <> 'adieu' and n.nspname not like 'pg\_%'
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not exists (
        select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
"""

# reltuples is -1 until the first ANALYZE; the statistics collector then often knows better.
_RELATIONS = f"""
    select c.oid, nullif(n.nspname, current_schema()) as schema, c.relname, c.relkind::text as kind, c.relrowsecurity,
        case when c.relkind in ('v', 'f') then 0 when c.reltuples >= 0 then c.reltuples::bigint
             else coalesce(pg_stat_get_live_tuples(c.oid), 0) end as rows,
        (select i.inhparent from pg_inherits i where i.inhrelid = c.oid order by i.inhseqno limit 1) as parent,
        c.relispartition, has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as readable,
        array(select x.relname::text from pg_index k join pg_class x on x.oid = k.indexrelid
                join pg_am a on a.oid = x.relam
               where k.indrelid = c.oid and (not k.indisvalid or a.amname not in ('btree', 'hash'))) as refused
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where {_OURS} order by 2, 3
"""

_COLUMNS = f"""
    select c.oid, a.attname, format_type(a.atttypid, a.atttypmod) as type, t.typtype::text as typtype,
        case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod)
             else format_type(a.atttypid, a.atttypmod) end as plain,
        not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)) as nullable,
        a.atthasdef or a.attidentity <> '' as has_default,
        a.attgenerated <> '' or a.attidentity = 'a' as generated,
        array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder) as labels,
        (select count(*) from pg_constraint k where k.contypid = t.oid and k.contype = 'c') as domain_checks
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_type t on t.oid = a.atttypid
    where {_OURS} and a.attnum > 0 and not a.attisdropped order by c.oid, a.attnum
"""

# A rule rewrites statements as a trigger does; `_RETURN` is only how a view is stored.
_TRIGGERS = """
    select tgrelid as oid, tgname::text as name from pg_trigger where not tgisinternal
    union all select ev_class, 'rule ' || rulename from pg_rewrite where rulename <> '_RETURN'
    order by 1, 2
"""

# The inspector writes a target's schema as the search path has it; the catalogue knows. Partitions repeat their root's.
_POINTERS = """
    select k.conrelid as oid, k.confrelid as target, k.confdeltype::text as action,
        array(select a.attname::text from unnest(k.conkey) with ordinality u (n, place)
                join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.place) as columns,
        array(select a.attname::text from unnest(k.confkey) with ordinality u (n, place)
                join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.place) as to_columns
    from pg_constraint k where k.contype = 'f' order by k.conrelid, k.conname
"""
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_UNSEEN: Place = ("", "")


def read_catalogue(connection: Connection) -> Catalogue:
    """Every relation outside the engine's schemas and Adieu's, in five queries."""
    rows = connection.execute(text(_RELATIONS)).all()
    places: dict[int, Place] = {row.oid: (row.schema, row.relname) for row in rows}
    relations = {
        row.oid: Relation(
            place=places[row.oid],
            rows=row.rows,
            is_view=row.kind in ("v", "m"),
            materialised=row.kind == "m",
            parent=places.get(row.parent),
            transactional=row.kind != "f",
            row_security=row.relrowsecurity,
            refused=frozenset(row.refused),
        )
        for row in rows
    }
    _add_columns(connection, relations)
    _add_pointers(connection, relations)
    for oid, name in connection.execute(text(_TRIGGERS)):
        if oid in relations:
            relations[oid].triggers.append(name)
    by_place = {relation.place: relation for relation in relations.values()}
    _sum_partitions({place for oid, place in places.items() if _is_parent(oid, rows)}, by_place)
    notes = [f"{_written(places[row.oid])}: Adieu's account may not read it" for row in rows if not row.readable]
    notes += _inherited(rows, places)
    return Catalogue(relations=by_place, notes=tuple(notes))


def _add_columns(connection: Connection, relations: dict[int, Relation]) -> None:
    for row in connection.execute(text(_COLUMNS)):
        kind = Kind.OTHER if row.typtype == "e" else kind_of(row.plain)
        relations[row.oid].columns[row.attname] = Column(
            name=row.attname, type=row.type, kind=kind, nullable=row.nullable, has_default=row.has_default,
            length=length_of(row.plain), generated=row.generated, choices=tuple(row.labels),
        )
        if row.domain_checks:
            keys = relations[row.oid].keys
            relations[row.oid].keys = dataclasses.replace(keys, checks=keys.checks + row.domain_checks)


def _add_pointers(connection: Connection, relations: dict[int, Relation]) -> None:
    found: defaultdict[int, list[Pointer]] = defaultdict(list)
    for row in connection.execute(text(_POINTERS)):
        target = relations.get(row.target)
        found[row.oid].append(
            Pointer(
                columns=tuple(row.columns), to=target.place if target else _UNSEEN, to_columns=tuple(row.to_columns),
                on_delete=_ACTIONS[row.action],
            )
        )
    for oid, pointers in found.items():
        if oid in relations:
            relations[oid].keys = dataclasses.replace(relations[oid].keys, pointers=tuple(pointers))


def _is_parent(oid: int, rows: object) -> bool:
    return any(row.oid == oid and row.kind == "p" for row in rows)  # type: ignore[attr-defined]


def _sum_partitions(parents: set[Place], relations: dict[Place, Relation]) -> None:
    """A partitioned table has no rows of its own, and autovacuum does not estimate it: add up its leaves."""
    for place in parents:
        relations[place].rows = 0
    for relation in relations.values():
        above = relation.parent
        while above is not None:
            if above in parents:
                relations[above].rows += relation.rows if relation.place not in parents else 0
            above = relations[above].parent


def _inherited(rows: object, places: dict[int, Place]) -> Iterator[str]:
    for row in rows:  # type: ignore[attr-defined]
        if row.parent in places and not row.relispartition:
            parent = _written(places[row.parent])
            yield f"{_written(places[row.oid])}: inherits from {parent}; statements on the parent reach it as well"


def _written(place: Place) -> str:
    return ".".join(part for part in place if part)
