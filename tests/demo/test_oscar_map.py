"""The demo shop's map against the demo shop: every table decided, and what closing its cast leaves behind."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo.cached import run_demo

from adieu.adapters.stores.store import StoreAddress, open_installing, open_store
from adieu.datamap.checks import Level, check
from adieu.datamap.load import load
from adieu.datamap.model import DataMap, Treatment
from adieu.datamap.schema import Schema
from adieu.erasure.run import Attempt, erase, first_run_id
from adieu.planning.make import make_plan
from adieu.ports.faults import NoFaults
from adieu.ports.stores import Custodial, Run
from adieu.verification import Ground, Report, doubting, verify

MAP = Path(__file__).resolve().parents[2] / "maps" / "oscar.yaml"
Rows = dict[str, set[tuple[object, ...]]]  # table -> its rows, whole
Built = tuple[DataMap, Schema]
Counted = dict[str, dict[str, int]]  # what the demo's own walk calls the demo member's, by table and way


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A shop before and after one member left it."""

    member: int
    file: Path
    before: Rows
    after: Rows
    report: Report
    kept: list[Custodial]

    def ask(self, query: str, *values: object) -> list[tuple[object, ...]]:
        return ask(self.file, query, *values)

    @property
    def touched(self) -> dict[str, int]:
        """How many rows of each table are gone or changed."""
        return {table: len(self.before[table] - self.after[table]) for table in self.before}


def ask(file: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as shop:
        return shop.execute(query, values).fetchall()


def tables(shop: sqlite3.Connection) -> list[str]:
    names = shop.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'")
    return sorted(str(name) for (name,) in names if not str(name).startswith("adieu"))


def whole(file: Path) -> Rows:
    with closing(sqlite3.connect(file)) as shop:
        return {table: set(shop.execute(f'SELECT * FROM "{table}"')) for table in tables(shop)}


def person(file: Path, username: str) -> int:
    [(key,)] = ask(file, "SELECT id FROM auth_user WHERE username = ?", username)
    return int(str(key))


def keys_to_members(shop: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every column of the shop that is a foreign key to auth_user."""
    links = [(table, link) for table in tables(shop) for link in shop.execute(f"PRAGMA foreign_key_list({table})")]
    return [(table, str(link[3])) for table, link in links if link[2] == "auth_user"]


def rows_of(file: Path, *people: int) -> dict[int, Rows]:
    """By member: every row that names them by foreign key, and the addresses, notes and payments of their orders."""
    with closing(sqlite3.connect(file)) as shop:
        queries = _queries(shop)
        return {
            key: {name: set(shop.execute(query, {"key": key})) for name, query in queries.items()} for key in people
        }


def _queries(shop: sqlite3.Connection) -> dict[str, str]:
    found = {f"{table}.{column}": f"SELECT * FROM {table} WHERE {column} = :key" for table, column in keys_to_members(shop)}
    for kind in ("shipping", "billing"):
        pointers = f"(SELECT {kind}_address_id FROM order_order WHERE user_id = :key)"
        found[kind] = f"SELECT * FROM order_{kind}address WHERE id IN {pointers}"
    orders = "(SELECT id FROM order_order WHERE user_id = :key)"
    for table in ("order_line", "order_ordernote", "payment_source", "order_paymentevent", "order_shippingevent"):
        found[f"{table} below"] = f"SELECT * FROM {table} WHERE order_id IN {orders}"
    found["account"] = "SELECT * FROM auth_user WHERE id = :key"
    return found


@pytest.fixture(scope="module")
def built(shop_file: Path) -> Built:
    datamap = load(MAP.read_text(), str(MAP.name))
    return datamap, open_installing(StoreAddress(name="shop", url=f"sqlite:///{shop_file}"), NoFaults()).schema()


@pytest.fixture(scope="module")
def close(shop_file: Path, built: Built, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Closed]:
    """Closes one member of a fresh copy of the shop, with the doubt before and the reading back after."""

    def closed(username: str, change: str = "") -> Closed:
        file = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
        shutil.copyfile(shop_file, file)
        with closing(sqlite3.connect(file)) as shop, shop:
            shop.execute(change)
        key, before = person(file, username), whole(file)
        report, kept = carry_out(built, file, key)
        return Closed(member=key, file=file, before=before, after=whole(file), report=report, kept=kept)

    return closed


def carry_out(built: Built, file: Path, key: int) -> tuple[Report, list[Custodial]]:
    datamap, schema = built
    plan = make_plan(datamap, {"shop": schema})
    installing = open_installing(StoreAddress(name="shop", url=f"sqlite:///{file}"), NoFaults())
    installing.install()
    store = open_store(installing, plan)
    kept: list[Custodial] = []
    try:
        subjects = tuple(store.members.subjects([str(key)]))
        ground = Ground(datamap=datamap, schema=schema, subjects=subjects)
        attempt = Attempt(
            batch="one batch", plan=plan, stores={"shop": store}, keep=kept.extend,
            doubt=lambda _, run: doubting(ground, run.id),
        )
        [ended] = erase(attempt, Run(id=first_run_id("one batch"), subjects=subjects))
        assert ended.refused is None
        return verify(ground, ended.lineage, store.witness), kept
    finally:
        store.close()


@pytest.fixture(scope="module")
def demo(close: Callable[..., Closed]) -> Closed:
    return close("demo-member")


@pytest.fixture(scope="module")
def counted(shop_file: Path) -> Counted:
    counts: Counted = json.loads(run_demo("demo.count", "--member", "demo-member", "--json", database=shop_file))
    return counts


@pytest.fixture(scope="module")
def mother(close: Callable[..., Closed]) -> Closed:
    return close("park-mother")


@pytest.fixture(scope="module")
def namesake(close: Callable[..., Closed]) -> Closed:
    return close("minsu-one")


# -- the map and the shop's tables


def test_every_table_is_decided_and_every_decision_has_its_table(built: Built, shop: sqlite3.Connection) -> None:
    datamap, _ = built
    assert set(datamap.datasets) == {f"shop.{table}" for table in tables(shop)}


def test_check_finds_no_error(built: Built) -> None:
    datamap, schema = built
    assert [str(finding) for finding in check(datamap, {"shop": schema}) if finding.level is Level.ERROR] == []


def test_every_table_that_can_hold_a_members_record_is_treated_and_named_in_both_languages(
    built: Built, counted: Counted
) -> None:
    datamap, _ = built
    for table in counted:
        dataset = datamap.datasets[f"shop.{table}"]
        assert dataset.on_closure is not Treatment.LEAVE, table
        assert set(dataset.label) == {"ko", "en"}, table


def test_the_literal_content_type_of_the_admin_log_is_the_accounts(shop_file: Path) -> None:
    assert ask(shop_file, "SELECT id FROM django_content_type WHERE app_label = 'auth' AND model = 'user'") == [(4,)]


# -- the demo member leaves


def test_nothing_of_the_member_is_left_but_what_lies_in_others_records(demo: Closed) -> None:
    signs = ("sumin.han", "old.sumin", "한수민", "한 수민", "수민", "demo-member", "00990001", "0099-0001", "sumin")
    left = [
        (table, row)
        for table, rows in demo.after.items()
        for row in rows
        if any(sign in str(value).lower() for sign in signs for value in row)
    ]
    assert sorted(table for table, _ in left) == ["order_ordernote", "wishlists_wishlistsharedemail"]
    for table, row in left:
        assert row in demo.before[table]  # somebody else's record, as it was


def test_no_foreign_key_names_the_member_and_none_hangs(demo: Closed) -> None:
    with closing(sqlite3.connect(demo.file)) as shop:
        links = keys_to_members(shop)
    assert len(links) == 25
    for table, column in links:
        assert demo.ask(f"SELECT count(*) FROM {table} WHERE {column} = ?", demo.member) == [(0,)], (table, column)
    assert demo.ask("PRAGMA foreign_key_check") == []


def test_reading_back_finds_no_residue_and_reports_the_mention_by_email(demo: Closed) -> None:
    assert demo.report.residue == {}
    assert demo.report.unproven == {}
    assert demo.report.not_read == []
    assert demo.report.mentions == {str(demo.member): {"shop.wishlists_wishlistsharedemail": 1}}


def test_what_is_deleted_is_what_the_demos_own_walk_counts(built: Built, demo: Closed, counted: Counted) -> None:
    datamap, _ = built
    for table, counts in counted.items():
        mine = counts["key"] + counts["email"]
        dataset = datamap.datasets[f"shop.{table}"]
        if dataset.ends_as is Treatment.DELETE and table not in WITH_OTHERS:
            assert len(demo.before[table]) - len(demo.after[table]) == mine == demo.touched[table], table


WITH_OTHERS = {  # tables where the demo's walk also counts records that stay, or stay as somebody else's
    "communication_notification": "the notice the member sent stays in the other's inbox",
    "reviews_vote": "the votes of others on the member's reviews stay",
    "django_admin_log": "the entry about the member is its author's",
}


def test_no_table_loses_or_changes_more_rows_than_are_the_members(demo: Closed, counted: Counted) -> None:
    for table, touched in demo.touched.items():
        counts = counted.get(table, {})
        assert touched <= sum(counts.values()), table
    assert sum(demo.touched.values()) > 100


LOOKED_AT_BELOW = {  # where the demo member and another person stand in one row
    "communication_notification.recipient_id", "communication_notification.sender_id", "django_admin_log.user_id",
    "order_ordernote.user_id",
}  # fmt: skip


def test_everybody_elses_rows_are_byte_identical(demo: Closed, shop_file: Path) -> None:
    others = [int(str(key)) for (key,) in ask(shop_file, "SELECT id FROM auth_user WHERE id <> ?", demo.member)]
    before, after = rows_of(shop_file, *others), rows_of(demo.file, *others)
    assert len(others) > 50
    for other in others:
        for name in before[other].keys() - LOOKED_AT_BELOW:
            assert before[other][name] == after[other][name], (other, name)


def test_all_six_orders_go_into_the_vault_with_who_the_party_is(demo: Closed) -> None:
    orders = [record for record in demo.kept if record.dataset == "shop.order_order"]
    assert len(orders) == 6  # four by account, two as a guest with the proved e-mail
    for order in orders:
        assert order.values["member.email"] == "Sumin.Han@example.com"
        assert "수민" in str(order.values["member.name"])
        assert order.values["shipping_address.line1"]
        assert order.counted_from is not None
        assert not any("phone" in name for name in order.values)  # art. 6(2): name, address, e-mail
    assert {record.basis for record in orders} == {"kr.contract"}


def test_payments_go_into_the_vault_under_their_own_basis(demo: Closed) -> None:
    payments = [record for record in demo.kept if record.dataset == "shop.payment_transaction"]
    assert payments and {record.basis for record in payments} == {"kr.payment"}
    assert all(str(record.values["source.reference"]).startswith("pay_") for record in payments)


def test_kept_orders_stay_in_the_shop_with_number_and_amounts_only(demo: Closed) -> None:
    for record in (record for record in demo.kept if record.dataset == "shop.order_order"):
        query = (
            "SELECT user_id, guest_email, basket_id, shipping_address_id, billing_address_id, total_incl_tax"
            " FROM order_order WHERE number = ?"
        )
        [(*cut, total)] = demo.ask(query, record.values["number"])
        assert cut == [None, "", None, None, None]
        assert total == record.values["total_incl_tax"]
        [(lines,)] = demo.ask("SELECT count(*) FROM order_line WHERE order_id = ?", int(record.key[0]))
        assert int(str(lines)) > 0


def test_reviews_stay_without_their_author(demo: Closed, counted: Counted) -> None:
    reviews = demo.ask("SELECT user_id, email, title, body FROM reviews_productreview WHERE name = '탈퇴 회원'")
    assert len(reviews) == sum(counted["reviews_productreview"].values())
    assert all(user is None and email == "" for user, email, _, _ in reviews)
    assert (None, "", "좋아요", "두 번 읽었습니다.") in reviews
    assert not any("연락 주세요" in str(body) for *_, body in reviews)


def test_the_log_keeps_what_staff_did_and_forgets_whom_they_did_it_to(demo: Closed) -> None:
    staff = person(demo.file, "staff-jung")
    about = demo.ask("SELECT object_id, object_repr, change_message FROM django_admin_log WHERE user_id = ?", staff)
    assert about == [(None, "", "")]
    other = person(demo.file, "seoyeon-lee")
    [(author,)] = demo.ask("SELECT user_id FROM django_admin_log WHERE object_id = ?", str(other))
    assert author == person(demo.file, "staff-oh")  # the leaver's own entry about them is gone


def test_a_notice_the_member_sent_stays_in_the_others_inbox_without_their_name(demo: Closed) -> None:
    other = person(demo.file, "seoyeon-lee")
    query = "SELECT sender_id, subject, body FROM communication_notification WHERE recipient_id = ?"
    assert (None, "위시리스트를 공유했습니다", "") in demo.ask(query, other)


def test_the_note_on_somebody_elses_order_that_names_the_member_is_untouched(demo: Closed) -> None:
    notes = [row for row in demo.after["order_ordernote"] if "sumin.han@example.com" in str(row)]
    assert len(notes) == 1 and notes[0] in demo.before["order_ordernote"]


def test_staff_who_wrote_on_the_members_order_keep_their_authorship_but_not_the_text(demo: Closed) -> None:
    staff = person(demo.file, "staff-jung")
    numbers = [record.key[0] for record in demo.kept if record.dataset == "shop.order_order"]
    marks = ", ".join("?" for _ in numbers)
    notes = demo.ask(f"SELECT user_id, message FROM order_ordernote WHERE order_id IN ({marks})", *numbers)
    assert (staff, "") in notes
    assert {message for _, message in notes} == {""}


def test_sessions_are_left_to_expire(demo: Closed) -> None:
    assert demo.touched["django_session"] == 0


# -- one e-mail, two members


def test_the_sons_records_are_untouched_when_the_mother_leaves(mother: Closed, shop_file: Path) -> None:
    son = person(shop_file, "park-son")
    assert rows_of(mother.file, son) == rows_of(shop_file, son)


def test_an_email_that_two_members_hold_takes_no_guests_records(mother: Closed) -> None:
    family = "park.family@example.com"
    for table, column in (("order_order", "guest_email"), ("customer_productalert", "email")):
        query = f"SELECT * FROM {table} WHERE user_id IS NULL AND {column} = ?"
        assert len(mother.ask(query, family)) == 1
        assert set(mother.ask(query, family)) <= mother.before[table]
    unproven = mother.report.unproven[str(mother.member)]
    assert unproven["shop.order_order"] == 1
    assert unproven["shop.customer_productalert"] == 1
    assert mother.report.residue == {}


def test_an_email_nobody_verified_takes_no_guests_records(close: Callable[..., Closed]) -> None:
    closed = close("demo-member", "UPDATE account_emailaddress SET verified = 0")
    guests = "SELECT number FROM order_order WHERE lower(guest_email) = 'sumin.han@example.com' AND user_id IS NULL"
    assert len(closed.ask(guests)) == 2
    assert len([record for record in closed.kept if record.dataset == "shop.order_order"]) == 4
    assert closed.report.unproven[str(closed.member)]["shop.order_order"] == 2


# -- a name is no identifier


def test_the_other_member_of_the_same_name_is_untouched(namesake: Closed, shop_file: Path) -> None:
    other = person(shop_file, "minsu-two")
    assert rows_of(namesake.file, other) == rows_of(shop_file, other)
    assert namesake.ask("SELECT count(*) FROM auth_user WHERE id = ?", namesake.member) == [(0,)]


def test_a_member_named_in_a_leavers_note_keeps_all_their_records(namesake: Closed, shop_file: Path) -> None:
    named = person(shop_file, "seoyeon-lee")
    assert rows_of(namesake.file, named) == rows_of(shop_file, named)
    assert not any("seoyeon.lee@" in str(row) for row in namesake.after["order_ordernote"])


@pytest.fixture(autouse=True)
def _shared_shop_is_only_read(shop_file: Path) -> Iterator[None]:
    before = shop_file.stat().st_mtime_ns
    yield
    assert shop_file.stat().st_mtime_ns == before
