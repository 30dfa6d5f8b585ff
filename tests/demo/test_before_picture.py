"""The same member of two equal shops: leaves the one by Oscar's own "delete profile", is closed by Adieu in the other."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from demo.cached import run_demo

ROOT = Path(__file__).resolve().parents[2]
Counts = dict[str, int]
Body = dict[str, Any]  # a receipt's, as JSON


@dataclass(frozen=True, kw_only=True)
class Left:
    """A shop after the member left it, and where the demo's own search still finds them."""

    file: Path
    columns: Counts  # table.column -> texts
    rows: Counts  # table -> rows

    def ask(self, query: str) -> int:
        with closing(sqlite3.connect(self.file)) as shop:
            return int(shop.execute(query).fetchone()[0])


def searched(file: Path) -> Left:
    found: dict[str, Counts] = json.loads(run_demo("demo.search", "--json", database=file))
    return Left(file=file, **found)


@pytest.fixture(scope="module")
def untouched(shop_file: Path) -> Left:
    return searched(shop_file)


@pytest.fixture(scope="module")
def oscars(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Left:
    file = tmp_path_factory.mktemp("oscar") / "shop.sqlite3"
    shutil.copyfile(shop_file, file)
    run_demo("demo.leave", "--member", "demo-member", database=file)
    return searched(file)


@pytest.fixture(scope="module")
def home(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop that Adieu closed the member in: shop, keys, register, vault, receipt."""
    home = tmp_path_factory.mktemp("ours")
    shutil.copyfile(shop_file, home / "shop.sqlite3")
    with closing(sqlite3.connect(shop_file)) as shop:
        [(key,)] = shop.execute("SELECT id FROM auth_user WHERE username = 'demo-member'")
    adieu(home, "install")
    adieu(home, "close", "--member", str(key), "--now", "--receipts", str(home))
    return home


def adieu(home: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("adieu")), *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, "SHOP_DATABASE_URL": f"sqlite:///{home / 'shop.sqlite3'}", "ADIEU_HOME": str(home),
             "ADIEU_MAP": str(ROOT / "maps" / "oscar.yaml")},
    )
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def ours(home: Path) -> Left:
    return searched(home / "shop.sqlite3")


@pytest.fixture(scope="module")
def receipt(home: Path) -> Body:
    [file] = home.glob("receipt-*.json")
    body: Body = json.loads(file.read_bytes())["body"]
    return body


def test_oscars_own_delete_leaves_addresses_guest_orders_notes_alerts_payments_and_sessions(
    untouched: Left, oscars: Left
) -> None:
    assert oscars.rows == {
        "order_shippingaddress": 6, "order_billingaddress": 6, "payment_source": 6, "communication_email": 5,
        "order_order": 2, "order_ordernote": 2, "django_session": 2, "order_shippingevent": 1, "customer_productalert": 1,
        "reviews_productreview": 1, "wishlists_wishlistsharedemail": 1,
    }
    assert sum(oscars.rows.values()) == 33 and sum(untouched.rows.values()) == 54
    assert len(oscars.columns) == 15


def test_oscars_own_delete_keeps_no_order_mail_for_the_period_of_the_law(shop_file: Path, oscars: Left) -> None:
    mails = "SELECT count(*) FROM communication_email WHERE user_id IS NOT NULL AND email LIKE '%umin%'"
    assert searched(shop_file).ask(mails) == 7 and oscars.ask(mails) == 0


def test_adieu_leaves_nothing_but_what_the_receipt_lists_and_one_note_on_anothers_order(
    ours: Left, receipt: Body
) -> None:
    assert ours.columns == {
        "django_session.session_data": 2, "order_ordernote.message": 1, "wishlists_wishlistsharedemail.email": 1,
    }
    assert [line["dataset"] for line in receipt["expiring"]] == ["shop.django_session"]
    assert receipt["mentions"] == [{"dataset": "shop.wishlists_wishlistsharedemail", "count": 1}]
    others = (
        "SELECT count(*) FROM order_ordernote note JOIN order_order placed ON placed.id = note.order_id"
        " JOIN auth_user buyer ON buyer.id = placed.user_id"
        " WHERE note.message LIKE '%sumin.han@example.com%' AND buyer.username = 'minsu-two'"
    )
    assert ours.ask(others) == 1  # staff's words on somebody else's record: the receipt says that texts were not all read
    assert receipt["verification"]["scan"] == "closure"


def test_a_scan_of_the_whole_store_finds_the_two_that_others_wrote(home: Path) -> None:
    asked = home / "asked.txt"
    asked.write_text("sumin.han@example.com\nold.sumin@example.net\n+82 10-0099-0001\n", encoding="utf-8")
    told = adieu(home, "scan", "--identifiers", str(asked), code=8).splitlines()
    assert told[:-1] == ["shop.order_ordernote.message: 1 texts", "shop.wishlists_wishlistsharedemail.email: 1 texts"]


def test_the_readmes_tell_these_numbers(oscars: Left, ours: Left) -> None:
    texts, rows, tables = sum(oscars.columns.values()), sum(oscars.rows.values()), len(oscars.rows)
    english, korean = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md"))
    assert f"{texts} texts in {rows} rows of {tables} tables" in english and f"{sum(ours.rows.values())} rows" in english
    assert f"{tables}개 테이블의 {rows}개 행, {texts}개 텍스트" in korean and f"{sum(ours.rows.values())}개 행" in korean


def test_adieu_keeps_every_order_and_payment_that_the_receipt_says_it_keeps(
    home: Path, receipt: Body
) -> None:
    with closing(sqlite3.connect(home / "vault.sqlite")) as vault:
        kept = dict(vault.execute("SELECT dataset, count(*) FROM vault_record GROUP BY dataset"))
    listed: Counts = {}
    for line in receipt["kept"]:
        listed[str(line["dataset"])] = listed.get(str(line["dataset"]), 0) + int(str(line["count"]))
    assert listed == kept and kept["shop.order_order"] > 0 and kept["shop.payment_transaction"] > 0
