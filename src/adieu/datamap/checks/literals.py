"""Whether a literal of the map can stand in a column."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime

from adieu.datamap.schema import Column, Kind

Literal = bool | int | float | str


def fits(value: Literal, column: Column) -> bool:
    """Whether the store would take this value for the column, its length apart; unknown types are not judged."""
    judge = _JUDGES.get(column.kind)
    return judge is None or judge(value)


def admitted(value: Literal, column: Column) -> bool:
    """Whether an enum, or a CHECK that could be read, lets this value stand; constraints nobody could read are not judged."""
    if column.least is not None and isinstance(value, int | float) and value < column.least:
        return False
    return not column.choices or any(_same(value, choice) for choice in column.choices)


def _same(value: Literal, choice: str) -> bool:
    if isinstance(value, bool):
        return choice.lower() in (("1", "true", "t") if value else ("0", "false", "f"))
    if isinstance(value, int | float):
        try:
            return float(choice) == value
        except ValueError:
            return False
    return value == choice


def _whole(value: Literal) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Literal) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parses(parse: Callable[[str], object]) -> Callable[[Literal], bool]:
    def judge(value: Literal) -> bool:
        try:
            parse(str(value))
        except ValueError:
            return False
        return isinstance(value, str)

    return judge


_JUDGES: Mapping[Kind, Callable[[Literal], bool]] = {
    Kind.TEXT: lambda value: isinstance(value, str),
    Kind.INTEGER: _whole,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: lambda value: isinstance(value, bool),
    Kind.DATE: _parses(date.fromisoformat),
    Kind.TIMESTAMP: _parses(datetime.fromisoformat),
    Kind.NAIVE_TIMESTAMP: _parses(datetime.fromisoformat),
    Kind.JSON: _parses(json.loads),
    Kind.UUID: _parses(uuid.UUID),
    Kind.BINARY: lambda value: False,
}
