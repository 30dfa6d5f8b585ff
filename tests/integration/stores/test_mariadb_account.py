"""What MariaDB brings beyond the contract: accounts with few rights, engines without transactions, other databases."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.support.sql_kind import SqlKind

from adieu.adapters.stores.store import StoreAddress, open_installing
from adieu.datamap.schema import Kind
from adieu.errors import SettingsError, StoreError, StoreUnreachable
from adieu.ports.faults import NoFaults
from adieu.testing.contract.case import begin


@pytest.fixture
def kind(mariadb: str) -> Iterator[SqlKind]:
    kind = SqlKind(mariadb)
    yield kind
    kind.close()


def test_the_printed_grants_are_enough_for_a_closure_and_no_more(kind: SqlKind) -> None:
    case = begin(kind)
    kind.execute("create or replace user few@localhost")
    grants = case.store.installing.grants(case.here, case.plan.member, "few@localhost")
    for grant in grants:
        kind.execute(grant)
    few = replace(case, store=kind.open(case.plan, url=kind.url.replace("//root@", "//few@")))
    run = few.run(1)
    few.close(run)
    assert few.verified(run).residue == {}
    with pytest.raises(StoreError, match="lacks a right"):
        few.store.database.write(lambda tx: tx.execute("delete from product", None, "shop.product"), "test")


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("change", [("//root@", "//nobody@"), ("?unix_socket=", "?unix_socket=/nowhere"), ("/t", "/no_such_t")])
def test_a_store_that_cannot_be_reached_is_told_so(kind: SqlKind, change: tuple[str, str]) -> None:
    address = kind.address(kind.url.replace(*change, 1) if change[0] != "/t" else kind.url.replace("@/t", "@/no_such_t"))
    with pytest.raises(StoreUnreachable):
        open_installing(address, NoFaults()).schema()
    gc.collect()  # the driver leaves the socket of a refused connection to the collector


def test_an_address_without_a_database_is_refused() -> None:
    with pytest.raises(SettingsError, match="name its database"):
        open_installing(StoreAddress(name="shop", url="mysql://a@localhost/"), NoFaults())


def test_the_schema_says_what_an_engine_does_not_promise(kind: SqlKind) -> None:
    kind.execute("create table plain (id int unsigned primary key, kind enum('a','it''s') not null) engine=MyISAM")
    kind.execute("create table kept (id int primary key, note text, data json) with system versioning")
    kind.execute("create table child (id int primary key, kept_id int, index (kept_id), note varchar(9),"
                 " foreign key (kept_id) references kept (id) on delete cascade)")
    tables = kind.installing().schema().tables
    plain, kept, child = (tables[f"shop.{name}"] for name in ("plain", "kept", "child"))
    assert (plain.transactional, plain.columns["kind"].choices) == (False, ("a", "it's"))
    assert (kept.transactional, kept.system_versioned, kept.columns["data"].kind) == (True, True, Kind.JSON)
    (pointer,) = child.foreign_keys
    assert (pointer.to, pointer.on_delete, child.has_index_on(("kept_id",))) == ("shop.kept", "CASCADE", True)
    assert child.columns["note"].length == 9
