"""A small made-up shop as plain values: tables with rows and rules; written as SQL for a database, as a map for Adieu.

The reference model reads these values; the code under test only ever sees the database and the map.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

Value = None | bool | int | str
Row = dict[str, Value]
Key = tuple[Value, ...]

STORE = "shop"
SQL_TYPES: Mapping[str, Mapping[str, str]] = {
    "sqlite": {"int": "INTEGER", "bigint": "BIGINT", "text": "TEXT", "uuid": "CHAR(36)", "bool": "BOOLEAN",
               "date": "DATE", "timestamp": "DATETIME", "json": "JSON", "jsonb": "JSON"},
    "postgresql": {"int": "integer", "bigint": "bigint", "text": "text", "uuid": "uuid", "bool": "boolean",
                   "date": "date", "timestamp": "timestamp", "json": "json", "jsonb": "jsonb"},
    # three texts of 190 characters are as much as an index holds
    "mariadb": {"int": "int", "bigint": "bigint", "text": "varchar(190)", "uuid": "uuid", "bool": "boolean",
                "date": "date", "timestamp": "datetime", "json": "json", "jsonb": "json"},
}


@dataclass(kw_only=True)
class Column:
    """One column; `kind` is a key of SQL_TYPES, or ``varchar`` with a length."""

    kind: str
    nullable: bool = True
    length: int | None = None

    def sql(self, dialect: str) -> str:
        """The column's type and constraint."""
        type_ = f"varchar({self.length})" if self.kind == "varchar" else SQL_TYPES[dialect][self.kind]
        return type_ if self.nullable else f"{type_} NOT NULL"


@dataclass(kw_only=True)
class Foreign:
    """A foreign key the database enforces."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"


@dataclass(kw_only=True)
class Link:
    """How a record says whose it is.

    ``member`` by key (perhaps written ``of: member``), ``parent`` of table `of`, ``identifier`` of kind `of`.
    """

    how: str
    fields: tuple[str, ...]
    of: str = ""
    keys: tuple[str, ...] | None = None  # columns there; None: its primary key
    path: tuple[str, ...] = ()
    when: dict[str, bool | int | str] = field(default_factory=dict)
    normalised: bool = False
    decides: bool = False  # the record goes with the member named here, whoever else owns it


@dataclass(kw_only=True)
class Rule:
    """What the map decides for one table. A field rule is ``(kind, value)``."""

    on_closure: str
    links: list[Link] = field(default_factory=list)
    pointers: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # (table, its fields)
    fields: dict[str, tuple[str, Value]] = field(default_factory=dict)
    shared: dict[str, tuple[str, Value]] = field(default_factory=dict)
    mentions: dict[str, dict[str, tuple[str, Value]]] = field(default_factory=dict)
    afterwards: str | None = None
    counted_from: str | None = None
    # (name in the map, column, own pointer fields, table pointed at); column of the member where the table is ""
    into_vault: list[tuple[str, str, tuple[str, ...], str | None]] = field(default_factory=list)

    @property
    def closing(self) -> bool:
        """Whether anything becomes of the member's own records."""
        return self.on_closure not in ("leave", "expire")

    @property
    def ends_as(self) -> str:
        """What is left in the shop."""
        return self.afterwards or "delete" if self.on_closure == "retain" else self.on_closure


@dataclass(kw_only=True)
class Table:
    """One table with its rows and its rule."""

    name: str
    columns: dict[str, Column]
    key: tuple[str, ...]
    rule: Rule
    foreign: list[Foreign] = field(default_factory=list)
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def key_of(self, row: Row) -> Key:
        """The primary key of a row."""
        return tuple(row[column] for column in self.key)


@dataclass(kw_only=True)
class Identifier:
    """An identifier of the member: its columns, and ``always``, ``never`` or (proof table, link, flag)."""

    kind: str
    fields: tuple[str, ...]
    proof: str | tuple[str, str, str] = "never"
    normalised: bool = False


@dataclass(kw_only=True)
class Shop:
    """A whole case: the shop, who leaves, and what happens on the way."""

    seed: int
    tables: dict[str, Table]
    member: str
    key: str
    identifiers: list[Identifier]
    fence: dict[str, Value]
    leaving: list[Value]
    created: str | None = None
    chunk_records: int = 5000
    records_per_step: int = 60_000
    kill_at: int | None = None  # the how-manieth passing of a fault point kills the run
    late: list[tuple[str, Row]] = field(default_factory=list)  # written by the shop after the capture
    later: list[tuple[str, Row]] = field(default_factory=list)  # and between two steps, or before the only one
    later_after: int = 0  # the number of the step they are written after, if it is not the last
    vanishing: list[tuple[str, Row]] = field(default_factory=list)  # there at the capture, deleted by the shop after it
    features: set[str] = field(default_factory=set)

    @property
    def writes(self) -> bool:
        """Whether the shop goes on writing while the member is closed."""
        return bool(self.late or self.later or self.vanishing)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: tuple[str, ...]) -> str:
    """Several names as SQL writes them."""
    return ", ".join(map(quoted, names))


def ddl(shop: Shop, dialect: str) -> Iterator[str]:
    """The statements that create the shop; foreign keys last on servers, for tables may point at each other."""
    for table in shop.tables.values():
        columns = _as_pointed_at(shop, table) if dialect == "mariadb" else table.columns
        parts = [f"{quoted(name)} {column.sql(dialect)}" for name, column in columns.items()]
        parts.append(f"PRIMARY KEY ({listed(table.key)})")
        parts += [f"UNIQUE ({listed(unique)})" for unique in table.uniques]
        if dialect == "sqlite":
            parts += [_foreign(key) for key in table.foreign]
        yield f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)})"
        for number, index in enumerate(table.indexes):
            yield f"CREATE INDEX {quoted(f'i{number} {table.name}')} ON {quoted(table.name)} ({listed(index)})"
    if dialect != "sqlite":
        for table in shop.tables.values():
            for key in table.foreign:
                yield f"ALTER TABLE {quoted(table.name)} ADD {_foreign(key)}"


def _as_pointed_at(shop: Shop, table: Table) -> dict[str, Column]:
    """The columns, those of foreign keys with the type they point at: MariaDB wants both alike."""
    columns = dict(table.columns)
    for key in table.foreign:
        for name, there in zip(key.columns, key.to_columns, strict=True):
            theirs = shop.tables[key.to].columns[there]
            columns[name] = replace(columns[name], kind=theirs.kind, length=theirs.length)
    return columns


def _foreign(key: Foreign) -> str:
    target = f"{quoted(key.to)} ({listed(key.to_columns)})"
    return f"FOREIGN KEY ({listed(key.columns)}) REFERENCES {target} ON DELETE {key.on_delete}"


def as_map(shop: Shop) -> dict[str, object]:
    """The shop's data map, as the YAML file would hold it."""
    member: dict[str, object] = {"dataset": f"{STORE}.{shop.member}", "key": shop.key}
    member["identifiers"] = {identifier.kind: _identifier(identifier) for identifier in shop.identifiers}
    if shop.created:
        member["created"] = shop.created
    if shop.fence:
        member["fence"] = {"set": dict(shop.fence)}
    return {
        "adieu": 1,
        "shop": {"name": "Property Shop", "regimes": {"default": "kr"}, "languages": ["ko", "en"]},
        "stores": {STORE: {"url": "sqlite://"}},
        "member": member,
        "datasets": {f"{STORE}.{table.name}": _dataset(shop, table) for table in shop.tables.values()},
    }


def _identifier(identifier: Identifier) -> dict[str, object]:
    found: dict[str, object] = {"fields": list(identifier.fields)}
    if isinstance(identifier.proof, str):
        found["verified"] = identifier.proof
    else:
        found["verified"] = f"{STORE}.{identifier.proof[0]}.{identifier.proof[2]}"
    if identifier.normalised:
        found["stored"] = "normalised"
    return found


def _dataset(shop: Shop, table: Table) -> dict[str, object]:
    rule = table.rule
    found: dict[str, object] = {"on_closure": rule.on_closure}
    if rule.links:
        found["belongs_to"] = [_link(link) for link in rule.links]
    if rule.pointers:
        found["owned_through"] = [{"dataset": f"{STORE}.{name}", "fields": list(fields)} for name, fields in rule.pointers]
    for part in ("fields", "shared"):
        if getattr(rule, part):
            found[part] = _rules(getattr(rule, part))
    if rule.mentions:
        found["mentions"] = {naming: _rules(rules) for naming, rules in rule.mentions.items()}
    if rule.on_closure == "leave":
        found |= {"because": "made up", "accepted_by": "nobody"}
    if rule.on_closure == "expire":
        found |= {"within_days": 3, "removed_by": "a job", "age": next(iter(table.columns))}
    if rule.on_closure == "retain":
        found |= {"basis": "kr.contract", "counted_from": rule.counted_from}
        found["into_vault"] = [entry[0] for entry in rule.into_vault]
        if rule.afterwards:
            found["afterwards"] = rule.afterwards
    return found


def _link(link: Link) -> object:
    plain = not (link.path or link.when or link.keys or link.normalised or link.decides) and len(link.fields) == 1
    if plain and link.how == "member" and not link.of:
        return link.fields[0]
    if plain and link.fields[0] not in ("field", "fields", "of", "keys", "identifier", "path", "when", "stored"):
        return {link.fields[0]: link.of if link.how == "identifier" else f"{STORE}.{link.of}"}
    found: dict[str, object] = {"fields": list(link.fields)}
    if link.how == "identifier":
        found["identifier"] = link.of
    elif link.of:
        found["of"] = f"{STORE}.{link.of}"
    for name, value in (("keys", list(link.keys or ())), ("path", ".".join(link.path)), ("when", dict(link.when))):
        if value:
            found[name] = value
    if link.normalised:
        found["stored"] = "normalised"
    if link.decides:
        found["decides"] = True
    return found


_WORDS = ("placeholder", "year_only", "keep_if_no_person")


def _rules(rules: Mapping[str, tuple[str, Value]]) -> dict[str, object]:
    return {name: kind if kind in _WORDS else {kind: value} for name, (kind, value) in rules.items()}
