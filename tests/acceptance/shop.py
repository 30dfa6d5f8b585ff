"""A small shop of our own, on SQLite, PostgreSQL and MariaDB: its tables, its people, its data map. Plain values, no test."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Protocol

import psycopg
from pymysql.cursors import Cursor
from tests.support import mariadb

TABLES = {
    "member": "id integer primary key, email varchar(120) not null unique, first_name varchar(80), last_name varchar(80),"
    " phone varchar(40), joined timestamp not null, active boolean not null default true",
    "address": "id integer primary key, member_id integer not null references member (id), recipient varchar(120),"
    " line varchar(200), phone varchar(40)",
    "shipping_address": "id integer primary key, recipient varchar(120), line varchar(200)",
    "orders": "id integer primary key, member_id integer references member (id), number varchar(40) not null,"
    " placed timestamp not null, shipping_id integer references shipping_address (id), total integer not null,"
    " note varchar(400)",
    "order_line": "id integer primary key, order_id integer not null references orders (id), title varchar(80),"
    " gift_message varchar(400)",
    "newsletter": "id integer primary key, email varchar(120) not null",
    "review": "id integer primary key, member_id integer references member (id), name varchar(80) not null,"
    " body varchar(400) not null, locked integer not null default 0,"
    " constraint review_locked check (locked = 0 or member_id is not null)",
    "login": "id integer primary key, member_id integer not null references member (id), ip varchar(60),"
    " kept integer not null default 0",
    "product": "id integer primary key, title varchar(80)",
}
INDEXED = (
    "address.member_id", "orders.member_id", "orders.shipping_id", "order_line.order_id", "newsletter.email",
    "review.member_id", "login.member_id",
)
#: A trigger of the shop that refuses to let go of one login; elsewhere than on SQLite its text quotes the record.
TRIGGERS = {
    "sqlite": ["create trigger login_kept before delete on login when old.kept = 1"
               " begin select raise(abort, 'this login is kept'); end"],
    "postgresql": [
        "create function keep_login() returns trigger language plpgsql as"
        " $$ begin if old.kept = 1 then raise exception 'kept: %', old; end if; return old; end $$",
        "create trigger login_kept before delete on login for each row execute function keep_login()",
    ],
    "mariadb": [
        "create trigger login_kept before delete on login for each row begin if old.kept = 1 then begin"
        " declare said text default concat('kept: ', old.member_id, ' ', old.ip);"
        " signal sqlstate '45000' set message_text = said; end; end if; end",
    ],
}
DELETED = "shop.member: {on_closure: delete, label: {ko: 회원, en: Member}}"
IN_PLACE = """shop.member:
    on_closure: anonymise
    label: {ko: 회원, en: Member}
    personal: {email: contact.email, first_name: identity.name, last_name: identity.name, phone: contact.phone}
    fields: {email: placeholder, first_name: null, last_name: null, phone: null}"""
MAP = """adieu: 1
shop: {name: Small Shop, contact: privacy@small.example, regimes: {default: kr}, languages: [ko, en]}
stores:
  shop: {url: "${SMALL_SHOP_URL}", backups_kept_days: 30}
member:
  dataset: shop.member
  key: id
  identifiers:
    email: {field: email, verified: always}
    name: {fields: [first_name, last_name]}
    phone: {field: phone}
  created: joined
  fence: {set: {active: false}}
datasets:
  MEMBER
  shop.address: {belongs_to: member_id, on_closure: delete, label: {ko: 주소, en: Address}}
  shop.shipping_address: {owned_through: shop.orders.shipping_id, on_closure: delete, label: {ko: 배송지, en: Delivery address}}
  shop.orders:
    belongs_to: member_id
    on_closure: retain
    basis: kr.contract
    counted_from: placed
    into_vault: [number, placed, total, shipping_id.recipient, shipping_id.line, member.name, member.email]
    afterwards: pseudonymise
    label: {ko: 주문, en: Order}
    personal: {note: free_text}
    fields: {member_id: null, shipping_id: null, note: null, number: {unchanged: found again by it while the vault keeps it}}
  shop.order_line:
    belongs_to: {order_id: shop.orders}
    on_closure: anonymise
    label: {ko: 주문 상품, en: Order line}
    personal: {gift_message: free_text}
    not_personal: {title: the product's title}
    fields: {gift_message: null}
  shop.newsletter: {belongs_to: {email: email}, on_closure: delete, label: {ko: 소식지, en: Newsletter}}
  shop.review:
    belongs_to: member_id
    on_closure: anonymise
    label: {ko: 후기, en: Review}
    personal: {name: identity.name, body: free_text}
    fields: {member_id: null, name: 탈퇴 회원, body: keep_if_no_person}
  shop.login: {belongs_to: member_id, on_closure: delete, label: {ko: 로그인, en: Login}}
  shop.product: {on_closure: leave, because: no personal data}
open_matters:
  orders_under_way: {dataset: shop.orders, when: {total: {in: [-1]}}, show: [number], effect: wait}
"""


class Fields(Protocol):
    """What the member's fields hold."""

    email: str
    first: str
    last: str
    phone: str
    address: str
    text: str


class Plain:
    """An ordinary member."""

    def __init__(self, key: int) -> None:
        self.email, self.first, self.last = f"person{key}@mail.example", f"Given{key}", f"Family{key}"
        self.phone, self.address, self.text = f"010-5555-{key:04d}", f"{key} Long Street", f"Ring twice, says Given{key}"


def map_text(member: str = DELETED) -> str:
    """The data map."""
    return MAP.replace("MEMBER", member)


def schema(dialect: str) -> Iterator[str]:
    """The statements that create the shop."""
    for name, columns in TABLES.items():
        yield f"create table {name} ({columns})"
    for place in INDEXED:
        table, column = place.split(".")
        yield f"create index {table}_{column} on {table} ({column})"
    yield from TRIGGERS[dialect]


def person(key: int, who: Fields | None = None, joined: str = "2024-05-06 07:08:09") -> Iterator[tuple[str, tuple[object, ...]]]:
    """The rows of one member: (table, values)."""
    who = who or Plain(key)
    name = f"{who.first} {who.last}"
    yield "member", (key, who.email, who.first, who.last, who.phone, joined, True)
    for n in (1, 2):
        yield "address", (key * 10 + n, key, name, who.address, who.phone)
        yield "shipping_address", (key * 10 + n, name, who.address)
        yield "orders", (key * 10 + n, key, f"N-{key}-{n}", f"2026-0{n}-03 10:00:00", key * 10 + n, 1000 * n, who.text)
        yield "order_line", (key * 10 + n, key * 10 + n, "A book", who.text)
        yield "login", (key * 10 + n, key, f"203.0.113.{key}", 0)
    yield "newsletter", (key, who.email.upper() if key % 2 else who.email)
    yield "review", (key * 10 + 1, key, who.first, f"Nice, thanks from {who.first} {who.last} {who.email}", 0)
    yield "review", (key * 10 + 2, key, who.first, "A good book", 0)


def everybody() -> Iterator[tuple[str, tuple[object, ...]]]:
    """Members 1 to 3 who will leave, 4 and 5 who stay; 4 shares a delivery address with 1."""
    for key in range(1, 6):
        yield from person(key)
    yield "orders", (49, 4, "N-4-9", "2026-03-03 10:00:00", 11, 900, None)
    yield "product", (1, "A book")


class Connection(Protocol):
    """The little of DB-API that both drivers share."""

    def execute(self, sql: str, params: tuple[object, ...] = ..., /) -> object: ...


class _OneCursor:
    """The same over pymysql, whose connections do not execute."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def execute(self, sql: str, params: tuple[object, ...] = ()) -> Cursor:
        self._cursor.execute(sql, params or None)
        return self._cursor


class Database:
    """The shop's database, for the tests' own reading and writing."""

    def __init__(self, dialect: str, url: str) -> None:
        self.dialect, self.url = dialect, url

    def write(self, statements: Sequence[str | tuple[str, tuple[object, ...]]]) -> None:
        """Execute statements, or insert rows, in one transaction."""
        mark = "?" if self.dialect == "sqlite" else "%s"
        with self._connection() as connection:
            for one in statements:
                if one == "analyze" and self.dialect == "mariadb":
                    connection.execute(f"analyze table {', '.join(TABLES)}")
                elif isinstance(one, str):
                    connection.execute(one)
                else:
                    table, row = one
                    connection.execute(f"insert into {table} values ({', '.join([mark] * len(row))})", row)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """A query's rows."""
        with self._connection() as connection:
            return [tuple(row) for row in connection.execute(sql).fetchall()]

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all the shop's tables."""
        return {name: self.rows(f"select * from {name} order by id") for name in TABLES}

    def captured(self) -> int:
        """How many captured keys of Adieu's are left."""
        return int(str(self.rows(f"select count(*) from {self.own_table('captured')}")[0][0]))

    def own_table(self, name: str) -> str:
        """One of Adieu's own tables in the store."""
        places = {"sqlite": "adieu_", "postgresql": "adieu.", "mariadb": f"adieu.{self.name}_"}
        return f"{places[self.dialect]}{name}"

    @property
    def name(self) -> str:
        """The database's name on its server."""
        return self.url.split("?")[0].rpartition("/")[2]

    def own_tables(self) -> list[tuple[object, ...]]:
        """Everything that stands in Adieu's tables in the store."""
        return [row for name in ("journal", "captured") for row in self.rows(f"select * from {self.own_table(name)}")]

    @contextlib.contextmanager
    def _connection(self) -> Iterator[object]:  # type: ignore[misc]
        if self.dialect == "sqlite":
            with contextlib.closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as lite, lite:
                yield lite
        elif self.dialect == "mariadb":
            with contextlib.closing(mariadb.connect(self.url, Cursor)) as server:
                yield _OneCursor(server.cursor())
        else:
            with psycopg.connect(self.url.replace("+psycopg", "")) as post:
                yield post
