"""What differs between databases when a plan becomes statements; everything else is written once, beside this file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from adieu.planning.plan import FieldChange, Key, Role

OWNER, NORMAL = "owner", "value"


@dataclass(frozen=True, kw_only=True)
class Among:
    """The predicate: these columns (with alias) hold the values that a select answers. As text, ``in (select …)``."""

    columns: tuple[str, ...]
    values: tuple[str, ...]
    rows: str

    def __str__(self) -> str:
        return f"({', '.join(self.columns)}) in (select {', '.join(self.values)} from {self.rows})"


class Words(Protocol):
    """How names, literals, parameters and key texts are written."""

    name: str
    journal: str  # the journal table, quoted
    captured: str  # the table of captured keys, quoted
    row_a_record: bool  # a captured record is a row for each owner, not an element of an array
    for_reading: tuple[str, ...]  # what makes captured keys a reader's own, so that reading makes no writer wait

    def table(self, dataset: str) -> str:
        """The quoted table of ``store.table`` or ``store.schema.table``."""

    def column(self, name: str, alias: str = "") -> str:
        """The quoted column, behind its alias where one is given."""

    def param(self, name: str) -> str:
        """The placeholder of a named parameter."""

    def literal(self, value: bool | int | float | str | None) -> str:
        """A value of the map, written into the statement."""

    def as_text(self, expression: str) -> str:
        """The key text of an expression (ports.stores.KeyText)."""

    def typed(self, expression: str, type_: str) -> str:
        """A text expression as the column type it will be compared with."""

    def listed(self, alias: str, parameters: Mapping[str, str]) -> str:
        """A table from parallel list parameters: column name -> parameter name; every value is text."""

    def list_value(self, values: Iterable[str]) -> object:
        """What a list parameter is bound to."""


class Values(Protocol):
    """How values are computed and compared."""

    def normal(self, kind: str, expression: str) -> str:
        """The normal form (datamap.normalise, version 1) of an expression."""

    def json_text(self, expression: str, path: Sequence[str]) -> str:
        """The text that stands at a path of a JSON document."""

    def joined(self, columns: Sequence[str]) -> str:
        """The texts of several columns in one, a space between; nulls left out."""

    def characters(self, text: str) -> str:
        """How many characters a text has."""

    def days_ago(self, days: int) -> str:
        """The instant that many days before now."""

    def by_bytes(self, text: str) -> str:
        """A text that compares and sorts by its bytes in UTF-8, whatever the column's collation."""

    def contains(self, text: str, part: str) -> str:
        """Whether a text contains another, byte for byte."""

    def placeholder(self, change: FieldChange) -> str:
        """An expression with a made-up value of the column's kind, another one for every record."""

    def year_only(self, change: FieldChange, expression: str) -> str:
        """1 January of the year of a date or instant."""


class Statements(Protocol):
    """The few other forms of statements in which databases disagree."""

    def once(self, table: str, columns: str, values: str) -> str:
        """Insert a row; where its key stands already, touch nothing."""

    def looked_up(self, table: str, listed: str, condition: str) -> str:
        """The join of a table (with alias) and a list on a computed form of a column, which no index serves."""

    def of_family(self, characters: int) -> str:
        """Whether ``run`` is of the family in the parameter ``family``: has its first `characters`."""


class Dialect(Words, Values, Statements, Protocol):
    """The few forms in which databases disagree. Statements take named parameters."""

    def captured_rows(
        self, dataset: str, key: Key, role: Role | None, *, chunk: bool = False, before: bool = False
    ) -> str:
        """The captured keys of the run (parameter ``run``) as a table: k1… typed, owner as text.

        `chunk` takes those of one chunk (parameter ``chunk``), `before` those of chunks below the parameter ``first``.
        """

    def chosen(self, alias: str, key: Key, dataset: str, role: Role) -> str | Among:
        """The predicate: the record's key stands in the chunk (parameters ``run``, ``chunk``) of that role."""

    def insert_captured(self, dataset: str, key: Key, select: str, *, sole: bool = False) -> str:
        """Write the keys a select found (k1…, owner, role) in chunks of ``size`` numbered from ``base``.

        `sole` says that the select finds each record once and in one role.
        """

    def chunks(self, datasets: Sequence[str] = ()) -> str:
        """Select dataset, role, chunk and distinct records of the run (parameter ``run``), of these datasets or all."""

    def owner_counts(self, where: str) -> str:
        """Select run, dataset, role, chunk, owner and that owner's records, of the captured rows `where` holds for."""

    def holding(self, dataset: str, among: Among) -> str:
        """What follows FROM to read the records (alias x) among these, with a WHERE that conditions may follow."""

    def delete(self, dataset: str, where: str | Among) -> str:
        """Delete the records (alias x) for which `where` holds."""

    def update(self, dataset: str, sets: Mapping[str, str], where: str | Among) -> str:
        """Set quoted columns to expressions on the records (alias x) for which `where` holds."""

    def locking(self, alias: str) -> str:
        """What ends a select so that its records stay locked until the transaction ends; may be empty."""


def key_names(key: Key) -> list[str]:
    """k1, k2, … as captured rows name a key's columns."""
    return [f"k{number}" for number in range(1, len(key.columns) + 1)]


def matches(dialect: Dialect, key: Key, alias: str, captured: str) -> str:
    """The join condition between a record and a captured row."""
    pairs = zip(key.columns, key_names(key), strict=True)
    return " and ".join(f"{dialect.column(column, alias)} = {captured}.{name}" for column, name in pairs)


def chunk_rows(dialect: Words, dataset: str, role: Role | None, chunk: bool) -> str:
    """The table of captured keys (alias z) and the condition for a run's rows of a dataset, of one chunk if so asked."""
    where = f"z.run = {dialect.param('run')} and z.dataset = {dialect.literal(dataset)}"
    where += f" and z.role = '{role}'" if role else ""
    where += f" and z.chunk = {dialect.param('chunk')}" if chunk else ""
    return f"{dialect.captured} z where {where}"


def of_datasets(dialect: Words, datasets: Sequence[str]) -> str:
    """The condition that captured rows are of these datasets; none where there are none."""
    return f" and dataset in ({', '.join(map(dialect.literal, datasets))})" if datasets else ""


def drop_chunks(dialect: Words, dataset: str) -> str:
    """Delete a run's captured rows of a dataset in the chunks from ``old`` up to, not including, ``old_end``."""
    where = f"run = {dialect.param('run')} and dataset = {dialect.literal(dataset)}"
    span = f"chunk >= {dialect.param('old')} and chunk < {dialect.param('old_end')}"
    return f"delete from {dialect.captured} where {where} and {span}"
