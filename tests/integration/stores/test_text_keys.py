"""A generic relation: a text that holds the key of a record of one kind or another, beside the name of the kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adieu.adapters.stores.store import SqlStore, StoreAddress, open_installing, open_store
from adieu.datamap.checks import Level, check
from adieu.datamap.load import load
from adieu.erasure import cut
from adieu.planning.make import make_plan
from adieu.ports.faults import NoFaults
from adieu.ports.stores import Run
from adieu.verification import Ground, doubting, verify

MAP = """adieu: 1
shop: {name: Notes, regimes: {default: kr}, languages: [en]}
stores: {shop: {url: "${X}", backups_kept_days: 1}}
member: {dataset: shop.member, key: id, identifiers: {}}
datasets:
  shop.member: {on_closure: delete, label: {en: Member}}
  shop.orders: {belongs_to: member_id, on_closure: delete, label: {en: Order}}
  shop.remark: {belongs_to: {field: object_id, of: shop.orders, when: {kind: order}}, on_closure: delete, label: {en: Remark}}
"""
ROWS = (
    "create table member (id bigint primary key)", "create table orders (id bigint primary key, member_id bigint not null)",
    "create table remark (id bigint primary key, kind varchar(9) not null, object_id varchar(40))",
    "create index orders_member on orders (member_id)", "create index remark_object on remark (object_id)",
    "insert into member values (1), (2)", "insert into orders values (10, 1), (20, 2)",
    "insert into remark values (1, 'order', '10'), (2, 'order', '20'), (3, 'ticket', '10'), (4, 'order', null), (5, 'order', 'x')",
)


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql"))
    (tmp_path / "shop.sqlite").touch()
    return f"sqlite:///{tmp_path / 'shop.sqlite'}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    installing = open_installing(StoreAddress(name="shop", url=url), NoFaults())
    installing.database.write(lambda tx: [tx.execute(sql) for sql in ROWS], "fill")
    installing.install()
    opened = open_store(installing, make_plan(load(MAP, "m"), {"shop": installing.schema()}))
    yield opened
    opened.close()


def test_the_map_can_be_carried_out(store: SqlStore) -> None:
    assert [f for f in check(load(MAP, "m"), {"shop": store.installing.schema()}) if f.level is Level.ERROR] == []


def test_what_hangs_on_the_members_records_by_a_text_goes_and_nothing_else(store: SqlStore) -> None:
    datamap, schema = load(MAP, "m"), store.installing.schema()
    (plan,) = make_plan(datamap, {"shop": schema}).stores
    run = Run(id="r" * 32, subjects=tuple(store.members.subjects(["1"])))
    ground = Ground(datamap=datamap, schema=schema, subjects=run.subjects)
    caught = store.erasing.capture(run, plan, doubting(ground, run.id))
    for step in cut(plan, caught.chunks):
        store.erasing.apply(run, plan, step, lambda items: None)
    assert store.read_back(lambda witness: verify(ground, (run.id,), witness)).residue == {}
    assert store.database.read(lambda tx: tx.execute("select id from remark order by id")) == [(2,), (3,), (4,), (5,)]
