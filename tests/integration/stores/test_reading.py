"""What reading for a member promises on SQLite and PostgreSQL beyond the contract: nobody waits, little is held."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.sql_kind import SqlKind

from adieu.adapters.stores.dialect import Dialect
from adieu.adapters.stores.postgresql import Postgresql
from adieu.adapters.stores.sqlite import Sqlite
from adieu.ports.reading import Wish
from adieu.testing.contract.case import Case, begin

MANY, LONG = 20_000, "x" * 300  # together six million characters


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlKind]:
    sqlite = request.param == "sqlite"
    made = SqlKind(f"sqlite:///{tmp_path / 'shop.db'}" if sqlite else request.getfixturevalue("postgresql"), lock_wait_ms=200)
    if sqlite:
        made.execute("pragma journal_mode = wal")  # in SQLite's older mode a reader always holds writers up
    yield made
    made.close()


def own(kind: SqlKind) -> list[object]:
    """What stands committed in Adieu's two tables."""
    tables = ("adieu_journal", "adieu_captured") if kind.dialect == "sqlite" else ("adieu.journal", "adieu.captured")
    return [row for table in tables for row in kind.execute(f"select * from {table}")]


def write(case: Case, kind: SqlKind) -> None:
    """The shop and another worker write what is being read; either would fail after its lock wait."""
    if kind.dialect == "postgresql":
        kind.execute("set lock_timeout = '200ms'")
    kind.execute("update orders set total = 77 where id = 1")
    kind.execute("delete from token where member_id = 1")
    case.captured(case.run(3, run="r3"))


def test_nobody_who_writes_is_made_to_wait_and_what_they_write_is_not_seen(kind: SqlKind) -> None:
    case = begin(kind)
    with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
        tokens = reading.records(Wish(dataset="shop.token", columns=("value",)))
        next(tokens)
        write(case, kind)
        assert len(list(tokens)) == reading.counts()["shop.token", "own"] - 1  # type: ignore[index]
        totals = [row[0] for row in reading.records(Wish(dataset="shop.orders", columns=("total",)))]
        assert 77 not in totals
    assert kind.execute("select total from orders where id = 1")[0]["total"] == 77


def test_nothing_is_committed_to_the_journal_or_the_captured_keys(kind: SqlKind) -> None:
    case = begin(kind)
    case.captured(case.run(2))
    before = own(kind)
    assert before
    with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
        assert own(kind) == before
        assert reading.counts()
    assert own(kind) == before


def test_a_bounded_number_of_records_is_held(kind: SqlKind) -> None:
    case = begin(kind)
    numbers = range(1_000, 1_000 + MANY)
    for start in range(0, MANY, 1_000):
        kind.insert("invite", [{"id": n, "member_id": 1, "note": f"{n} {LONG}"} for n in numbers[start : start + 1_000]])
    with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
        tracemalloc.start()
        try:
            count = sum(len(str(row[1])) > 300 for row in reading.records(Wish(dataset="shop.invite", columns=("id", "note"))))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert count == MANY
    assert peak < 3_000_000


@pytest.mark.parametrize(("dialect", "form"), [(Postgresql(), '(x.t) collate "C"'), (Sqlite(), "(x.t) collate binary")])
def test_texts_are_sorted_by_bytes_whatever_the_columns_collation(dialect: Dialect, form: str) -> None:
    assert dialect.by_bytes("x.t") == form  # the test server has no other collation to try
