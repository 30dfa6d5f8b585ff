"""What is read of a live schema, on the real engines."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from adieu.adapters.stores.reflection import read_schema
from adieu.datamap.schema import ForeignKey, Kind, Schema
from adieu.errors import StoreError

POSTGRESQL = """
create schema adieu; create table adieu.journal (run text primary key);
create schema crm; create schema hidden;
create domain short as varchar(20) not null;
create type state as enum ('open', 'done'); create domain odd as int check (value <> 2);
create table ticket (
    id int primary key, now state, was varchar(9) check (was in ('it''s', 'gone')), one text check (one = 'x'),
    stars int check (stars in (1, 2, -3)), amount numeric check (amount >= 0), low int check (low >= 3),
    free text check (free <> ''), "Word" text check ("Word" in ('a')), constraint level check (low >= 1));
create table lot (id int primary key, number odd);
create table member (
    id bigint generated always as identity primary key, email varchar(254) not null unique, born date, tag short,
    name text default '', lower_name text generated always as (lower(name)) stored, data jsonb, seen timestamptz,
    made timestamp, gone boolean, token uuid, photo bytea, price numeric(8,2), check (price > 0));
create table crm.note (
    id int primary key, member_id bigint references member (id) on delete cascade,
    journal text references adieu.journal (run), body text);
create table orders (
    id int, member_id bigint references member (id) on delete set null, placed date not null, primary key (id, placed)
) partition by range (placed);
create table orders_2026 partition of orders for values from ('2026-01-01') to ('2027-01-01');
create table line (order_id int, placed date, foreign key (order_id, placed) references orders (id, placed));
create index on line (order_id, placed);
create index partial on orders_2026 (member_id) where member_id > 5;
create index on member (lower(email)); create index by_name on member (name, lower(email), born);
create index wide on member using gin (data);
create view member_view as select id, email from member;
create materialized view member_copy as select id, email from member;
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger audit before delete on member for each row execute function f();
create rule keep as on delete to line do instead nothing;
alter table crm.note enable row level security;
insert into member (email, price, tag) select 'a' || n, 1, 't' from generate_series(1, 40) n;
insert into orders select n, 1, '2026-02-01' from generate_series(1, 7) n;
analyze;
"""

SQLITE = """
create table adieu_journal (run text primary key);
create table member (
    id integer primary key, email varchar(254) not null unique, born date, name text default '', made datetime,
    gone bool not null, price decimal(8,2) check (price > 0), upper_name text generated always as (upper(name)));
create table note (id bigint primary key, member_id bigint references member (id) on delete cascade, body text,
    lost integer references elsewhere (id));
create table ticket (
    id integer primary key, was varchar(9) check (was in ('it''s', 'gone')), one text check ("one" = 'check (1)'),
    stars int CHECK(Stars in (1, 2, -3)), amount numeric default 0 check (amount >= 0), -- check (id in (1))
    low int, constraint level check ((low >= 3)), check (low >= 1));
create table lot (id int primary key, number int check (number <> 2));
create table folded (id int primary key, was text collate nocase check (was in ('a')));
create table pair (a int, b int, primary key (a, b)) without rowid;
create index note_member on note (member_id);
create index note_partial on note (body) where body <> '';
create index note_folded on note (lower(body));
create view member_view as select id, email from member;
create trigger audit after delete on member begin select 1; end;
create virtual table search using fts5 (body);
insert into member (email, gone) values ('a', 0), ('b', 0);
"""


def schema_of(url: str, script: str) -> Schema:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in script.split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
        with engine.connect() as connection:
            return read_schema(connection, "shop")
    finally:
        engine.dispose()


@pytest.fixture
def pg(postgresql: str) -> Schema:
    return schema_of(postgresql, POSTGRESQL)


@pytest.fixture
def lite() -> Schema:
    return schema_of("sqlite://", SQLITE)


def test_postgresql_names_the_current_schema_short_others_with_their_schema_and_leaves_adieus_own_out(pg: Schema) -> None:
    assert set(pg.tables) == {
        "shop.member", "shop.crm.note", "shop.orders", "shop.orders_2026", "shop.line", "shop.member_view",
        "shop.member_copy", "shop.ticket", "shop.lot",
    }


def test_postgresql_columns_are_read_with_type_kind_length_and_whether_they_can_be_written(pg: Schema) -> None:
    columns = pg.tables["shop.member"].columns
    assert {name: column.kind for name, column in columns.items()} == {
        "id": Kind.INTEGER, "email": Kind.TEXT, "born": Kind.DATE, "tag": Kind.TEXT, "name": Kind.TEXT,
        "lower_name": Kind.TEXT, "data": Kind.JSON, "seen": Kind.TIMESTAMP, "made": Kind.NAIVE_TIMESTAMP,
        "gone": Kind.BOOLEAN, "token": Kind.UUID, "photo": Kind.BINARY, "price": Kind.NUMBER,
    }
    assert (columns["email"].type, columns["email"].length) == ("character varying(254)", 254)
    assert not columns["email"].nullable and columns["name"].nullable and not columns["tag"].nullable
    assert columns["tag"].length == 20
    assert columns["id"].generated and columns["lower_name"].generated and not columns["name"].generated
    assert columns["name"].has_default and columns["id"].has_default and not columns["born"].has_default


def test_postgresql_foreign_keys_say_what_a_delete_does(pg: Schema) -> None:
    assert pg.tables["shop.crm.note"].foreign_keys == (
        ForeignKey(columns=("member_id",), to="shop.member", to_columns=("id",), on_delete="CASCADE"),
    )
    assert pg.tables["shop.orders"].foreign_keys[0].on_delete == "SET NULL"
    assert pg.tables["shop.line"].foreign_keys == (
        ForeignKey(columns=("order_id", "placed"), to="shop.orders", to_columns=("id", "placed")),
    )


def test_a_foreign_key_to_a_table_that_is_left_out_becomes_a_note(pg: Schema, lite: Schema) -> None:
    assert any("shop.crm.note" in note and "journal" in note for note in pg.notes)
    assert any("shop.note" in note and "lost" in note for note in lite.notes)


def test_postgresql_indexes_count_only_where_they_serve_every_row(pg: Schema) -> None:
    member = pg.tables["shop.member"]
    assert set(member.indexes) == {("email",), ("name",)}
    assert member.uniques == (("email",),)
    assert pg.tables["shop.line"].has_index_on(("placed", "order_id"))
    assert not pg.tables["shop.orders_2026"].has_index_on(("member_id",))


def test_postgresql_facts_the_inspector_lacks(pg: Schema) -> None:
    assert pg.tables["shop.member"].rows == 40
    assert pg.tables["shop.orders"].rows == 7
    assert pg.tables["shop.orders_2026"].partition_of == "shop.orders"
    assert pg.tables["shop.member"].triggers == ("audit",)
    assert pg.tables["shop.line"].triggers == ("rule keep",)
    assert pg.tables["shop.crm.note"].row_security and not pg.tables["shop.member"].row_security
    assert pg.tables["shop.member_view"].is_view and not pg.tables["shop.member_view"].materialised
    assert pg.tables["shop.member_copy"].is_view and pg.tables["shop.member_copy"].materialised
    assert any("CHECK" in note and "shop.member" in note for note in pg.notes)
    assert pg.version and pg.dialect == "postgresql"


def test_sqlite_columns_keys_and_indexes(lite: Schema) -> None:
    member, note = lite.tables["shop.member"], lite.tables["shop.note"]
    assert {name: column.kind for name, column in member.columns.items()} == {
        "id": Kind.INTEGER, "email": Kind.TEXT, "born": Kind.DATE, "name": Kind.TEXT, "made": Kind.NAIVE_TIMESTAMP,
        "gone": Kind.BOOLEAN, "price": Kind.NUMBER, "upper_name": Kind.TEXT,
    }
    assert member.columns["email"].length == 254 and not member.columns["email"].nullable
    assert member.columns["upper_name"].generated and not member.columns["name"].generated
    assert member.columns["id"].has_default and not note.columns["id"].has_default
    assert member.uniques == (("email",),)
    assert note.indexes == (("id",), ("member_id",))
    assert note.foreign_keys == (
        ForeignKey(columns=("member_id",), to="shop.member", to_columns=("id",), on_delete="CASCADE"),
    )
    assert lite.tables["shop.pair"].primary_key == ("a", "b")


def test_sqlite_facts_the_inspector_lacks(lite: Schema) -> None:
    assert "shop.adieu_journal" not in lite.tables
    assert lite.tables["shop.member"].rows == 2
    assert lite.tables["shop.member"].triggers == ("audit",)
    assert lite.tables["shop.member_view"].is_view
    assert lite.tables["shop.search_content"].partition_of == "shop.search"
    assert any("CHECK" in note and "shop.member" in note for note in lite.notes)


def admitted(whole: Schema, dataset: str) -> dict[str, tuple[tuple[str, ...], float | None]]:
    columns = whole.tables[dataset].columns
    return {name: (c.choices, c.least) for name, c in columns.items() if c.choices or c.least is not None}


SIMPLE: dict[str, tuple[tuple[str, ...], float | None]] = {
    "was": (("it's", "gone"), None), "stars": (("1", "2", "-3"), None), "amount": ((), 0), "low": ((), 3),
}


def test_enums_and_simple_checks_are_read_and_the_others_are_a_note(pg: Schema) -> None:
    more = {"now": (("open", "done"), None), "one": (("x",), None), "Word": (("a",), None)}
    assert admitted(pg, "shop.ticket") == {**SIMPLE, **more}
    (note,) = [note for note in pg.notes if "CHECK" in note]
    assert "shop.ticket" in note and "shop.lot" in note and "shop.member" in note and "shop.orders" not in note


def test_sqlite_checks_are_read_out_of_the_declaration(lite: Schema) -> None:
    assert admitted(lite, "shop.ticket") == {**SIMPLE, "one": (("check (1)",), None)}
    assert admitted(lite, "shop.folded") == {}
    (note,) = [note for note in lite.notes if "CHECK" in note]
    assert "shop.lot" in note and "shop.folded" in note and "shop.ticket" not in note


def test_an_unreadable_catalogue_is_a_store_error_without_the_engines_text() -> None:
    engine = create_engine("sqlite:///file:nowhere/none.db?mode=ro&uri=true")
    connection = create_engine("sqlite://").connect()
    connection.connection.driver_connection.close()  # type: ignore[union-attr]
    with pytest.raises(StoreError) as caught:
        read_schema(connection, "shop")
    assert "closed" not in str(caught.value)
    engine.dispose()


def test_postgresql_says_which_tables_the_account_may_not_read(postgresql: str) -> None:
    engine = create_engine(postgresql)
    with engine.begin() as connection:
        connection.execute(text("create table secret (id int primary key)"))
        connection.execute(text("drop role if exists reader"))
        connection.execute(text("create role reader"))
    with engine.begin() as connection:
        connection.execute(text("set local role reader"))
        notes = read_schema(connection, "shop").notes
        connection.execute(text("reset role"))
    engine.dispose()
    assert any("shop.secret" in note and "may not read" in note for note in notes)
