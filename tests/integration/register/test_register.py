"""The register keeps its promises on SQLite and on PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from adieu.adapters.database import open_engine
from adieu.adapters.register import SqlRegister, install_register, open_register
from adieu.adapters.register.schema import GUARDS, HEAD, VERSION_TABLE, metadata
from adieu.errors import RegisterConflict, RegisterUnusable
from adieu.ports.register import Closure, Ending, Issued, LateMark, Move, Opening, State
from adieu.testing.clock import FixedClock
from adieu.testing.faults import Recorder

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def points() -> Recorder:
    return Recorder()


@pytest.fixture
def register(url: str, points: Recorder) -> Iterator[SqlRegister]:
    opened = open_register(url, FixedClock(AT), points)
    yield opened
    opened.close()


def opening(member: str | None = None, state: State = State.RUNNING) -> Opening:
    case = Closure(
        id=secrets.token_hex(16), shop="books", state=state, member_digest=member or secrets.token_hex(32),
        opened_at=AT, proved_by_operator=("email", "phone"),
    )
    return Opening(closure=case, sealed_subject=b"sealed")


def ending(cases: tuple[Closure, ...], size: int, ends_on: date = date(2029, 3, 1)) -> Ending:
    return Ending(
        shop="books", size_before=size, frontier=b"range", checkpoint="note",
        moves=[Move(closure=case.id, before=State.RUNNING, after=State.VERIFIED) for case in cases]
        + [Move(closure=case.id, before=State.VERIFIED, after=State.CLOSED) for case in cases],
        receipts=[
            Issued(closure=case.id, body=b"{}", signature=b"s" * 64, leaf=secrets.token_bytes(32), ends_on=ends_on)
            for case in cases
        ],
        late_marks=[
            LateMark(closure=case.id, purpose="late_record", digest="d" * 64, ends_on=ends_on) for case in cases
        ],
    )


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(statement))]
    engine.dispose()
    return found


def test_begin_writes_once_and_a_repeat_only_reads(register: SqlRegister, points: Recorder) -> None:
    first = register.begin("b", [opening(), opening()], AT)
    assert register.begin("b", [opening()], AT) == first == register.batch("b")
    assert [case.id for case in first] == sorted(case.id for case in first)
    assert first[0].proved_by_operator == ("email", "phone") and first[0].opened_at == AT


def test_a_member_has_at_most_one_unfinished_closure(register: SqlRegister) -> None:
    register.begin("b", [opening("m" * 64, State.NEEDS_OPERATOR)], AT)
    with pytest.raises(RegisterConflict):
        register.begin("c", [opening(), opening("m" * 64)], AT)
    assert register.batch("c") == ()


def test_a_member_whose_closure_ended_may_open_another(register: SqlRegister) -> None:
    old = register.begin("b", [opening("m" * 64)], AT)
    register.move([Move(closure=old[0].id, before=State.RUNNING, after=State.CANCELLED)], AT)
    with pytest.raises(RegisterConflict):  # decided before the old one was known
        register.begin("c", [opening("m" * 64)], AT.replace(hour=13))
    new = register.begin("c", [replace(opening("m" * 64), after=old[0].id)], AT.replace(hour=13))
    assert register.sealed([old[0].id, new[0].id]) == {new[0].id: b"sealed"}
    assert [case.id for case in register.of_members("books", ["m" * 64, "x" * 64])
            if case.member_digest == "m" * 64] == [max(old + new, key=lambda c: (c.opened_at, c.id)).id]


def test_a_move_from_another_state_undoes_the_whole_list(register: SqlRegister, url: str) -> None:
    one, two = register.begin("b", [opening(), opening()], AT)
    with pytest.raises(RegisterConflict):
        register.move([
            Move(closure=one.id, before=State.RUNNING, after=State.ON_HOLD),
            Move(closure=two.id, before=State.DUE, after=State.ON_HOLD),
        ], AT)
    assert {case.state for case in register.batch("b")} == {State.RUNNING}
    assert len(rows(url, "SELECT 1 FROM closure_event")) == 2


def test_history_tells_every_move_with_its_cause(register: SqlRegister, url: str) -> None:
    (case,) = register.begin("b", [opening()], AT)
    register.move([Move(closure=case.id, before=State.RUNNING, after=State.NEEDS_OPERATOR, cause="locked")], AT)
    assert register.batch("b")[0].cause == "locked"
    assert rows(url, 'SELECT "before", "after", cause FROM closure_event ORDER BY number') == [
        (None, "running", None), ("running", "needs operator", "locked"),
    ]


def test_an_ending_is_written_whole_and_a_repeat_only_reads(register: SqlRegister, points: Recorder) -> None:
    cases = register.begin("b", [opening(), opening()], AT)
    end = ending(cases, 0)
    assert register.end(end, AT) == (0, 1)
    assert register.end(ending(cases, 0), AT) == (0, 1)  # other random bits, same closures
    assert register.tip("books") == (2, b"range", "note") and register.tip("other") == (0, b"", "")
    assert register.leaves("books", 0, 2) == tuple(issued.leaf for issued in end.receipts)
    assert register.sealed([case.id for case in cases]) == {}
    closed = register.batch("b")
    assert {case.state for case in closed} == {State.CLOSED} and closed[0].closed_at == AT
    found = register.receipt(cases[1].id)
    assert found is not None and (found.index, found.leaf) == (1, end.receipts[1].leaf)


def test_an_ending_on_another_ledger_size_writes_nothing(register: SqlRegister, url: str) -> None:
    cases = register.begin("b", [opening()], AT)
    for wrong in (1, 7):
        with pytest.raises(RegisterConflict):
            register.end(ending(cases, wrong), AT)
    register.end(ending(cases, 0), AT)
    more = register.begin("c", [opening()], AT)
    with pytest.raises(RegisterConflict):
        register.end(ending(more, 0), AT)
    assert register.batch("c")[0].state is State.RUNNING
    with pytest.raises(RegisterConflict):
        register.end(ending(cases + more, 1), AT)


def test_a_receipt_is_shown_through_its_last_day_only(url: str) -> None:
    clock = FixedClock(AT)
    register = open_register(url, clock)
    cases = register.begin("b", [opening(), opening()], AT)
    register.end(ending(cases[:1], 0, AT.date()), AT)
    register.end(ending(cases[1:], 1, date(2026, 2, 28)), AT)
    assert register.receipt(cases[0].id) is not None
    assert register.receipt(cases[1].id) is None
    register.close()


@pytest.mark.parametrize("change", ["DELETE FROM ledger_leaf", "UPDATE ledger_leaf SET leaf_index = 9"])
def test_the_ledger_refuses_change(register: SqlRegister, url: str, change: str) -> None:
    cases = register.begin("b", [opening()], AT)
    register.end(ending(cases, 0), AT)
    engine = open_engine(url)
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        connection.execute(sa.text(change))
    engine.dispose()


def test_missing_leaves_are_an_error(register: SqlRegister) -> None:
    with pytest.raises(RegisterUnusable):
        register.leaves("books", 0, 1)


def test_each_change_is_one_commit(register: SqlRegister, points: Recorder) -> None:
    cases = register.begin("b", [opening()], AT)
    register.end(ending(cases, 0), AT)
    assert points.points == [
        f"register.{what}.{when}_commit" for what in ("begin", "end") for when in ("before", "after")
    ]


def test_another_version_is_refused_and_install_repeats(url: str) -> None:
    install_register(url)
    install_register(url)
    open_register(url).close()
    engine = open_engine(url)
    with engine.connect() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        connection.commit()
    engine.dispose()
    with pytest.raises(RegisterUnusable, match="9999"):
        open_register(url)
    with pytest.raises(RegisterUnusable, match="newer"):
        install_register(url)


def test_the_migrations_add_up_to_the_schema(url: str) -> None:
    install_register(url)
    migrated = described(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
            connection.commit()
        else:
            engine.dispose()
            url = url.replace("register.db", "declared.db")
            engine = open_engine(url)
    metadata.create_all(engine)
    with engine.connect() as connection:
        for guard in GUARDS[engine.dialect.name]:
            connection.execute(sa.text(guard))
        connection.commit()
    engine.dispose()
    assert described(url) == migrated and len(migrated) > 10


def test_head_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "adieu.adapters.register:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def described(url: str) -> list[tuple[object, ...]]:
    """Every table, column, constraint, index and trigger, in the engine's own words; the version table left out."""
    if url.startswith("sqlite"):
        found = rows(url, "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1, 2")
        return [(kind, name, " ".join(str(sql).split())) for kind, name, sql in found if name != VERSION_TABLE]
    queries = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length "
        "FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    )
    found = [row for query in queries for row in rows(url, query) if row[0] != VERSION_TABLE]
    return sorted(found, key=repr)


def test_a_shops_closures_in_some_states_are_answered_oldest_first(register: SqlRegister) -> None:
    states = (State.WAITING, State.RUNNING, State.WAITING, State.NEEDS_OPERATOR)
    cases = [opening(state=state) for state in states]
    days = [replace(case, closure=replace(case.closure, opened_at=AT.replace(day=9 - n))) for n, case in enumerate(cases)]
    register.begin("mine", days, AT)
    foreign = opening(state=State.WAITING)
    register.begin("theirs", [replace(foreign, closure=replace(foreign.closure, shop="other"))], AT)
    found = [case.id for case in register.in_states("books", (State.WAITING,))]
    assert found == [cases[2].closure.id, cases[0].closure.id]
    both = [case.state for case in register.in_states("books", (State.WAITING, State.RUNNING))]
    assert both == [State.WAITING, State.RUNNING, State.WAITING]
