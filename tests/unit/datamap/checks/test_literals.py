"""Which literal a column takes, by its family of types, and which its enum or CHECK lets stand."""

from __future__ import annotations

import pytest

from adieu.datamap.checks.literals import Literal, admitted, fits
from adieu.datamap.schema import Column, Kind

UUID = "550e8400-e29b-41d4-a716-446655440000"
TAKEN: dict[Kind, list[Literal]] = {
    Kind.TEXT: ["", "5"], Kind.INTEGER: [0, -5], Kind.NUMBER: [0, -1.5], Kind.BOOLEAN: [True, False],
    Kind.DATE: ["2026-11-24"], Kind.TIMESTAMP: ["2026-11-24T10:00:00+09:00"], Kind.NAIVE_TIMESTAMP: ["2026-11-24 10:00:00"],
    Kind.JSON: ["{}", "[1]", "null"], Kind.UUID: [UUID], Kind.BINARY: [], Kind.OTHER: ["any", 5, True, 1.5],
}
REFUSED: dict[Kind, list[Literal]] = {
    Kind.TEXT: [5, True], Kind.INTEGER: ["5", True, 1.5], Kind.NUMBER: ["5", False], Kind.BOOLEAN: [0, "true"],
    Kind.DATE: ["soon", "24.11.2026", 20261124], Kind.TIMESTAMP: ["soon", 20261124], Kind.NAIVE_TIMESTAMP: ["soon", 1],
    Kind.JSON: ["{", "", 5, True], Kind.UUID: ["550e8400", 5], Kind.BINARY: ["any", 5],
}


def column(kind: Kind, choices: tuple[str, ...] = (), least: float | None = None) -> Column:
    return Column(name="c", type="t", kind=kind, choices=choices, least=least)


@pytest.mark.parametrize("kind", Kind)
def test_a_literal_fits_its_own_family_of_types_only(kind: Kind) -> None:
    assert [value for value in TAKEN[kind] if not fits(value, column(kind))] == []
    assert [value for value in REFUSED.get(kind, []) if fits(value, column(kind))] == []


@pytest.mark.parametrize(("value", "choices"), [
    ("on", ("off", "on")), (1, ("0", "1")), (1, ("1.0",)), (1.5, ("1.5",)), (True, ("1",)), (True, ("TRUE",)), (True, ("t",)),
    (False, ("0",)), (False, ("False",)), (False, ("f",)), (5, ("five", "5")), ("any", ()),
])
def test_a_literal_among_the_choices_is_admitted(value: Literal, choices: tuple[str, ...]) -> None:
    assert admitted(value, column(Kind.OTHER, choices))


@pytest.mark.parametrize(("value", "choices"), [
    ("On", ("off", "on")), (2, ("0", "1")), (5, ("five",)), (True, ("0", "false", "f", "yes")), (False, ("1", "true", "t")),
    ("1", ("on",)),
])
def test_a_literal_that_is_none_of_the_choices_is_not_admitted(value: Literal, choices: tuple[str, ...]) -> None:
    assert not admitted(value, column(Kind.OTHER, choices))


def test_a_number_below_the_least_is_not_admitted() -> None:
    assert admitted(0, column(Kind.INTEGER, least=0)) and admitted(0.5, column(Kind.NUMBER, least=0))
    assert not admitted(-1, column(Kind.INTEGER, least=0)) and not admitted(-0.5, column(Kind.NUMBER, least=0))
    assert admitted("-1", column(Kind.TEXT, least=0)) and admitted(-1, column(Kind.INTEGER))
    assert not admitted(3, column(Kind.INTEGER, choices=("1", "2"), least=0))
