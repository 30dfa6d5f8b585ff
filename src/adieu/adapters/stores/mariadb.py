"""MariaDB's forms. Captured keys are rows in the database ``adieu`` of the same server, one pair of tables a shop.

Texts are compared byte for byte (``utf8mb4_nopad_bin``: case, accents and trailing spaces matter) wherever a value comes
from outside; only where a captured key meets its own record does the column's own collation serve, so that its index
does: there the key is unique under it. The session has ``NO_BACKSLASH_ESCAPES`` and ``SIMULTANEOUS_ASSIGNMENT``
(database_mariadb.py): literals and updates below count on them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from adieu.adapters.stores.dialect import Among, chunk_rows, key_names, of_datasets
from adieu.adapters.stores.mariadb_forms import FUNCTION, function_ddl
from adieu.datamap.schema import Kind
from adieu.planning.plan import FieldChange, Key, Role

BINARY = "utf8mb4_nopad_bin"
KEY_CHARACTERS = 768  # InnoDB indexes 3072 bytes, four a character; a longer text is no key here
SHORT_CHARACTERS = 200  # the engine gives a derived table an index of at most 1000 bytes; wider texts are met row by row
_KEYS = ("key1", "key2", "key3")
_NAME_CHARACTERS = 64
_ALL = 18446744073709551615  # a limit that keeps a derived table apart, so that it gets an index of its own
_COLLATED = re.compile(r" character set (\w+) collate (\w+)$")
_SIZED = re.compile(r"^(decimal|numeric)(\([\d, ]+\))?")
_WHOLE = re.compile(r"^(tinyint|smallint|mediumint|int|integer|bigint)\b")
_CAPTURED = "run, dataset, role, chunk"
# no literal looks like this: in one a percent sign is doubled
_LISTED = re.compile(rf"(json_table\(%\((\w+)\)s, '\$\[\*\]' columns \(n for ordinality, `\w+` varchar\(){KEY_CHARACTERS}\)")


class ShortTexts(str):
    """A list parameter in which no text is longer than SHORT_CHARACTERS."""

    __slots__ = ()


@functools.lru_cache(maxsize=4096)
def narrowed(sql: str, short: frozenset[str]) -> str:
    """A statement whose lists named in `short` are declared as short as they are, so that joining them has an index."""
    return _LISTED.sub(lambda m: f"{m[1]}{SHORT_CHARACTERS if m[2] in short else KEY_CHARACTERS})", sql)


class _Words:
    """Names, literals, parameters and key texts."""

    name = "mariadb"
    row_a_record = True
    for_reading: tuple[str, ...] = ()

    def __init__(self, database: str) -> None:
        """`database` is the shop's, as the address names it."""
        self.journal = f"{self.column('adieu')}.{self.column(_own(database, 'journal'))}"
        self.captured = f"{self.column('adieu')}.{self.column(_own(database, 'captured'))}"

    def table(self, dataset: str) -> str:
        return ".".join(self.column(part) for part in dataset.split(".")[1:])

    def column(self, name: str, alias: str = "") -> str:
        quoted = "`" + name.replace("`", "``").replace("%", "%%") + "`"
        return f"{alias}.{quoted}" if alias else quoted

    def param(self, name: str) -> str:
        return f"%({name})s"

    def literal(self, value: bool | int | float | str | None) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, str):
            return "'" + value.replace("'", "''").replace("%", "%%") + f"' collate {BINARY}"
        return repr(value)

    def as_text(self, expression: str) -> str:
        return f"(convert({expression} using utf8mb4) collate {BINARY})"

    def typed(self, expression: str, type_: str) -> str:
        """Null where the text is not how the type writes a value: the engine would read `1x` as 1."""
        number = _number(type_)
        if number:
            cast = f"cast({expression} as {number})"
            return f"if(convert({cast} using utf8mb4) = {expression} collate {BINARY}, {cast}, null)"
        return _cast(expression, type_) or f"({expression} collate {BINARY})"

    def listed(self, alias: str, parameters: Mapping[str, str]) -> str:
        if len(parameters) == 1:
            ((name, parameter),) = parameters.items()
            return self._list(parameter, name, alias)
        columns, tables = [], ""
        for number, (name, parameter) in enumerate(parameters.items()):
            rows = f"(select * from {self._list(parameter, name, 'l')} limit {_ALL}) j{number}"
            tables += rows if number == 0 else f" join {rows} on j{number}.n = j0.n"
            columns.append(f"j{number}.{name}")
        return f"(select {', '.join(columns)} from {tables} limit {_ALL}) {alias}"

    def _list(self, parameter: str, name: str, alias: str) -> str:
        text = f"varchar({KEY_CHARACTERS}) character set utf8mb4 collate {BINARY}"
        return f"json_table({self.param(parameter)}, '$[*]' columns (n for ordinality, `{name}` {text} path '$')) {alias}"

    def list_value(self, values: Iterable[str]) -> object:
        """A text that is longer than any key becomes null, which nothing equals: cut off it could be somebody else's."""
        listed = list(values)
        text = json.dumps([value if len(value) <= KEY_CHARACTERS else None for value in listed])
        return ShortTexts(text) if max(map(len, listed), default=0) <= SHORT_CHARACTERS else text


class _Values(_Words):
    """Values, computed and compared."""

    def normal(self, kind: str, expression: str) -> str:
        text = self.as_text(expression)
        trimmed = f"(regexp_replace({text}, '^[ \t\r\n]+|[ \t\r\n]+\\z', '') collate {BINARY})"
        if kind == "phone":
            digits = f"regexp_replace({text}, '[^0-9]', '')"
            plus = f"if(left({trimmed}, 1) = '+' and {digits} <> '', '+', '')"
            return f"(concat({plus}, {digits}) collate {BINARY})"
        ascii_form = f"lower({trimmed})" if kind == "email" else trimmed
        other = f"{FUNCTION}({text}, {1 if kind == 'email' else 0})"
        return f"(if(length({text}) = char_length({text}), {ascii_form}, {other}) collate {BINARY})"

    def json_text(self, expression: str, path: Sequence[str]) -> str:
        """Numbers as written, booleans as words; a step of digits is an element of a list or a name."""
        found = [self._json_at(expression, steps) for steps in _paths(path)]
        return f"(coalesce({', '.join([*found, 'null'])}) collate {BINARY})"

    def _json_at(self, expression: str, steps: Sequence[str]) -> str:
        where = self.literal("$" + "".join(steps)).removesuffix(f" collate {BINARY}")
        text = self.as_text(expression)
        extracted = f"json_extract({text}, {where})"
        read = f"if(json_type({extracted}) = 'BOOLEAN', {extracted}, json_value({text}, {where}))"
        for place, step in enumerate(steps):
            if step.startswith("["):  # MariaDB takes a single value for a list of one
                above = self.literal("$" + "".join(steps[:place])).removesuffix(f" collate {BINARY}")
                read = f"if(json_type(json_extract({text}, {above})) = 'ARRAY', {read}, null)"
        return read

    def by_bytes(self, text: str) -> str:
        return self.as_text(text)

    def joined(self, columns: Sequence[str]) -> str:
        return f"concat_ws(' ', {', '.join(self.as_text(column) for column in columns)})"

    def characters(self, text: str) -> str:
        return f"char_length({text})"

    def days_ago(self, days: int) -> str:
        return f"(utc_timestamp() - interval {days} day)"

    def contains(self, text: str, part: str) -> str:
        return f"instr({text}, {part}) > 0"

    def placeholder(self, change: FieldChange) -> str:
        if change.kind in (Kind.INTEGER, Kind.NUMBER):
            return "-(floor(rand() * 2000000000) + 1)"
        text = "lower(hex(random_bytes(16)))"
        if change.kind is Kind.UUID:
            return f"insert(insert({text}, 17, 1, '8'), 13, 1, '4')"  # version 4, RFC 9562
        if change.email:
            text = f"concat({text}, '@erased.invalid')"
        return f"right({text}, {change.length})" if change.length else text

    def year_only(self, change: FieldChange, expression: str) -> str:
        return f"cast(makedate(year({expression}), 1) as {'date' if change.kind is Kind.DATE else 'datetime'})"


class _Statements(_Values):
    """Other statements."""

    def once(self, table: str, columns: str, values: str) -> str:
        return f"insert ignore into {table} ({columns}) values ({values})"

    def looked_up(self, table: str, listed: str, condition: str) -> str:
        return f"{table} straight_join {listed} on {condition}"

    def of_family(self, characters: int) -> str:
        family = self.param("family")
        return f"run between {family} and concat({family}, '~') and left(run, {characters}) = {family}"


class Mariadb(_Statements):
    """Implements `Dialect`."""

    def captured_rows(
        self, dataset: str, key: Key, role: Role | None, *, chunk: bool = False, before: bool = False
    ) -> str:
        rows = chunk_rows(self, dataset, role, chunk) + (f" and z.chunk < {self.param('first')}" if before else "")
        return f"(select {self._captured_keys(key)}, z.owner from {rows})"

    def _captured_keys(self, key: Key) -> str:
        columns = zip(_KEYS, key.types, key_names(key), strict=False)
        return ", ".join(f"{_of_key(f'z.{column}', type_)} as {name}" for column, type_, name in columns)

    def chosen(self, alias: str, key: Key, dataset: str, role: Role) -> Among:
        return Among(
            columns=tuple(self.column(column, alias) for column in key.columns),
            values=tuple(f"c.{name}" for name in key_names(key)),
            rows=f"{self.captured_rows(dataset, key, role, chunk=True)} c",
        )

    def insert_captured(self, dataset: str, key: Key, select: str, *, sole: bool = False) -> str:
        names = key_names(key)
        order = ", ".join(f"s.{name}" for name in names)
        texts = ", ".join(self.as_text(f"q.{name}") for name in names)
        number = f"row_number() over (order by {order})" if sole else f"dense_rank() over (partition by s.role order by {order})"
        return (
            f"insert into {self.captured} ({_CAPTURED}, {', '.join(_KEYS[: len(names)])}, owner)"
            f" select {self.param('run')}, {self.literal(dataset)}, q.role,"
            f" (q.n - 1) div {self.param('size')} + {self.param('base')}, {texts}, q.owner"
            f" from (select s.*, {number} as n"
            f" from ({select}) s) q"
        )

    def chunks(self, datasets: Sequence[str] = ()) -> str:
        return (
            "select dataset, role, chunk, count(*) from (select distinct dataset, role, chunk, key1, key2, key3"
            f" from {self.captured} where run = {self.param('run')}{of_datasets(self, datasets)}) c"
            " group by dataset, role, chunk"
        )

    def owner_counts(self, where: str) -> str:
        # grouped by texts as wide as these may be, the temporary table is several times slower than their digests
        digest = "unhex(sha2(concat_ws('|', run, chunk, role, dataset, owner), 256))"
        counted = f"select min(id) as id, count(*) as records from {self.captured} where {where} group by {digest}"
        return (
            "select z.run, z.dataset, z.role, z.chunk, z.owner, g.records"
            f" from ({counted}) g straight_join {self.captured} z on z.id = g.id"
        )

    def holding(self, dataset: str, among: Among) -> str:
        """Joined: as a predicate it is asked of every record of the table, where the engine misjudges the list."""
        return f"{self._listed_once(among)} join {self.table(dataset)} x on {_met_on(among)} where 1 = 1"

    def delete(self, dataset: str, where: str | Among) -> str:
        return f"delete x from {self._met(dataset, where)}"

    def update(self, dataset: str, sets: Mapping[str, str], where: str | Among) -> str:
        assignments = ", ".join(f"x.{column} = {value}" for column, value in sets.items())
        return f"update {self._met(dataset, where)} set {assignments}"

    def _met(self, dataset: str, where: str | Among) -> str:
        """The records joined to the keys they are chosen by, keys first: as a predicate it is asked of every record."""
        assert isinstance(where, Among)
        return f"{self._listed_once(where)} straight_join {self.table(dataset)} x on {_met_on(where)}"

    def _listed_once(self, among: Among) -> str:
        picked = ", ".join(f"{value} as p{n}" for n, value in enumerate(among.values))
        return f"(select distinct {picked} from {among.rows}) w"

    def locking(self, alias: str) -> str:
        return " for update"


def ddl(dialect: Mariadb) -> tuple[str, ...]:
    """What `adieu install` creates; a repeat changes nothing."""
    text = f"character set utf8mb4 collate {BINARY}"
    keys = ", ".join(f"{key} varchar({KEY_CHARACTERS}) not null default ''" for key in _KEYS)
    return (
        f"create database if not exists adieu {text}",
        f"create table if not exists {dialect.journal} (run varchar(120) not null, step integer not null,"
        " at timestamp not null default current_timestamp, counts longtext not null default '{}',"
        f" primary key (run, step)) engine=InnoDB {text}",
        # no index beyond the run's own rows: three whole keys would be longer than an index may be
        f"create table if not exists {dialect.captured} (id bigint unsigned not null auto_increment primary key,"
        " run varchar(120) not null, dataset varchar(400) not null, role varchar(20) not null, chunk integer not null,"
        f" {keys}, owner varchar({KEY_CHARACTERS}) not null,"
        f" index of_run (run, dataset(200), role, chunk)) engine=InnoDB row_format=dynamic {text}",
        function_ddl(),
    )


def _own(database: str, what: str) -> str:
    """The name of a table of Adieu's for one shop: two shops of one server never share a journal."""
    name = f"{database}_{what}"
    if len(name) <= _NAME_CHARACTERS:
        return name
    return f"{database[:30]}_{hashlib.sha256(database.encode()).hexdigest()[:16]}_{what}"


def _met_on(among: Among) -> str:
    return " and ".join(f"{column} = w.p{n}" for n, column in enumerate(among.columns))


def _number(type_: str) -> str:
    """The cast target of a numeric type; empty for any other."""
    plain = type_.lower()
    if _WHOLE.match(plain):
        return "unsigned" if "unsigned" in plain else "signed"
    sized = _SIZED.match(plain)
    if sized:
        return f"decimal{sized.group(2) or '(10,0)'}"
    return "double" if plain.startswith(("double", "float")) else ""


def _cast(expression: str, type_: str) -> str:
    """A text as a value of a type that is neither number nor text; empty where it stays a text."""
    plain = type_.lower()
    if plain.startswith(("datetime", "timestamp")):
        return f"cast({expression} as datetime(6))"
    if plain in ("date", "uuid", "inet6", "inet4"):
        return f"cast({expression} as {plain})"
    return f"cast({expression} as time(6))" if plain.startswith("time") else ""


def _of_key(expression: str, type_: str) -> str:
    """A captured key as its column has it, in the column's own collation, so that its index serves."""
    number = _number(type_)
    if number:
        return f"cast({expression} as {number})"
    collated = _COLLATED.search(type_)
    if collated:
        return f"(convert({expression} using {collated.group(1)}) collate {collated.group(2)})"
    return _cast(expression, type_) or expression


def _paths(path: Sequence[str]) -> list[list[str]]:
    """The ways to write a path: a step of digits is a name or a place in a list."""
    found: list[list[str]] = [[]]
    for step in path:
        named = '."' + step.replace("\\", "\\\\").replace('"', '\\"') + '"'
        ways = [named, f"[{int(step)}]"] if step.isascii() and step.isdigit() else [named]
        found = [[*before, way] for way in ways for before in found]
    return found
