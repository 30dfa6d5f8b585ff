"""A short exam on fixed seeds; the long one is ``python -m tests.property.long`` (docs/property-tests.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.property.long import Tally, examine

SQLITE_SEEDS = range(1, 151)
POSTGRESQL_SEEDS = range(1001, 1016)
MARIADB_SEEDS = range(2001, 2011)


def _wrong(seeds: range, fresh: Callable[[], str]) -> dict[int, list[str]]:
    tally = Tally()
    for seed in seeds:
        examine(seed, fresh(), tally)
    assert tally.cases > 0.9 * len(seeds), "too many shops were not counted; the exam says little"
    return tally.wrong


def test_sqlite_ends_as_the_model_says() -> None:
    assert _wrong(SQLITE_SEEDS, lambda: "sqlite://") == {}


def test_postgresql_ends_as_the_model_says(request: pytest.FixtureRequest) -> None:
    assert _wrong(POSTGRESQL_SEEDS, request.getfixturevalue("_postgresql_server")) == {}


def test_mariadb_ends_as_the_model_says(request: pytest.FixtureRequest) -> None:
    assert _wrong(MARIADB_SEEDS, request.getfixturevalue("_mariadb_server")) == {}
