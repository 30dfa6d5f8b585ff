"""What a capture answers is what stands in its rows, counted by an insert or asked for, with one owner or several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adieu.adapters.stores.store import SqlStore, StoreAddress, open_installing, open_store
from adieu.datamap.load import load
from adieu.erasure import cut
from adieu.planning.make import make_plan
from adieu.ports.faults import NoFaults
from adieu.ports.stores import Run
from adieu.verification import Ground, doubting, verify

MAP = """adieu: 1
shop: {name: Talk, regimes: {default: kr}, languages: [en]}
stores: {shop: {url: "${X}", backups_kept_days: 1}}
member: {dataset: shop.member, key: id, identifiers: {}}
datasets:
  shop.member: {on_closure: delete, label: {en: Member}}
  shop.login: {belongs_to: member_id, on_closure: delete, label: {en: Login}}
  shop.device: {belongs_to: {login_id: shop.login}, on_closure: delete, label: {en: Device}}
  shop.thread: {belongs_to: [a_id, b_id], on_closure: delete, label: {en: Thread}}
  shop.post: {belongs_to: {thread_id: shop.thread}, on_closure: delete, label: {en: Post}}
"""
ROWS = (
    "create table member (id bigint primary key)",
    "create table login (id bigint primary key, member_id bigint not null)",
    "create table device (id bigint primary key, login_id bigint not null)",
    "create table thread (id bigint primary key, a_id bigint, b_id bigint)",
    "create table post (id bigint primary key, thread_id bigint not null)",
    "create index login_member on login (member_id)", "create index device_login on device (login_id)",
    "create index thread_a on thread (a_id)", "create index thread_b on thread (b_id)",
    "create index post_thread on post (thread_id)",
    "insert into member values (1), (2), (3)", "insert into login values (1, 1), (2, 2), (3, 1), (4, 2), (5, 1), (6, 3)",
    "insert into device values (1, 1), (2, 2), (3, 3), (4, 4), (5, 6)",
    "insert into thread values (1, 1, 2), (2, 2, 1), (3, 1, null), (4, 3, null)",
    "insert into post values (1, 1), (2, 1), (3, 2), (4, 3), (5, 4)",
)  # fmt: skip


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param != "sqlite":
        return str(request.getfixturevalue(request.param))
    (tmp_path / "shop.sqlite").touch()
    return f"sqlite:///{tmp_path / 'shop.sqlite'}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    installing = open_installing(StoreAddress(name="shop", url=url), NoFaults())
    installing.database.write(lambda tx: [tx.execute(sql) for sql in ROWS], "fill")
    installing.install()
    opened = open_store(installing, make_plan(load(MAP, "m"), {"shop": installing.schema()}), chunk_records=2)
    yield opened
    opened.close()


def test_a_record_of_two_members_counts_once_and_every_chunk_holds_what_it_says(store: SqlStore) -> None:
    datamap, schema = load(MAP, "m"), store.installing.schema()
    (plan,) = make_plan(datamap, {"shop": schema}).stores
    run = Run(id="r" * 32, subjects=tuple(store.members.subjects(["1", "2"])))
    ground = Ground(datamap=datamap, schema=schema, subjects=run.subjects)
    caught = store.erasing.capture(run, plan, doubting(ground, run.id))
    assert [(c.dataset.removeprefix("shop."), c.number, c.records) for c in caught.chunks] == [
        ("device", 0, 2), ("device", 1, 2), ("login", 0, 2), ("login", 1, 2), ("login", 2, 1), ("member", 0, 2),
        ("post", 0, 2), ("post", 1, 2), ("thread", 0, 2), ("thread", 1, 1),
    ]  # fmt: skip
    for step in cut(plan, caught.chunks):
        store.erasing.apply(run, plan, step, lambda items: None)
    assert store.read_back(lambda witness: verify(ground, (run.id,), witness)).residue == {}
    assert store.database.read(lambda tx: tx.execute("select id from post")) == [(5,)]
    tallies = sorted((t.owner, t.dataset.removeprefix("shop."), t.records) for t in store.erasing.tally(run.family, plan))
    assert sum(records for owner, _, records in tallies if owner == "2") == 1 + 2 + 2 + 2 + 3  # what both own, counted for each
