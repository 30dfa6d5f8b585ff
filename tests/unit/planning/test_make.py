"""Map and schemas become one plan: stores in order, the member's facts, open matters, a digest that names it all."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest
from planning_builders import MEMBER, member_table, pointer, shop_map, shop_schema, table

from adieu.datamap.model import DataMap
from adieu.datamap.schema import Schema, Table
from adieu.errors import PlanningError
from adieu.planning.make import make_plan
from adieu.planning.plan import IdentifierSource, MemberSource, Plan, Proof
from adieu.planning.plan import Test as MatterTest

ORDERS = "shop.orders: {belongs_to: [{guest: email}, member_id], on_closure: delete}"
UPLOAD = "files.upload: {belongs_to: member_id, on_closure: delete}"


def orders() -> Table:
    columns = {"guest": "text", "member_id": "bigint", "status": "text", "total": "numeric", "placed": "date"}
    return table("shop.orders", columns, pointer("member_id", "shop.member"))


def files(*tables: Table) -> Schema:
    return dataclasses.replace(shop_schema(member_table()), store="files", tables={t.dataset: t for t in tables})


def planned(datamap: DataMap, *tables: Table) -> Plan:
    return make_plan(datamap, {"shop": shop_schema(*tables), "files": files(table("files.upload", {"member_id": "bigint"}))})


def test_recipients_come_before_anything_is_erased_then_objects_then_databases() -> None:
    datamap = shop_map(
        ORDERS,
        "aside.upload: {belongs_to: member_id, on_closure: delete}",
        "bucket.upload: {belongs_to: member_id, on_closure: delete, objects: '{member}/'}",
        "zmail.upload: {belongs_to: member_id, on_closure: delete}",
        stores="aside: {url: u}, bucket: {kind: objects, url: u}, zmail: {kind: recipient, url: u, secret: s}",
    )
    schemas = {
        name: dataclasses.replace(files(table(f"{name}.upload", {"member_id": "bigint"})), store=name)
        for name in ("aside", "bucket", "zmail")
    }
    plan = make_plan(datamap, {"shop": shop_schema(orders()), **schemas})
    assert [store.store for store in plan.stores] == ["zmail", "bucket", "aside", "shop"]


def test_the_store_with_the_member_record_comes_last() -> None:
    plan = planned(shop_map(UPLOAD, ORDERS), orders())
    assert [(store.store, store.holds_anchor) for store in plan.stores] == [("files", False), ("shop", True)]
    assert [operation.dataset for store in plan.stores for operation in store.operations] == [
        "files.upload", "shop.orders", "shop.member",
    ]
    assert [reach.dataset for reach in plan.stores[1].reaches] == ["shop.member", "shop.orders"]


def test_the_member_stores_name_decides_nothing_but_its_place() -> None:
    text = {"shop": shop_schema(), "files": files(), "archive": dataclasses.replace(files(), store="archive"),
            "zoo": dataclasses.replace(files(), store="zoo")}
    datamap = shop_map()
    stores = dict.fromkeys(("zoo", "shop", "files", "archive"), datamap.stores["shop"])
    plan = make_plan(datamap.model_copy(update={"stores": stores}), text)
    assert [store.store for store in plan.stores] == ["archive", "files", "zoo", "shop"]


def test_a_declared_store_that_was_not_read_is_refused_by_name() -> None:
    with pytest.raises(PlanningError) as caught:
        make_plan(shop_map(), {"shop": shop_schema()})
    assert str(caught.value) == "no schema was read for files; every declared store must be reachable"
    with pytest.raises(PlanningError, match="no schema was read for files, shop;"):
        make_plan(shop_map(), {})


def test_the_plan_names_the_shop_and_the_maps_text() -> None:
    datamap = shop_map()
    plan = planned(datamap)
    assert (plan.shop, plan.map_digest) == ("Books", datamap.digest)
    assert len(datamap.digest) == 64


def test_the_member_is_read_as_the_map_says() -> None:
    more = ", created: joined, country: {field: land, default: KR}, fence: {set: {active: false, state: gone}}"
    plan = planned(shop_map(member=more), member_table(joined="date", land="text", active="boolean", state="text", id="uuid"))
    assert plan.member == MemberSource(
        dataset="shop.member", key="id", key_type="uuid",
        identifiers=(
            IdentifierSource(kind="email", fields=("email",), always=True),
            IdentifierSource(kind="name", fields=("first", "last")),
        ),
        created="joined", country="land", fence={"active": False, "state": "gone"},
    )


def test_what_the_map_does_not_say_of_the_member_is_not_read() -> None:
    member = planned(shop_map(member=", country: {default: KR}", identifiers="{}")).member
    assert (member.created, member.country, member.fence, member.identifiers) == (None, None, {}, ())
    assert planned(shop_map()).member.country is None


@pytest.mark.parametrize(("more", "identifiers", "missing"), [
    (", created: gone", "{}", "gone"), (", country: {field: land, default: KR}", "{}", "land"),
    ("", "{email: {field: mail}}", "mail"), ("", "{name: {fields: [first, middle]}}", "middle"),
])
def test_a_column_named_under_member_that_is_not_there_is_refused(more: str, identifiers: str, missing: str) -> None:
    with pytest.raises(PlanningError) as caught:
        planned(shop_map(member=more, identifiers=identifiers))
    assert str(caught.value) == f"shop.member.{missing}: named under `member:` but the store has no such column"


def test_a_member_key_that_is_not_there_is_refused() -> None:
    datamap = shop_map()
    moved = datamap.model_copy(update={"member": datamap.member.model_copy(update={"key": "number"})})
    with pytest.raises(PlanningError, match=r"^shop\.member\.number: named under `member:`"):
        planned(moved)


MAIL = "shop.mail: {belongs_to: [{address: email}, owner_id], on_closure: delete}"


def identified(verified: str, *datasets: str, stored: str = "as_written", fields: str = "[email]") -> IdentifierSource:
    datamap = shop_map(*datasets, identifiers=f"{{email: {{fields: {fields}, verified: {verified}, stored: {stored}}}}}")
    mail = table("shop.mail", {"owner_id": "bigint", "address": "text", "sure": "boolean"})
    (source,) = planned(datamap, mail).member.identifiers
    return source


def test_an_identifier_is_proved_always_never_or_by_a_record_of_the_member() -> None:
    assert identified("always") == IdentifierSource(kind="email", fields=("email",), always=True)
    assert identified("never") == IdentifierSource(kind="email", fields=("email",))
    assert identified("shop.mail.sure", MAIL) == IdentifierSource(
        kind="email", fields=("email",), proof=Proof(dataset="shop.mail", link="owner_id", value="email", flag="sure")
    )


def test_an_identifier_that_is_stored_normalised_says_so() -> None:
    assert identified("always", stored="normalised").normalised is True
    assert identified("always").normalised is False


@pytest.mark.parametrize(("dataset", "fields"), [
    ("shop.mail: {belongs_to: {address: email}, on_closure: delete}", "[email]"), (MAIL, "[first, last]"),
])
def test_a_record_that_cannot_prove_an_identifier_is_refused(dataset: str, fields: str) -> None:
    with pytest.raises(PlanningError) as caught:
        identified("shop.mail.sure", dataset, fields=fields)
    assert str(caught.value) == (
        "member.identifiers.email: `shop.mail.sure` proves nothing; expected a dataset that belongs to the member by key"
        " and holds the identifier in a field of the same name"
    )


def matters(written: str, *datasets: str) -> Plan:
    return planned(shop_map(*(datasets or (ORDERS,)), more=f"open_matters:\n  under_way: {written}\n"), orders())


def test_an_open_matter_is_found_by_the_members_key() -> None:
    (matter,) = matters("{dataset: shop.orders, when: {status: New}, show: [placed, total]}").matters
    assert (matter.name, matter.dataset, matter.link) == ("under_way", "shop.orders", "member_id")
    assert (matter.show, matter.waits) == (("placed", "total"), True)


def test_an_open_matter_that_only_tells_does_not_wait() -> None:
    assert [m.waits for m in matters("{dataset: shop.orders, when: {status: New}, effect: tell}").matters] == [False]


def test_each_condition_becomes_the_test_of_the_same_name() -> None:
    (matter,) = matters(
        "{dataset: shop.orders, when: {status: {in: [New, null]}, guest: {not_in: [a, b]}, total: {at_least: 2.5},"
        " placed: {newer_than_days: 14}, member_id: 7}}"
    ).matters
    assert matter.tests == (
        ("status", MatterTest.IN, ("New", None)), ("guest", MatterTest.NOT_IN, ("a", "b")), ("total", MatterTest.AT_LEAST, (2.5,)),
        ("placed", MatterTest.NEWER_THAN_DAYS, (14,)), ("member_id", MatterTest.IN, (7,)),
    )


@pytest.mark.parametrize("written", ["when: {gone: New}", "when: {status: New}, show: [placed, gone]"])
def test_an_open_matter_on_a_column_the_store_has_not_is_refused(written: str) -> None:
    with pytest.raises(PlanningError) as caught:
        matters(f"{{dataset: shop.orders, {written}}}")
    assert str(caught.value) == "open_matters.under_way: shop.orders has no column `gone`"


def test_an_open_matter_that_is_not_the_members_by_key_is_refused() -> None:
    with pytest.raises(PlanningError) as caught:
        matters("{dataset: shop.orders, when: {status: New}}", "shop.orders: {belongs_to: {guest: email}, on_closure: delete}")
    assert str(caught.value) == "open_matters.under_way: shop.orders does not belong to the member by key"


def test_an_open_matter_may_stand_in_another_store() -> None:
    datamap = shop_map(UPLOAD, more="open_matters:\n  u: {dataset: files.upload, when: {member_id: {at_least: 1}}}\n")
    assert [matter.dataset for matter in planned(datamap).matters] == ["files.upload"]


def test_the_same_map_and_schemas_give_the_same_digest() -> None:
    assert planned(shop_map(ORDERS), orders()).digest == planned(shop_map(ORDERS), orders()).digest


def test_the_digest_is_sha256_over_the_whole_plan_without_it() -> None:
    plan = planned(shop_map(ORDERS, "shop.a: {belongs_to: m, on_closure: anonymise, fields: {m: null, n: 탈퇴}}"), orders(),
                   table("shop.a", {"m": "bigint", "n": "text"}))
    bare = dataclasses.asdict(dataclasses.replace(plan, digest=""))
    text = json.dumps(
        bare, sort_keys=True, ensure_ascii=False, default=lambda rule: {"kind": rule.kind.value, "value": rule.value}
    )
    assert "탈퇴" in text
    assert plan.digest == hashlib.sha256(text.encode()).hexdigest()


def test_the_digest_names_the_schema_as_well_as_the_map() -> None:
    datamap = shop_map(ORDERS)
    wider = dataclasses.replace(
        orders(), columns={**orders().columns, "member_id": dataclasses.replace(orders().columns["member_id"], type="text")}
    )
    assert planned(datamap, orders()).digest != planned(datamap, wider).digest
    assert planned(datamap, orders()).digest != planned(shop_map(ORDERS, more="stakes: {}\n"), orders()).digest


def test_a_map_that_cannot_be_carried_out_gives_no_plan() -> None:
    with pytest.raises(PlanningError, match=r"shop\.orders: the store has no such dataset"):
        planned(shop_map(MEMBER, ORDERS))
