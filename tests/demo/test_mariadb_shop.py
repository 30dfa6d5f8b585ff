"""The demo shop on MariaDB, built through its own models and closed by `adieu` commands, beside its twin on SQLite."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo.cached import cached_sqlite_shop
from pymysql.cursors import DictCursor
from tests.support.mariadb import connect

from adieu.adapters.signing import published_keys, read_published
from adieu.receipts import verify_file

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = 20
SIGNS = ("sumin.han", "old.sumin", "한수민", "한 수민", "수민", "demo-member", "00990001", "0099-0001", "sumin")
BATCH = ("park-mother", "minsu-one", "seoyeon-lee", "member000003", "member000007")
SHARED = {  # where the demo member and another person stand in one row
    "communication_notification": "sender_id", "django_admin_log": "user_id", "order_ordernote": "user_id",
}  # fmt: skip
Row = dict[str, object]
Rows = dict[str, dict[object, Row]]  # table -> key -> row
Touched = dict[str, dict[object, frozenset[str]]]  # table -> key -> the columns that changed; none: the row is gone


@dataclass(frozen=True, kw_only=True)
class Shop:
    """One shop, and Adieu's own home for it."""

    url: str
    home: Path

    def run(self, *command: str) -> str:
        environment = {
            **os.environ, "SHOP_DATABASE_URL": self.url, "SHOP_STATE_DIR": str(self.home / "state"),
            "ADIEU_MAP": str(ROOT / "maps" / "oscar.yaml"), "ADIEU_HOME": str(self.home / "home"),
            "ADIEU_LEDGER_NAME": "oscar-books.example/adieu",
        }
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
        return done.stdout

    def demo(self, module: str, *arguments: str) -> str:
        return self.run(sys.executable, "-m", module, *arguments)

    def adieu(self, *arguments: str) -> str:
        return self.run(str(Path(sys.executable).with_name("adieu")), *arguments)

    def rows(self) -> Rows:
        """Every row of every table of the shop, under its first column: each table's key."""
        return of_sqlite(self.url) if self.url.startswith("sqlite") else of_mariadb(self.url)


def of_mariadb(url: str) -> Rows:
    with connect(url, DictCursor) as shop, shop.cursor() as cursor:
        cursor.execute("select table_name as name from information_schema.tables where table_schema = database()")
        names = [str(row["name"]) for row in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f"select * from `{name}`")
            found[name] = by_key([dict(row) for row in cursor.fetchall()])
    return found


def of_sqlite(url: str) -> Rows:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as shop:
        shop.row_factory = sqlite3.Row
        names = [row[0] for row in shop.execute("select name from sqlite_master where type = 'table'")]
        mine = [name for name in names if not name.startswith(("adieu", "sqlite_"))]
        return {name: by_key([dict(row) for row in shop.execute(f'select * from "{name}"')]) for name in mine}


def by_key(rows: list[Row]) -> dict[object, Row]:
    found = {next(iter(row.values())): row for row in rows}
    assert len(found) == len(rows)
    return found


def touched(before: Rows, after: Rows) -> Touched:
    found: Touched = {}
    assert before.keys() == after.keys()
    for table, rows in before.items():
        assert after[table].keys() <= rows.keys(), table  # nothing is new
        for key, row in rows.items():
            now = after[table].get(key)
            if now != row:
                changed = frozenset(column for column in row if now is not None and now[column] != row[column])
                found.setdefault(table, {})[key] = changed
    return found


def person(rows: Rows, username: str) -> int:
    return next(int(str(key)) for key, row in rows["auth_user"].items() if row["username"] == username)


@dataclass(frozen=True, kw_only=True)
class Story:
    """A shop before anybody left, after the demo member did, and after the members of the batch did."""

    shop: Shop
    before: Rows
    one: Rows
    batch: Rows
    counted: dict[str, dict[str, int]]  # what the demo's own walk called the demo member's
    checked: str
    planned: str
    told: str

    def member(self, username: str = "demo-member") -> int:
        return person(self.before, username)


def tell(shop: Shop) -> Story:
    before = shop.rows()
    counted = json.loads(shop.demo("demo.count", "--member", "demo-member", "--json"))
    shop.adieu("install")
    checked = shop.adieu("check")
    key = str(person(before, "demo-member"))
    planned = shop.adieu("plan", "--member", key)
    shop.adieu("close", "--member", key, "--now", "--receipts", str(shop.home / "receipts"))
    one = shop.rows()
    asked = [part for name in BATCH for part in ("--member", str(person(before, name)))]
    told = shop.adieu("close", *asked, "--now", "--receipts", str(shop.home / "receipts"))
    return Story(
        shop=shop, before=before, one=one, batch=shop.rows(), counted=counted, checked=checked, planned=planned, told=told,
    )


@pytest.fixture(scope="module")
def mariadb_story(_mariadb_server: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Story:
    shop = Shop(url=_mariadb_server(), home=tmp_path_factory.mktemp("mariadb"))
    (shop.home / "receipts").mkdir()
    shop.demo("demo.build", "--members", str(MEMBERS), "--quiet")
    return tell(shop)


@pytest.fixture(scope="module")
def sqlite_story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("sqlite")
    (home / "receipts").mkdir()
    file = home / "shop.sqlite3"
    shutil.copyfile(cached_sqlite_shop(members=MEMBERS), file)
    return tell(Shop(url=f"sqlite:///{file}", home=home))


def test_the_map_can_be_carried_out_on_mariadb(mariadb_story: Story) -> None:
    assert "99 datasets decided; the map can be carried out" in mariadb_story.checked
    assert not any(line.startswith("error") for line in mariadb_story.checked.splitlines())


def test_the_plan_names_every_table_where_the_member_has_a_record(mariadb_story: Story) -> None:
    left = {"django_session"}  # sessions expire
    missing = {table for table in mariadb_story.counted if f"shop.{table}: " not in mariadb_story.planned}
    assert missing == left


def test_nothing_of_the_member_is_left_but_what_lies_in_others_records(mariadb_story: Story) -> None:
    left = [
        (table, key)
        for table, rows in mariadb_story.one.items()
        for key, row in rows.items()
        if any(sign in str(value).lower() for sign in SIGNS for value in row.values())
    ]
    assert sorted(table for table, _ in left) == ["order_ordernote", "wishlists_wishlistsharedemail"]
    for table, key in left:
        assert mariadb_story.one[table][key] == mariadb_story.before[table][key]


def test_no_table_loses_or_changes_more_rows_than_the_demos_own_walk_counts(mariadb_story: Story) -> None:
    found = touched(mariadb_story.before, mariadb_story.one)
    assert sum(len(rows) for rows in found.values()) > 100
    for table, rows in found.items():
        assert len(rows) <= sum(mariadb_story.counted[table].values()), table


def test_every_row_that_names_another_member_is_as_it_was(mariadb_story: Story) -> None:
    links = links_to_members(mariadb_story.shop.url)
    assert len(links) == 25
    found, demo = touched(mariadb_story.before, mariadb_story.one), mariadb_story.member()
    for table, column in links:
        others = {
            key for key in found.get(table, {})
            if mariadb_story.before[table][key][column] not in (None, demo) and SHARED.get(table) != column
        }
        if table == "communication_notification":  # what the member sent stays with the other without their name
            others = {key for key in others if mariadb_story.before[table][key]["sender_id"] != demo}
        assert others == set(), (table, column)


def links_to_members(url: str) -> list[tuple[str, str]]:
    with connect(url, DictCursor) as shop, shop.cursor() as cursor:
        cursor.execute(
            "select table_name as t, column_name as c from information_schema.key_column_usage"
            " where table_schema = database() and referenced_table_name = 'auth_user'"
        )
        return [(str(row["t"]), str(row["c"])) for row in cursor.fetchall()]


def test_mariadb_and_sqlite_begin_with_the_same_rows(mariadb_story: Story, sqlite_story: Story) -> None:
    def keys(story: Story) -> dict[str, set[object]]:
        return {table: set(rows) for table, rows in story.before.items() if table != "django_session"}

    assert keys(mariadb_story) == keys(sqlite_story)  # session keys are drawn at random


def test_the_same_rows_and_columns_change_as_on_sqlite_for_one_member(mariadb_story: Story, sqlite_story: Story) -> None:
    assert touched(mariadb_story.before, mariadb_story.one) == touched(sqlite_story.before, sqlite_story.one)


def test_the_same_rows_and_columns_change_as_on_sqlite_for_a_batch(mariadb_story: Story, sqlite_story: Story) -> None:
    found = touched(mariadb_story.one, mariadb_story.batch)
    assert found == touched(sqlite_story.one, sqlite_story.batch)
    assert found["auth_user"] == {mariadb_story.member(name): frozenset() for name in BATCH}


def test_every_receipt_of_the_closures_is_proved(mariadb_story: Story) -> None:
    home = mariadb_story.shop.home
    key = read_published(published_keys(home / "home" / "signing.key"))[0]
    receipts = sorted((home / "receipts").glob("*.json"))
    assert len(receipts) == 1 + len(BATCH)
    for receipt in receipts:
        verify_file(receipt.read_bytes(), key)  # raises where a byte is not what was signed
    assert mariadb_story.told.count(": closed\n") == len(BATCH)
