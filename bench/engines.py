"""`make bench-engines`: the batch of 1,000 on MariaDB and on SQLite against each engine's own hand-written SQL, paired.

The shop is that of bench/shop.sql, its rows made by the same formulas; each engine gets them by its own means. The limit is
what one would write there by hand: the ids in a temporary table, joined. Both databases of an
engine are written as safely as each other; fails where end states differ.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import pymysql
from tests.support.mariadb import server

from adieu.bootstrap import make_keys, open_house, open_map, open_schemas
from adieu.settings import Settings
from bench.run import PLACEHOLDER, TABLES, close_members

ROOT = Path(__file__).resolve().parent.parent
Row = tuple[object, ...]
_DAY, _NOW = "2026-{:02}-{:02} 09:00:00", "2026-11-20 09:00:00"
_POOL_BYTES = 1 << 30  # both databases of 20,000 members lie in it, as those of PostgreSQL and SQLite lie in memory
_INDEXED = (
    ("address", "member_id"), ("payment_card", "member_id"), ("payment_card", "billing_address_id"), ("orders", "member_id"),
    ("orders", "shipping_address_id"), ("order_item", "order_id"), ("review", "member_id"), ("support_ticket", "member_id"),
    ("ticket_message", "ticket_id"), ("login_event", "member_id"), ("wishlist", "member_id"), ("newsletter_sub", "email"),
)  # fmt: skip


class Cursor(Protocol):
    """What both drivers' cursors do."""

    def execute(self, sql: str, /) -> object: ...
    def executemany(self, sql: str, rows: Sequence[Row], /) -> object: ...
    def fetchall(self) -> Iterable[Row]: ...


def _at(number: int) -> str:
    return _DAY.format(1 + number % 10, 1 + number % 28)


def _rows(m: int) -> Iterator[tuple[str, Row]]:
    """The 51 rows of member m, as bench/shop.sql computes them; only the instants are simpler."""
    name, phone, mail = f"First{m} Last{m}", f"+1555{m:07}", f"member{m}@example.com"
    ip = f"10.{m // 65536 % 256}.{m // 256 % 256}.{m % 256}"
    born = f"{1960 + m * 37 % 40}-{1 + m % 12:02}-{1 + m % 28:02}"
    yield "member", (m, mail, name, phone, born, "mfx"[m % 3], "en_US", _at(m), ip, "active")
    for k in (1, 2):
        place = (f"Street {m}", str(m % 200), f"City{m % 500}", "ST", f"{m % 99999:05}", "US", phone)
        yield "address", ((m - 1) * 2 + k, m, f"home{k}", name, *place)
    token = hashlib.md5(str(m).encode(), usedforsecurity=False).hexdigest()
    yield "payment_card", (m, m, (m - 1) * 2 + 1, name, f"{m % 10000:04}", token, "12/29")
    for k in range(1, 7):
        ship = (name, f"Street {m} City{m % 500}", mail, f"leave at door {k}")
        yield "orders", ((m - 1) * 6 + k, m, (m - 1) * 2 + 1 + k % 2, _at(k), 1000 + m * k % 50000, "delivered", *ship)
    for k in range(1, 16):
        product = m * k % 5000
        bought = (product, f"Product {product}", 1 + k % 3, 499 + k * 100, f"Happy birthday {m}")
        yield "order_item", ((m - 1) * 15 + k, (m - 1) * 6 + 1 + k % 6, *bought)
    for k in (1, 2, 3):
        body = f"I am First{m} and I liked it. " + "lorem " * 20
        yield "review", ((m - 1) * 3 + k, m, m * k % 5000, 1 + k % 5, f"Title {k}", body, f"First{m} L.", _at(k))
    for k in (1, 2):
        yield "support_ticket", ((m - 1) * 2 + k, m, f"Problem {k}", mail, _at(k), "closed")
    for k in range(1, 6):
        yield "ticket_message", ((m - 1) * 5 + k, (m - 1) * 2 + 1 + k % 2, name, f"Hello, my number is {phone}", _at(k))
    for k in range(1, 11):
        yield "login_event", ((m - 1) * 10 + k, m, ip, f"Mozilla/5.0 {k}", _at(k), 1)
    for k in range(1, 6):
        yield "wishlist", ((m - 1) * 5 + k, m, m * k % 5000, f"for me {k}", _at(k))
    yield "newsletter_sub", (m, mail, "checkout", _NOW)


def _tables() -> list[str]:
    """The CREATE TABLE statements of bench/shop.sql."""
    sql = (ROOT / "bench" / "shop.sql").read_text()
    return re.findall(r"create table \w+\(.*?\);", sql, re.DOTALL)


def _fill(cursor: Cursor, members: int, mark: str) -> None:
    for first in range(1, members + 1, 1000):
        by_table: dict[str, list[Row]] = {table: [] for table in TABLES}
        for m in range(first, min(first + 1000, members + 1)):
            for table, row in _rows(m):
                by_table[table].append(row)
        for table, rows in by_table.items():
            cursor.executemany(f"insert into {table} values ({', '.join([mark] * len(rows[0]))})", rows)
    for number, (table, column) in enumerate(_INDEXED):
        cursor.execute(f"create index i{number} on {table} ({column})")


class MariadbShop:
    """Two equal databases of one MariaDB server."""

    name, mark = "MariaDB 10.11", "%s"

    def __init__(self, socket: Path, members: int) -> None:
        self._socket = socket
        with closing(self.connect("")) as shop, shop.cursor() as cursor:  # the tests' server has room for a small shop only
            cursor.execute(f"set global innodb_buffer_pool_size = {_POOL_BYTES}")
        for database in ("ours", "theirs"):
            with closing(self.connect("")) as shop, shop.cursor() as cursor:
                cursor.execute(f"create database {database}")
            with closing(self.connect(database)) as shop, shop.cursor() as cursor:
                for statement in _tables():
                    cursor.execute(self._own(statement))
                _fill(cursor, members, self.mark)
                shop.commit()
                for table in TABLES:
                    cursor.execute(f"analyze table {table}")
        self.url = f"mysql+pymysql://root@/ours?unix_socket={socket}"

    def _own(self, statement: str) -> str:
        """In MariaDB's types: an indexed text has a length, and an inline REFERENCES of MariaDB 10.5 and later counts."""
        statement = statement.replace("email text not null", "email varchar(255) not null")
        return statement.replace("timestamptz", "datetime(6)").replace(" text", " varchar(255)")

    def connect(self, database: str) -> pymysql.Connection[pymysql.cursors.Cursor]:
        return pymysql.connect(
            unix_socket=str(self._socket), user="root", database=database or None, charset="utf8mb4",
            init_command="set session transaction isolation level read committed",
        )  # fmt: skip

    def by_hand(self) -> tuple[Callable[[list[int]], None], Callable[[], None]]:
        shop = self.connect("theirs")
        with shop.cursor() as cursor:
            cursor.execute("create temporary table leaving (id bigint primary key) engine=InnoDB")
        shop.commit()

        def close(ids: list[int]) -> None:
            with shop.cursor() as cursor:
                cursor.executemany("insert into leaving values (%s)", [(id,) for id in sorted(ids)])
                for statement in _BY_HAND_MARIADB:
                    cursor.execute(statement)
                cursor.execute("delete from leaving")
            shop.commit()

        return close, shop.close

    def rows(self, table: str) -> list[set[Row]]:
        found = []
        for database in ("ours", "theirs"):
            with closing(self.connect(database)) as shop, shop.cursor() as cursor:
                cursor.execute(f"select * from {table}")
                found.append(_compared(cursor.fetchall()))
        return found


_LEAVING = "straight_join {} x on x.member_id = l.id"
_BY_HAND_MARIADB = (
    "delete x from leaving l straight_join support_ticket t on t.member_id = l.id"
    " straight_join ticket_message x on x.ticket_id = t.id",
    *(f"delete x from leaving l {_LEAVING.format(table)}"
      for table in ("support_ticket", "login_event", "wishlist", "review", "payment_card")),
    "delete x from leaving l straight_join member m on m.id = l.id straight_join newsletter_sub x on x.email = m.email",
    "update leaving l straight_join member x on x.id = l.id set x.email = concat(md5(concat(x.id, 'salt')),"
    " '@erased.invalid'), x.name = null, x.phone = null, x.birth_date = null, x.gender = null, x.last_login_ip = null",
    f"update leaving l {_LEAVING.format('address')} set x.recipient = null, x.street = null, x.house = null,"
    " x.city = null, x.state = null, x.zip = null, x.phone = null",
    f"update leaving l {_LEAVING.format('orders')} set x.ship_name = null, x.ship_address = null,"
    " x.contact_email = null, x.note = null",
    "update leaving l straight_join orders o on o.member_id = l.id straight_join order_item x on x.order_id = o.id"
    " set x.gift_message = null",
)


class SqliteShop:
    """Two equal SQLite files, written ahead (WAL), synced as SQLite does by itself."""

    name, mark = "SQLite", "?"

    def __init__(self, folder: Path, members: int) -> None:
        self._files = (folder / "ours.sqlite", folder / "theirs.sqlite")
        for file in self._files:
            with closing(sqlite3.connect(file)) as shop, shop:
                shop.execute("pragma journal_mode = wal")
                for statement in _tables():
                    shop.execute(statement.replace("bigint primary key", "integer primary key"))
                _fill(shop.cursor(), members, self.mark)
                shop.execute("analyze")
        self.url = f"sqlite:///{self._files[0]}"

    def by_hand(self) -> tuple[Callable[[list[int]], None], Callable[[], None]]:
        shop = sqlite3.connect(self._files[1])
        shop.create_function("md5", 1, lambda v: hashlib.md5(v.encode(), usedforsecurity=False).hexdigest(), deterministic=True)
        shop.execute("pragma foreign_keys = on")
        shop.execute("create temp table leaving (id integer primary key)")
        shop.commit()

        def close(ids: list[int]) -> None:
            with shop:
                shop.executemany("insert into leaving values (?)", [(id,) for id in ids])
                for statement in _BY_HAND_SQLITE:
                    shop.execute(statement)
                shop.execute("delete from leaving")

        return close, shop.close

    def rows(self, table: str) -> list[set[Row]]:
        found = []
        for file in self._files:
            with closing(sqlite3.connect(file)) as shop:
                found.append(_compared(shop.execute(f"select * from {table}")))
        return found


_MINE = "member_id in (select id from leaving)"
_BY_HAND_SQLITE = (
    f"delete from ticket_message where ticket_id in (select id from support_ticket where {_MINE})",
    *(f"delete from {table} where {_MINE}" for table in ("support_ticket", "login_event", "wishlist", "review", "payment_card")),
    "delete from newsletter_sub where email in (select email from member where id in (select id from leaving))",
    "update member set email = md5(id || 'salt') || '@erased.invalid', name = null, phone = null, birth_date = null,"
    " gender = null, last_login_ip = null where id in (select id from leaving)",
    "update address set recipient = null, street = null, house = null, city = null, state = null, zip = null,"
    f" phone = null where {_MINE}",
    f"update orders set ship_name = null, ship_address = null, contact_email = null, note = null where {_MINE}",
    f"update order_item set gift_message = null where order_id in (select id from orders where {_MINE})",
)


def _compared(rows: Iterable[Row]) -> set[Row]:
    """Placeholders by their form: they are random on our side, on purpose."""
    return {tuple("<placeholder>" if isinstance(v, str) and PLACEHOLDER.match(v) else v for v in row) for row in rows}


@contextmanager
def _shop(engine: str, folder: Path, members: int) -> Iterator[MariadbShop | SqliteShop]:
    if engine == "sqlite":
        yield SqliteShop(folder, members)
        return
    with server() as socket:
        yield MariadbShop(socket, members)


def main() -> None:
    """Bench the engines one after the other and print their lines for docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--engine", choices=("mariadb", "sqlite"), action="append")
    given = parser.parse_args()
    for engine in given.engine or ("mariadb", "sqlite"):
        with tempfile.TemporaryDirectory() as name, _shop(engine, Path(name), given.members) as shop:
            _bench(shop, Path(name), given.members, given.runs)


def _bench(shop: MariadbShop | SqliteShop, folder: Path, members: int, runs: int) -> None:
    os.environ["PEER_DATABASE_URL"] = shop.url
    settings = Settings(map=ROOT / "maps" / "peer.yaml", home=folder / "home", ledger_name="peer.example/adieu")
    make_keys(settings, "peer")
    for store in open_schemas(open_map(settings.map), settings).values():
        store.install()
    ids = random.Random(1).sample(range(1, members + 1), members)
    hand, end = shop.by_hand()
    adieu, limit = [], []
    with open_house(settings) as house:
        for number in range(runs + 1):
            chosen = [ids.pop() for _ in range(1000)]
            ways = (partial(close_members, house, chosen), partial(hand, chosen))
            times = [0.0, 0.0]
            for which in (0, 1) if number % 2 else (1, 0):
                start = time.perf_counter()
                ways[which]()
                times[which] = (time.perf_counter() - start) * 1000
            if number:  # the first pair warms both
                adieu.append(times[0])
                limit.append(times[1])
    end()
    ratio = statistics.median(theirs / ours for ours, theirs in zip(adieu, limit, strict=True))
    for what, found in (("adieu", adieu), ("hand", limit)):
        middle = statistics.median(found)
        print(f"{shop.name}, batch of 1,000, {what}: median {middle:.0f} ms (min {min(found):.0f}, max {max(found):.0f}),"
              f" {1e6 / middle:.0f} members/s, n={runs}")
    print(f"    ratio {ratio:.2f} of the limit (target >= 0.5)")
    for table in TABLES:
        ours, theirs = shop.rows(table)
        if ours != theirs:
            sys.exit(f"{shop.name}: end states differ in {table}: {len(ours ^ theirs)} rows")
    print("    end states equal, row by row, in all 11 tables", flush=True)


if __name__ == "__main__":
    main()
