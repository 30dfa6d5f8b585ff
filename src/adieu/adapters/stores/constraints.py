"""What simple CHECK constraints let a column hold, read out of their SQL.

Simple is: a column in a list of literals, equal to one, or at least a number, in the words of any of our stores. Whatever
is not exactly that stays unread and is only counted: a wrong reading would refuse a right map.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adieu.datamap.schema import Column

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|\s+|(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[^\]\s,']*[^\]\d\s,'][^\]\s,']*\])"""
    r"""|(?P<number>-?\d+(?:\.\d+)?\b)|(?P<word>\w+)|(?P<sign>::|>=|<=|<>|!=|.)""",
    re.DOTALL,
)
_CASTS = frozenset({"text", "character", "varying", "varchar", "bpchar", "integer", "bigint", "smallint", "numeric"})
_HUSHED = frozenset({"(", ")", "[", "]"})


@dataclass(frozen=True, kw_only=True)
class Token:
    """One piece of SQL: `sort` is text, name, number, word or sign; names and texts without their quotes."""

    sort: str
    written: str

    def says(self, *words: str) -> bool:
        """Whether it is one of these unquoted words or signs."""
        return self.sort in ("word", "sign") and self.written.lower() in words


def admit(columns: Mapping[str, Column], checks: Iterable[str]) -> tuple[dict[str, Column], int]:
    """The columns with what the checks (the expressions, without `CHECK`) let them hold, and how many stay unread."""
    return _admit(columns, (list(_tokens(check)) for check in checks))


def admit_declared(columns: Mapping[str, Column], statement: str) -> tuple[dict[str, Column], int]:
    """The same from a whole CREATE TABLE statement, for stores that keep nothing else. With any COLLATE none is read."""
    tokens = list(_tokens(statement))
    checks = list(_checks(tokens))
    if any(token.says("collate") for token in tokens):
        return dict(columns), len(checks)
    return _admit(columns, checks)


def _admit(columns: Mapping[str, Column], checks: Iterable[Sequence[Token]]) -> tuple[dict[str, Column], int]:
    found, unread = dict(columns), 0
    for check in checks:
        changed = _read(found, check)
        unread += changed is None
        if changed:
            found[changed.name] = changed
    return found, unread


def _tokens(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        sort, written = match.lastgroup, match.group(0)
        if sort == "text":
            written = written[1:-1].replace("''", "'")
        elif sort == "name":
            written = written[1:-1].replace('""', '"')
        if sort:
            yield Token(sort=sort, written=written)


def _checks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands in the parentheses behind each CHECK."""
    for place, token in enumerate(tokens[:-1]):
        if token.says("check") and tokens[place + 1].says("("):
            depth, inside = 0, []
            for other in tokens[place + 1 :]:
                depth += other.says("(") - other.says(")")
                inside.append(other)
                if depth == 0:
                    break
            yield inside


def _read(columns: Mapping[str, Column], check: Sequence[Token]) -> Column | None:
    """The column the check is about, with what it admits; None where the check is not simple.

    Parentheses say nothing here: without them only the simple forms have exactly these tokens.
    """
    rest = [token for token in _uncast(check) if not (token.sort == "sign" and token.written in _HUSHED)]
    if len(rest) < 3 or (column := _column(columns, rest[0])) is None:
        return None
    if rest[1].says(">=") and len(rest) == 3 and rest[2].sort == "number":
        least = float(rest[2].written)
        return dataclasses.replace(column, least=least if column.least is None else max(least, column.least))
    listed = _listed(rest)
    if listed is None:
        return None
    kept = tuple(choice for choice in listed if not column.choices or choice in column.choices)
    return dataclasses.replace(column, choices=kept) if kept else None


def _uncast(tokens: Sequence[Token]) -> Iterator[Token]:
    """Without casts between texts and numbers; any other cast stays, and nothing simple has one."""
    casting = False
    for place, token in enumerate(tokens):
        if token.says("::") and tokens[place + 1 : place + 2] and tokens[place + 1].says(*_CASTS):
            casting = True
        elif not (casting and token.says(*_CASTS)):
            casting = False
            yield token


def _column(columns: Mapping[str, Column], token: Token) -> Column | None:
    if token.sort not in ("word", "name"):
        return None
    if token.written in columns:
        return columns[token.written]
    alike = [column for name, column in columns.items() if name.lower() == token.written.lower()]
    return alike[0] if len(alike) == 1 else None


def _listed(tokens: Sequence[Token]) -> list[str] | None:
    """The literals of ``column in (…)``, ``column = any(array[…])`` or ``column = …``."""
    if tokens[1].says("in"):
        literals = tokens[2:]
    elif tokens[1].says("=") and tokens[2].says("any") and len(tokens) > 4 and tokens[3].says("array"):
        literals = tokens[4:]
    elif tokens[1].says("=") and len(tokens) == 3:
        literals = tokens[2:]
    else:
        return None
    values, commas = literals[::2], literals[1::2]
    simple = all(value.sort in ("text", "number") for value in values) and all(comma.says(",") for comma in commas)
    return [value.written for value in values] if simple and len(values) == len(commas) + 1 else None
