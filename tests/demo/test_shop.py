"""What the demo shop promises to those who test against it."""

import json
import sqlite3
from pathlib import Path

import pytest
from demo.build import template_path
from demo.cached import cached_sqlite_shop, run_demo

DEMO = "demo-member"
# Reached by no foreign key from the account: the order points at its addresses, the session names the account inside.
WITHOUT_FOREIGN_KEY = {"order_shippingaddress", "order_billingaddress", "django_session"}


def rows(shop: sqlite3.Connection, query: str, *values: object) -> list[tuple[object, ...]]:
    return shop.execute(query, values).fetchall()


def tables_below_an_account(shop: sqlite3.Connection) -> set[str]:
    """All tables from which a chain of foreign keys leads to auth_user, read from the database itself."""
    tables = [str(name) for (name,) in rows(shop, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    points_at = {table: {str(link[2]) for link in rows(shop, f"PRAGMA foreign_key_list({table})")} for table in tables}
    below = {"auth_user"}
    while more := {table for table in tables if table not in below and points_at[table] & below}:
        below |= more
    return below


@pytest.fixture(scope="session")
def demo_counts(shop_file: Path) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = json.loads(run_demo("demo.count", "--member", DEMO, "--json", database=shop_file))
    return counts


def test_demo_member_owns_a_row_in_every_table_that_can_hold_a_members_record(
    shop: sqlite3.Connection, demo_counts: dict[str, dict[str, int]]
) -> None:
    can_hold = tables_below_an_account(shop) | WITHOUT_FOREIGN_KEY
    assert len(can_hold) == 48
    assert set(demo_counts) == can_hold
    assert {table for table, count in demo_counts.items() if count["key"] == 0} == set()


def test_demo_member_is_known_by_email_only_in_guest_orders_alerts_reviews_and_mails(
    demo_counts: dict[str, dict[str, int]],
) -> None:
    by_email = {table for table, count in demo_counts.items() if count["email"]}
    assert {"order_order", "order_line", "order_shippingaddress", "payment_transaction"} <= by_email
    assert {"customer_productalert", "reviews_productreview", "communication_email"} <= by_email


def test_count_agrees_with_sql_written_here(shop: sqlite3.Connection, demo_counts: dict[str, dict[str, int]]) -> None:
    [(member,)] = rows(shop, "SELECT id FROM auth_user WHERE username = ?", DEMO)
    placed = "SELECT id FROM order_order WHERE user_id = ?"
    for table, query in {
        "order_lineprice": f"SELECT count(*) FROM order_lineprice WHERE order_id IN ({placed})",
        "order_shippingaddress": "SELECT count(DISTINCT shipping_address_id) FROM order_order WHERE user_id = ?",
        "payment_transaction": "SELECT count(*) FROM payment_transaction WHERE source_id IN "
        f"(SELECT id FROM payment_source WHERE order_id IN ({placed}))",
    }.items():
        assert rows(shop, query, member) == [(demo_counts[table]["key"],)]


def test_two_members_are_called_kim_minsu(shop: sqlite3.Connection) -> None:
    namesakes = rows(shop, "SELECT email FROM auth_user WHERE last_name = '김' AND first_name = '민수'")
    assert len(set(namesakes)) == len(namesakes) == 2


def test_family_shares_one_email_that_only_one_of_them_verified_and_a_guest_order_uses(shop: sqlite3.Connection) -> None:
    family = "park.family@example.com"
    assert len(rows(shop, "SELECT id FROM auth_user WHERE email = ?", family)) == 2
    assert rows(shop, "SELECT verified FROM account_emailaddress WHERE email = ? ORDER BY id", family) == [(1,), (0,)]
    assert rows(shop, "SELECT count(*) FROM order_order WHERE guest_email = ? AND user_id IS NULL", family) == [(1,)]


def test_demo_member_is_mentioned_by_staff_in_another_members_order_note(shop: sqlite3.Connection) -> None:
    notes = rows(
        shop,
        "SELECT buyer.username, author.is_staff FROM order_ordernote note JOIN order_order placed"
        " ON placed.id = note.order_id JOIN auth_user buyer ON buyer.id = placed.user_id"
        " JOIN auth_user author ON author.id = note.user_id"
        " WHERE note.message LIKE '%한수민%sumin.han@example.com%' AND buyer.username <> ?",
        DEMO,
    )
    assert notes == [("minsu-two", 1)]


def test_demo_member_has_one_order_under_way_and_others_that_are_not(shop: sqlite3.Connection) -> None:
    statuses = rows(
        shop,
        "SELECT status, count(*) FROM order_order JOIN auth_user member ON member.id = user_id"
        " WHERE member.username = ? GROUP BY status ORDER BY status",
        DEMO,
    )
    assert statuses == [("Being processed", 1), ("Cancelled", 1), ("Complete", 2)]


def test_no_foreign_key_points_at_nothing(shop: sqlite3.Connection) -> None:
    assert rows(shop, "PRAGMA foreign_key_check") == []


def test_no_row_is_younger_than_the_given_day(shop: sqlite3.Connection) -> None:
    for table, column in (("order_order", "date_placed"), ("communication_email", "date_sent"),
                          ("reviews_productreview", "date_created"), ("auth_user", "date_joined")):  # fmt: skip
        [(newest,)] = rows(shop, f"SELECT max({column}) FROM {table}")
        assert str(newest) <= "2026-11-20 03:00:00", table


def test_same_seed_and_day_give_the_same_rows(shop_file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite3"
    run_demo("demo.build", "--members", "60", "--quiet", database=again)
    assert dump(again) == dump(shop_file)


def test_another_seed_gives_other_people(shop_file: Path) -> None:
    assert cached_sqlite_shop(members=20, seed=2) != shop_file
    assert dump(cached_sqlite_shop(members=20, seed=2))["auth_user"] != dump(cached_sqlite_shop(members=20))["auth_user"]


def test_a_shop_that_holds_accounts_is_not_filled_again(tmp_path: Path) -> None:
    built = tmp_path / "built.sqlite3"
    run_demo("demo.build", "--members", "6", "--quiet", database=built)
    with pytest.raises(RuntimeError, match="holds accounts already"):
        run_demo("demo.build", "--members", "6", "--quiet", database=built)


def test_template_is_named_after_what_shapes_the_tables(tmp_path: Path) -> None:
    assert template_path(tmp_path) == template_path(tmp_path)
    assert template_path(tmp_path).name.startswith("migrated-")


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    shop = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [str(name) for (name,) in rows(shop, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return {name: rows(shop, f"SELECT * FROM {name} ORDER BY 1") for name in names}
    finally:
        shop.close()
