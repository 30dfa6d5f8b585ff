"""What a store's own catalogue says of its relations, before keys and indexes are joined to it.

Each dialect has one reader that fills these values; `reflection` turns them into the `Schema` the pure rooms reason on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from adieu.datamap.schema import Column, Kind

Place = tuple[str | None, str]  # schema (None: the default one) and table

_LENGTH = re.compile(r"\((\d+)\)")
_SIZE = re.compile(r"\([^)]*\)")

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("text", "character varying", "varchar", "character", "char", "bpchar", "nchar", "nvarchar", "citext",
                     "clob", "tinytext", "mediumtext", "longtext", "name", '"char"'), Kind.TEXT),
    **dict.fromkeys(("bigint", "integer", "smallint", "int", "int2", "int4", "int8", "tinyint", "mediumint", "oid",
                     "integer unsigned", "smallint unsigned", "bigint unsigned", "int unsigned"), Kind.INTEGER),
    **dict.fromkeys(("numeric", "decimal", "real", "double precision", "double", "float", "money"), Kind.NUMBER),
    **dict.fromkeys(("boolean", "bool"), Kind.BOOLEAN),
    "date": Kind.DATE,
    **dict.fromkeys(("timestamp with time zone", "timestamptz"), Kind.TIMESTAMP),
    **dict.fromkeys(("timestamp without time zone", "timestamp", "datetime"), Kind.NAIVE_TIMESTAMP),
    **dict.fromkeys(("json", "jsonb"), Kind.JSON),
    "uuid": Kind.UUID,
    **dict.fromkeys(("bytea", "blob", "binary", "varbinary", "tinyblob", "mediumblob", "longblob"), Kind.BINARY),
}


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A foreign key as the catalogue has it; `to` may be a relation nobody sees."""

    columns: tuple[str, ...]
    to: Place
    to_columns: tuple[str, ...]
    on_delete: str  # upper case


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What points and what is found fast: of one relation."""

    primary: tuple[str, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    uniques: frozenset[tuple[str, ...]] = frozenset()
    indexes: frozenset[tuple[str, ...]] = frozenset()  # the plain columns before the first expression
    checks: int = 0  # how many CHECK constraints nobody could read (those of the columns' domains included)


@dataclass(kw_only=True)
class Relation:
    """One table or view while its catalogue is read."""

    place: Place
    columns: dict[str, Column] = field(default_factory=dict)
    rows: int = 0
    is_view: bool = False
    materialised: bool = False
    parent: Place | None = None  # the partitioned (or inherited, or virtual) table whose treatment covers this one
    triggers: list[str] = field(default_factory=list)
    transactional: bool = True
    system_versioned: bool = False
    row_security: bool = False
    refused: frozenset[str] = frozenset()  # names of indexes that cannot serve (invalid, or not for equality)
    keys: Keys = Keys()


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Every relation of one store, Adieu's own and the engine's left out, and what could not be seen."""

    relations: Mapping[Place, Relation]
    notes: tuple[str, ...] = ()


def kind_of(type_text: str) -> Kind:
    """The family of a column type, from how the store's SQL writes it; what nobody knows is `Kind.OTHER`."""
    plain = " ".join(_SIZE.sub(" ", type_text.lower()).split())
    return _KINDS.get(plain, Kind.OTHER)


def length_of(type_text: str) -> int | None:
    """How many characters a bounded text column holds; None where it is unbounded or no text."""
    found = _LENGTH.search(type_text)
    return int(found.group(1)) if found and kind_of(type_text) is Kind.TEXT else None
