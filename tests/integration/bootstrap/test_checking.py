"""What `adieu check` says of real stores: promises proved on the data, and what planning would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from adieu.adapters.stores.store import StoreAddress, open_installing
from adieu.bootstrap.checking import check_live
from adieu.datamap import load
from adieu.datamap.checks import Code, Finding, Level
from adieu.ports.faults import NoFaults

MAP = """
adieu: 1
shop: {name: Books, regimes: {default: kr}}
stores: {shop: {url: unused}}
member:
  dataset: shop.member
  key: id
  identifiers:
    email: {field: email, verified: shop.login.verified, stored: normalised}
    phone: {field: phone}
datasets:
  shop.member: {on_closure: delete}
  shop.login: {belongs_to: member_id, on_closure: delete}
  shop.guest:
    belongs_to:
      - {field: email, identifier: email, stored: normalised}
      - {field: phone, identifier: phone, stored: normalised}
      - {field: doc, identifier: email, path: who.mail, stored: normalised}
    on_closure: delete
  shop.thread: {belongs_to: [member_id, {post_id: shop.post}], on_closure: delete}
  shop.post: {belongs_to: [member_id, {thread_id: shop.thread}], on_closure: delete}
"""
FOLDED = {"postgresql": "varchar(99)", "sqlite": "varchar(99) collate nocase"}
TABLES = """
create table member (id bigint primary key, email {folded}, phone varchar(20));
create table login (id bigint primary key, member_id bigint not null references member, email {folded}, verified boolean);
create table guest (id bigint primary key, email {folded}, phone varchar(20), doc {json});
create table thread (id bigint primary key, member_id bigint not null references member, post_id bigint);
create table post (id bigint primary key, member_id bigint not null references member,
    thread_id bigint not null references thread);
insert into member values (1, 'mina@example.com', '+821012345678'), (2, null, null);
insert into login values (1, 1, 'mina@example.com', true);
insert into guest values (1, 'mina@example.com', '01012345678', '{{"who": {{"mail": "mina@example.com"}}}}'),
    (2, '', null, null), (3, null, '', '{{}}')
"""
DATA = {Code.NOT_NORMALISED, Code.PROMISE_PART_READ}


@pytest.fixture(params=["postgresql", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    lite = f"sqlite:///{tmp_path / 'shop.db'}"
    made = create_engine(lite if request.param == "sqlite" else request.getfixturevalue("postgresql"))
    json = "jsonb" if request.param == "postgresql" else "json"
    write(made, *TABLES.format(folded=FOLDED[request.param], json=json).split(";\n"))
    yield made
    made.dispose()


def write(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def found(engine: Engine, text: str = MAP, rows: int = 1000) -> list[Finding]:
    url = engine.url.render_as_string(hide_password=False)
    store = open_installing(StoreAddress(name="shop", url=url), NoFaults())
    try:
        return list(check_live(load(text, "adieu.yaml"), {"shop": store}, rows))
    finally:
        store.database.close()


def test_kept_promises_and_a_map_that_can_be_planned_say_nothing(engine: Engine) -> None:
    said = found(engine)
    assert [f for f in said if f.code in DATA | {Code.PLAN_REFUSED} or f.level is Level.ERROR] == []


BROKEN = {
    "shop.guest.email": [
        "update guest set email = 'Canary@example.com' where id = 1", "update guest set email = ' canary@example.com' where id = 2",
    ],
    "shop.guest.phone": [
        "update guest set phone = '010-1234-5678' where id = 1", "update guest set phone = '010 9' where id = 3",
    ],
    "shop.guest.doc.who.mail": [
        """update guest set doc = '{"who": {"mail": "Canary@example.com"}}' where id = 1""",
        """update guest set doc = '{"who": {"mail": "canary@example.com "}}' where id = 2""",
    ],
    "shop.member.email": [
        "update member set email = 'Canary@example.com' where id = 1", "update member set email = 'e\u0301@x.org' where id = 2",
    ],
    "shop.login.email": [
        "update login set email = 'Canary@example.com'",
        "insert into login values (2, 2, 'canary@example.com\t', false)",
    ],
}


@pytest.mark.parametrize("place", BROKEN)
def test_a_broken_promise_is_refused_with_dataset_column_and_count_and_never_a_value(engine: Engine, place: str) -> None:
    write(engine, *BROKEN[place])
    (said,) = [f for f in found(engine) if f.code in DATA]
    assert (said.level, said.code, f"{said.dataset}.{said.field}") == (Level.ERROR, Code.NOT_NORMALISED, place)
    assert ": 2 in " in said.what
    assert "anary" not in str(said) and "example" not in str(said)


def test_what_was_not_read_is_believed_and_said(engine: Engine) -> None:
    write(engine, "update guest set email = 'Canary@example.com' where id = 3")
    said = [f for f in found(engine, rows=2) if f.field == "email" and f.dataset == "shop.guest" and f.code in DATA]
    assert [(f.level, f.code) for f in said] == [(Level.INFO, Code.PROMISE_PART_READ)]
    assert "first 2 records" in said[0].what
    nothing = [f for f in found(engine, rows=0) if f.code in DATA]
    assert {f.code for f in nothing} == {Code.PROMISE_PART_READ} and len(nothing) == 5


def test_a_cycle_that_no_nullable_link_breaks_is_a_finding(engine: Engine) -> None:
    write(engine, "drop table post", "drop table thread")
    post = "references post" if engine.dialect.name == "sqlite" else ""
    thread = f"create table thread (id bigint primary key, member_id bigint references member, post_id bigint not null {post})"
    write(engine, thread)
    write(engine, "create table post (id bigint primary key, member_id bigint references member, thread_id bigint not null"
          " references thread)")
    if not post:
        write(engine, "alter table thread add foreign key (post_id) references post")
    (said,) = [f for f in found(engine) if f.level is Level.ERROR]
    assert (said.code, said.dataset) == (Code.PLAN_REFUSED, "shop")
    assert "shop.thread" in said.what and "shop.post" in said.what


def test_what_was_said_already_is_not_said_again_as_a_refused_plan(engine: Engine) -> None:
    write(engine, "create table log (note text)")
    said = found(engine, f"{MAP}  shop.log: {{belongs_to: {{note: email}}, on_closure: delete}}\n")
    assert [f.code for f in said if f.level is Level.ERROR] == [Code.NO_PRIMARY_KEY]


def test_missing_datasets_and_columns_are_findings_and_their_data_are_not_asked_for(engine: Engine) -> None:
    write(engine, "drop table post", "alter table guest drop column email")
    gone = f"{MAP}  shop.old: {{on_closure: leave, because: nothing personal}}\n"
    said = [f for f in found(engine, gone) if f.level is Level.ERROR]
    assert {(f.code, f.dataset) for f in said} == {
        (Code.MISSING_DATASET, "shop.post"), (Code.MISSING_DATASET, "shop.old"), (Code.MISSING_COLUMN, "shop.guest"),
    }
