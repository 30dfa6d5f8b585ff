"""What goes wrong in a shop's store, on the real engines: the right error, nothing half done, nothing quoted."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from tests.support.sql_kind import SqlKind

from adieu.adapters.stores.store import SqlStore, StoreAddress, open_installing
from adieu.erasure.run import Attempt, erase
from adieu.errors import PlanningError, StoreError, StoreUnreachable
from adieu.ports.faults import NoFaults
from adieu.ports.stores import Custodial
from adieu.testing.contract import Refusal
from adieu.testing.contract.case import Case, agree, begin
from adieu.testing.contract.shop import CANARY, LITERAL
from adieu.verification import doubting

SECRET = "swordfish-0815"


@pytest.fixture
def pg(postgresql: str) -> Iterator[SqlKind]:
    kind = SqlKind(postgresql, lock_wait_ms=2500)
    yield kind
    kind.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[SqlKind]:
    kind = SqlKind(f"sqlite:///{tmp_path / 'shop.db'}", lock_wait_ms=100)
    yield kind
    kind.close()


@pytest.fixture(params=["pg", "lite"])
def kind(request: pytest.FixtureRequest) -> SqlKind:
    found: SqlKind = request.getfixturevalue(request.param)
    return found


def refused(work: Callable[[], object], *words: str, error: type[StoreError] = StoreError) -> StoreError:
    """The error of `work`: of exactly this class, with these words, advice, and nothing of the engine or the records."""
    with pytest.raises(StoreError) as caught:
        work()
    told = caught.value
    assert type(told) is error
    for word in (*words, "store shop", ";"):
        assert word in str(told)
    spoken = "".join(traceback.format_exception(told)) + repr(vars(told))
    for never in (CANARY, SECRET, "shop.example", "psycopg.errors", "sqlite3.", "[SQL", "FATAL", "LINE 1"):
        assert never not in spoken
    return told


def as_account(case: Case, kind: SqlKind, name: str = "adieu_account") -> Case:
    """The same shop through an account that has what `adieu install` prints and no more."""
    kind.execute(f"drop role if exists {name}")
    kind.execute(f"create role {name} login")
    for statement in case.store.installing.grants(case.here, case.plan.member, name):
        kind.execute(statement)
    return replace(case, store=kind.open(case.plan, url=kind.url.replace("//postgres:@", f"//{name}:@")))


@pytest.fixture
def account(pg: SqlKind) -> Iterator[Case]:
    yield as_account(begin(pg), pg)
    pg.close()
    with psycopg.connect(pg.plain_url, autocommit=True) as connection:  # roles outlive this test's database
        connection.execute("drop owned by adieu_account")
        connection.execute("drop role adieu_account")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://shop:{SECRET}@127.0.0.1:1/shop",
        f"postgresql://shop:{SECRET}@/shop?host=/nowhere/at/all",
        f"postgresql://shop:{SECRET}@no-such-host.invalid/shop",
        "sqlite:////nowhere/at/all/shop.db",
        "sqlite:////proc/self",
    ],
)
def test_a_store_that_does_not_answer_is_unreachable(url: str) -> None:
    installing = open_installing(StoreAddress(name="shop", url=url), NoFaults())
    for work in (installing.schema, installing.install):
        told = refused(work, error=StoreUnreachable)
        assert "shop.db" not in str(told) and "127.0.0.1" not in str(told)
    installing.database.close()


def test_an_sqlite_file_that_is_not_there_is_unreachable_and_not_made(tmp_path: Path) -> None:
    file = tmp_path / "typo.db"
    installing = open_installing(StoreAddress(name="shop", url=f"sqlite:///{file}"), NoFaults())
    refused(installing.schema, error=StoreUnreachable)
    refused(installing.install, "check the path", error=StoreUnreachable)
    assert not file.exists()


def test_a_file_that_is_no_database_is_unreachable(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    file.write_bytes(f"{CANARY} and other texts ".encode() * 500)
    installing = open_installing(StoreAddress(name="shop", url=f"sqlite:///{file}"), NoFaults())
    refused(installing.install, "no SQLite database", error=StoreUnreachable)
    refused(installing.schema, error=StoreUnreachable)
    installing.database.close()


def test_a_wrong_password_an_unknown_account_and_an_unknown_database_are_unreachable(pg: SqlKind) -> None:
    pg.execute(f"create role locked login password '{SECRET}'")
    file = Path(str(pg.execute("show hba_file")[0]["hba_file"]))
    file.write_text(f"local all locked scram-sha-256\n{file.read_text()}")
    pg.execute("select pg_reload_conf()")
    wrong = [pg.url.replace("//postgres:@", "//locked:wrong@"), pg.url.replace("//postgres:@", "//unknown:@")]
    wrong.append(pg.url.replace("?host", "_unknown?host"))
    for url in wrong:
        assert url != pg.url
        installing = open_installing(StoreAddress(name="shop", url=url), NoFaults())
        refused(installing.schema, "check", error=StoreUnreachable)
    right = StoreAddress(name="shop", url=pg.url.replace("//postgres:@", f"//locked:{SECRET}@"))
    installing = open_installing(right, NoFaults())
    assert installing.schema().tables == {}
    installing.database.close()
    pg.execute("drop role locked")


def test_a_server_that_ends_the_connection_stops_the_whole_run_at_once(pg: SqlKind) -> None:
    case = begin(pg)
    run = case.run(1, 2)
    captures = []

    def keep(records: Sequence[Custodial]) -> None:
        captures.append(records)
        others = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'adieu'"
        pg.execute(f"{others} and datname = current_database()")

    before = case.rows()
    attempt = Attempt(
        batch="a batch", plan=case.plan, stores={"shop": case.store}, keep=keep,
        doubt=lambda plan, part: doubting(case.ground(part), part.id),
    )
    (ended,) = erase(attempt, run)  # not divided: nobody's record is at fault
    assert type(ended.refused) is StoreUnreachable and len(captures) == 1
    before["member"][0:2] = [{**row, "active": False} for row in before["member"][0:2]]  # the fence stands
    assert case.rows() == before


def test_a_read_only_postgresql_is_named(pg: SqlKind) -> None:
    case = begin(pg)
    run = case.run(1)
    (step,) = case.steps(run)
    pg.execute(f"alter database {_database(pg)} set default_transaction_read_only = on")
    other, before = case.another(), case.rows()
    for work in (lambda: other.apply(run, step), lambda: other.captured(case.run(2, run="r2")),
                 lambda: other.store.members.fence(run), lambda: other.store.erasing.forget(run.family)):
        assert refused(work, "read-only", "point Adieu at the primary").sqlstate == "25006"
    assert case.rows() == before
    assert other.store.members.open_matters(["1"]) == {}  # reading goes on


def _database(pg: SqlKind) -> str:
    return str(pg.execute("select current_database() as name")[0]["name"])


def test_a_read_only_sqlite_file_is_named(lite: SqlKind) -> None:
    case = begin(lite)
    run = case.run(1)
    (step,) = case.steps(run)
    path = lite.url.removeprefix("sqlite:///")
    store = lite.open(case.plan, url=f"sqlite:///file:{path}?mode=ro&uri=true")
    before = case.rows()
    for work in (lambda: store.erasing.apply(run, case.here, step, lambda records: None),
                 lambda: store.erasing.capture(case.run(2, run="r2"), case.here, agree),
                 lambda: store.members.fence(run)):
        refused(work, "read-only", "give the account the right")
    assert case.rows() == before


def test_the_printed_grants_are_enough_for_a_whole_closure(account: Case) -> None:
    run = account.run(1, 2)
    account.store.members.fence(run)
    account.close(run)
    assert account.verified(run).residue == {}
    assert len(account.tally(run)) > 10
    account.store.members.open_matters(["3"])
    account.store.erasing.forget(run.family)


@pytest.mark.parametrize("right", ["select", "delete"])
def test_a_missing_right_on_one_table_is_named_with_the_table(pg: SqlKind, account: Case, right: str) -> None:
    pg.execute(f"revoke {right} on device from adieu_account")
    before = account.rows()
    told = refused(lambda: account.close(account.run(1)), "lacks a right", "adieu install")
    assert (told.sqlstate, told.dataset) == ("42501", "shop.device")
    assert account.rows() == before


def test_rows_hidden_by_row_level_security_are_an_error_and_never_missed(pg: SqlKind, account: Case) -> None:
    run = account.run(1)
    pg.execute("alter table token enable row level security")
    pg.execute("create policy few on token to adieu_account using (value like 'e%')")
    before = account.rows()
    told = refused(lambda: account.close(run), "row-level security")
    assert (told.sqlstate, told.dataset) == ("42501", "shop.token")
    assert account.rows() == before
    pg.execute("drop policy few on token")
    refused(lambda: account.close(run), "row-level security")


def test_a_full_disk_undoes_the_step_and_the_repeat_goes_on_sqlite(lite: SqlKind) -> None:
    texts = [{"id": 100 + n, "member_id": 1, "handle": f"t{n}", "why": CANARY * 50} for n in range(40)]
    case = begin(lite, more={"review": texts}, change_map=lambda text: text.replace("author:", f"author: {'x' * 4000} #"))
    run = case.run(1)
    (step,) = case.steps(run)
    before = case.rows()
    assert isinstance(case.store, SqlStore)
    with case.store.database.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count = 1")  # no more than it has
    told = refused(lambda: case.apply(run, step), "disk is full", "make room")
    assert told.dataset == "shop.review"
    assert case.rows() == before
    case.another().apply(run, step)
    assert case.verified(run).residue == {}


if os.geteuid() == 0:  # only root may mount a small disk

    @pytest.fixture
    def small_disk(pg: SqlKind) -> Iterator[Path]:
        disk = Path(mkdtemp())  # not below pytest's own folder, which the server's account may not enter
        owner = Path(str(pg.execute("show data_directory")[0]["data_directory"])).stat()
        size = f"size=1m,uid={owner.st_uid},gid={owner.st_gid},mode=700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=True)
        yield disk
        pg.execute("alter table adieu.captured set tablespace pg_default")
        pg.execute("drop tablespace small")
        subprocess.run(["umount", str(disk)], check=True)
        disk.rmdir()

    def test_a_full_disk_undoes_the_capture_and_the_repeat_goes_on_postgresql(pg: SqlKind, small_disk: Path) -> None:
        case = begin(pg)
        pg.execute(f"create tablespace small location '{small_disk}'")
        pg.execute("alter table adieu.captured set tablespace small")
        pg.execute("insert into token select md5(n::text) || md5((-n)::text), 1 from generate_series(1, 60000) n")
        run = case.run(1)
        before = case.rows()
        told = refused(lambda: case.captured(run, agree), "disk is full", "make room")
        assert told.sqlstate == "53100"
        assert case.rows() == before and case.keys("r1", "device") == set()
        pg.execute("alter table adieu.captured set tablespace pg_default")
        case.close(run)
        assert case.verified(run).residue == {}


def test_a_lock_held_by_somebody_else_is_waited_for_a_while_and_named(kind: SqlKind) -> None:
    case = begin(kind)
    run = case.run(1)
    (step,) = case.steps(run)
    before = case.rows()
    if kind.dialect == "sqlite":
        other = sqlite3.connect(kind.url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("begin immediate")
    else:
        other = psycopg.connect(kind.plain_url)
        other.execute("select * from device where member_id = 1 for update")
    told = refused(lambda: case.apply(run, step), "holds a lock", "close again later")
    assert told.sqlstate in ("55P03", "SQLITE_BUSY")
    other.rollback() if kind.dialect == "postgresql" else other.execute("rollback")
    other.close()
    assert case.rows() == before
    case.apply(run, step)
    assert case.verified(run).residue == {}


def test_a_deadlock_is_tried_again_by_itself(pg: SqlKind) -> None:
    case = begin(pg)
    run = case.run(1)
    (step,) = case.steps(run)
    kept = []
    with psycopg.connect(pg.plain_url) as other:
        other.execute("set deadlock_timeout = '60s'")  # so that ours is the one the server ends
        other.execute("select * from device where member_id = 1 for update")

        def work() -> None:
            other.execute("update orders set status = 'sent' where id = 1")
            other.commit()

        shop = threading.Thread(target=work)

        def keep(records: Sequence[Custodial]) -> None:
            kept.append(records)
            if len(kept) == 1:
                shop.start()

        counts = case.apply(run, step, keep)
        shop.join()
    assert len(kept) == 2 and sum(counts.values()) > 0
    assert case.verified(run).residue == {}


def test_a_store_that_was_not_installed_is_told_to_be(kind: SqlKind) -> None:
    case = begin(kind)
    run = case.run(1)
    tables = ["adieu_journal", "adieu_captured"] if kind.dialect == "sqlite" else ["adieu.journal", "adieu.captured"]
    for table in tables:
        kind.execute(f"drop table {table}")
    before = case.rows()
    for work in (lambda: case.captured(run), lambda: case.store.members.fence(run), lambda: case.tally(run),
                 lambda: case.store.erasing.forget(run.family)):
        refused(work, "a table is missing" if kind.dialect == "postgresql" else "is missing", "adieu install")
    assert case.rows() == before
    case.store.installing.install()
    case.close(run)
    assert case.verified(run).residue == {}


def test_a_map_that_names_what_the_store_has_not_makes_no_plan(kind: SqlKind) -> None:
    for wrong, right, named in (
        ("  shop.phantom: {belongs_to: member_id, on_closure: delete}\n", "", "shop.phantom"),
        ("belongs_to: nobody_id", "belongs_to: member_id", "shop.email_address.nobody_id"),
        ("      nothing: null\n      author:", "      author:", "shop.review.nothing"),
    ):
        anchor = right or "  shop.address:"

        def change(text: str, wrong: str = wrong, anchor: str = anchor, right: str = right) -> str:
            return text.replace(anchor, wrong if right else wrong + anchor, 1)

        with pytest.raises(PlanningError) as caught:
            begin(kind, change_map=change)
        assert named in str(caught.value) and "adieu check" in str(caught.value)
        for table in reversed(list(kind.tables)):
            kind.execute(f"drop table {table}")


def test_a_column_or_table_that_went_after_the_plan_was_made_is_named(kind: SqlKind) -> None:
    case = begin(kind)
    run = case.run(1)
    kind.execute("alter table attachment rename column owner_id to owner")
    told = refused(lambda: case.captured(run), "column is missing", "adieu check")
    assert told.dataset == "shop.attachment"
    kind.execute("alter table attachment rename column owner to owner_id")
    kind.execute("alter table device rename to devices")
    told = refused(lambda: case.captured(run), "missing", "adieu check")
    assert told.dataset == "shop.device"
    kind.execute("alter table devices rename to device")
    case.close(run)
    assert case.verified(run).residue == {}


def test_one_refused_member_stands_alone_and_the_others_close(kind: SqlKind) -> None:
    case = begin(kind)
    run = case.run(1, 2, 3)
    kind.execute("delete from product")
    kind.refuse("login", Refusal.ON_DELETE, {"member_id": 2}, f"no, {CANARY}")
    attempt = Attempt(
        batch="a batch", plan=case.plan, stores={"shop": case.store}, keep=lambda records: None,
        doubt=lambda plan, part: doubting(case.ground(part), part.id),
    )
    ended = {tuple(part.run.keys): part.refused for part in erase(attempt, run)}
    stopped = {keys: told for keys, told in ended.items() if told}
    assert set(stopped) == {("2",)} and stopped[("2",)].dataset == "shop.login"
    assert {row["id"] for row in case.rows()["member"]} == {2}


def test_settings_of_the_shops_database_do_not_change_what_statements_and_keys_mean(pg: SqlKind) -> None:
    settings = {"standard_conforming_strings": "off", "escape_string_warning": "off", "DateStyle": "'German, DMY'",
                "TimeZone": "'Asia/Seoul'", "IntervalStyle": "sql_standard", "extra_float_digits": "-5"}
    for name, value in settings.items():
        pg.execute(f"alter database {_database(pg)} set {name} = {value}")
    case = begin(pg)
    run = case.run(1)
    case.close(run)
    (review,) = (row for row in case.rows()["review"] if row["id"] == 1)
    assert review["author"] == LITERAL
    assert case.verified(run).residue == {}
