"""From links to reaches: how each dataset's records are found, in an order in which every parent comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter

from adieu.datamap.links import Link
from adieu.datamap.model import CLOSING, DataMap, Dataset
from adieu.datamap.schema import Kind, Schema, Table
from adieu.errors import PlanningError
from adieu.planning.plan import ByIdentifier, ByMember, ByParent, ByPointer, Key, Reach, Way, When


def reaches(datamap: DataMap, schema: Schema) -> tuple[Reach, ...]:
    """Every dataset of the store from which something is erased, rewritten or redacted, parents first.

    Raises:
        PlanningError: a dataset or parent cannot be reached, or has no primary key.
    """
    concerned = {
        name: dataset
        for name, dataset in datamap.datasets.items()
        if datamap.store_of(name) == schema.store and (dataset.on_closure in CLOSING or dataset.mentions)
    }
    ways = {name: tuple(_ways(name, dataset, datamap, schema)) for name, dataset in concerned.items()}
    groups = _groups({name: _sources(items) & set(ways) for name, items in ways.items()})
    found = []
    for number, group in enumerate(groups):
        for name in group:
            sources = _sources(ways[name])
            _refuse_unreachable(name, sources - set(ways))
            found.append(
                Reach(
                    dataset=name,
                    key=key_of(schema, name),
                    ways=ways[name],
                    mentions=tuple(concerned[name].mentions),
                    group=number,
                    cyclic=len(group) > 1 or name in sources,
                    anchor=name == datamap.member.dataset,
                )
            )
    return tuple(found)


def table_of(schema: Schema, dataset: str) -> Table:
    """The live table of a dataset; raises `PlanningError` where the store has none."""
    if dataset not in schema.tables:
        raise PlanningError(f"{dataset}: the store has no such dataset; run `adieu check`, mend the map")
    return schema.tables[dataset]


def key_of(schema: Schema, dataset: str) -> Key:
    """The primary key with its types; raises `PlanningError` where there is none."""
    table = table_of(schema, dataset)
    if not table.primary_key:
        raise PlanningError(f"{dataset}: has no primary key, so its records cannot be captured; give it one")
    if len(table.primary_key) > 3:
        raise PlanningError(f"{dataset}: primary keys of more than three columns are not supported yet")
    types = tuple(table.columns[column].type for column in table.primary_key)
    return Key(columns=table.primary_key, types=types)


def _ways(name: str, dataset: Dataset, datamap: DataMap, schema: Schema) -> Iterator[Way]:
    table = table_of(schema, name)
    for link in dataset.belongs_to:
        for field in (*link.fields, *link.when):
            _refuse_missing(table, field)
        yield _way(link, table, datamap, schema)
    for pointer in dataset.owned_through:
        source = table_of(schema, pointer.dataset)
        for field in pointer.fields:
            _refuse_missing(source, field)
        yield ByPointer(source=pointer.dataset, source_fields=pointer.fields, fields=_pointed_at(source, table, pointer.fields))


def _pointed_at(source: Table, table: Table, fields: tuple[str, ...]) -> tuple[str, ...]:
    for key in source.foreign_keys:
        if key.to == table.dataset and key.columns == fields:
            return key.to_columns
    return table.primary_key


def _way(link: Link, table: Table, datamap: DataMap, schema: Schema) -> Way:
    path = tuple(link.path.split(".")) if link.path else ()
    when = tuple(When(field=field, value=value) for field, value in link.when.items())
    if link.identifier:
        links = datamap.datasets[table.dataset].belongs_to
        unless = tuple(field for other in links if other.identifier is None for field in other.fields)
        return ByIdentifier(
            kind=link.identifier, field=link.fields[0], unless=unless, path=path, normalised=link.stored == "normalised"
        )
    if link.of is None:
        type_ = table.columns[link.fields[0]].type
        return ByMember(field=link.fields[0], type=type_, path=path, when=when, decides=link.decides)
    keys = link.keys or table_of(schema, link.of).primary_key
    if (link.of, keys) == (datamap.member.dataset, (datamap.member.key,)):
        return ByMember(field=link.fields[0], type=table.columns[link.fields[0]].type, path=path, when=when)
    if len(keys) != len(link.fields):
        raise PlanningError(f"{link.of}: its key has {len(keys)} columns, the link {len(link.fields)}; write `keys:`")
    parent = table_of(schema, link.of).columns
    texts = tuple(
        field for field, key in zip(link.fields, keys, strict=True)
        if table.columns[field].kind is Kind.TEXT is not parent[key].kind
    )
    return ByParent(parent=link.of, fields=link.fields, parent_fields=keys, path=path, when=when, texts=texts)


def _refuse_missing(table: Table, field: str) -> None:
    if field not in table.columns:
        raise PlanningError(f"{table.dataset}.{field}: the store has no such column; run `adieu check`, mend the map")


def _refuse_unreachable(name: str, missing: set[str]) -> None:
    if missing:
        raise PlanningError(
            f"{name}: belongs to {', '.join(sorted(missing))}, which is left or expires and so is never captured;"
            " decide that dataset or link this one by the member's key"
        )


def _sources(ways: Sequence[Way]) -> set[str]:
    parents = {way.parent for way in ways if isinstance(way, ByParent)}
    return parents | {way.source for way in ways if isinstance(way, ByPointer)}


def _groups(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The strongly connected components, each after all it depends on; names sorted, so that plans are stable."""
    reach = {name: _closure(name, graph) for name in graph}
    component = {name: frozenset({name} | {o for o in reach[name] if name in reach[o]}) for name in graph}
    order = TopologicalSorter({c: {component[s] for n in c for s in graph[n]} - {c} for c in set(component.values())})
    order.prepare()
    groups: list[list[str]] = []
    while order.is_active():
        ready = sorted(order.get_ready(), key=sorted)
        groups.extend(sorted(group) for group in ready)
        order.done(*ready)
    return groups


def _closure(name: str, graph: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(graph[name])
    while todo:
        item = todo.pop()
        if item not in seen:
            seen.add(item)
            todo.extend(graph[item])
    return seen
