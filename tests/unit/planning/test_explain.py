"""A plan in sentences, in both languages: what is found how, and what becomes of it, in the order in which it runs."""

from __future__ import annotations

import pytest
from planning_builders import member_table, pointer, shop_map, shop_schema, table

from adieu.planning.explain import explain
from adieu.planning.make import make_plan

MAP = (
    "shop.member: {on_closure: delete, label: {ko: 계정, en: Account}}",
    "shop.orders: {belongs_to: [member_id, {guest: email}], on_closure: retain, basis: kr.contract, counted_from: placed,"
    " into_vault: [placed, member.name], afterwards: pseudonymise, fields: {member_id: null, guest: \"\", placed: year_only},"
    " label: {ko: 주문, en: Orders}}",
    "shop.line: {belongs_to: {fields: [order_id, shop_id], of: shop.orders, keys: [id, shop_id]}, on_closure: delete}",
    "shop.shipping: {owned_through: shop.orders.shipping_id, on_closure: delete, shared: {line1: null, zip: \"0\"}}",
    "shop.news: {belongs_to: {mail: email}, on_closure: delete, label: {en: News}}",
    "shop.reply: {on_closure: leave, because: theirs, mentions: {about_id: {about_id: null, about: gone}, by_id: {by_id: null}}}",
)
EN = """\
shop:
  Account (shop.member): the member record itself
  News (shop.news): by mail = the proved email, only where - is empty
  Orders (shop.orders): by member_id = the member's key; by guest = the proved email, only where member_id is empty
  shop.reply (shop.reply): may name the member in about_id, by_id
  shop.line (shop.line): with their shop.orders (order_id, shop_id)
  shop.shipping (shop.shipping): pointed at by shop.orders.shipping_id, unless others point too
    1. shop.orders: copy into the vault (kr.contract, counted from placed): placed, member.name
    2. shop.reply: in records of others, redact: about_id = null, about = 'gone'
    3. shop.reply: in records of others, redact: by_id = null
    4. shop.shipping: where another owner remains, release: line1 = null, zip = '0'
    5. shop.orders: rewrite: shipping_id = null, member_id = null, guest = '', placed = year_only
    6. shop.line: delete
    7. shop.news: delete
    8. shop.shipping: delete
    9. shop.member: delete"""
KO = """\
shop:
  계정 (shop.member): 회원 기록 자체
  News (shop.news): mail = 확인된 email로 찾아요. -가 비어 있을 때만요
  주문 (shop.orders): member_id = 회원 번호로 찾아요; guest = 확인된 email로 찾아요. member_id가 비어 있을 때만요
  shop.reply (shop.reply): about_id, by_id에 회원이 적혀 있을 수 있어요
  shop.line (shop.line): shop.orders에 딸린 기록이에요 (order_id, shop_id)
  shop.shipping (shop.shipping): shop.orders.shipping_id가 가리켜요. 다른 기록도 가리키면 남겨요
    1. shop.orders: 보관소로 옮겨요 (kr.contract, placed부터): placed, member.name
    2. shop.reply: 다른 사람의 기록에서 가려요: about_id = null, about = 'gone'
    3. shop.reply: 다른 사람의 기록에서 가려요: by_id = null
    4. shop.shipping: 다른 주인이 남으면 연결만 끊어요: line1 = null, zip = '0'
    5. shop.orders: 바꿔 써요: shipping_id = null, member_id = null, guest = '', placed = year_only
    6. shop.line: 지워요
    7. shop.news: 지워요
    8. shop.shipping: 지워요
    9. shop.member: 지워요"""


def explained(language: str) -> str:
    whole = shop_schema(
        member_table(),
        table("shop.orders", {"member_id": "bigint", "guest": "text", "placed": "date", "shipping_id": "bigint",
                              "shop_id": "bigint"}, pointer("member_id", "shop.member")),
        table("shop.line", {"order_id": "bigint", "shop_id": "bigint"}),
        table("shop.shipping", {"line1": "text", "zip": "text"}), table("shop.news", {"mail": "text"}),
        table("shop.reply", {"about_id": "bigint", "about": "text", "by_id": "bigint"}),
    )
    datamap = shop_map(*MAP)
    datamap = datamap.model_copy(update={"stores": {"shop": datamap.stores["shop"]}})
    return "\n".join(explain(make_plan(datamap, {"shop": whole}), datamap, language))


def test_several_fields_are_told_one_after_the_other() -> None:
    datamap = shop_map(
        "shop.a: {belongs_to: [x, y, {mail: email}], on_closure: delete}",
        "shop.b: {owned_through: {dataset: shop.a, fields: [x, y]}, on_closure: delete}",
    )
    datamap = datamap.model_copy(update={"stores": {"shop": datamap.stores["shop"]}})
    columns = {"x": "bigint", "y": "bigint"}
    whole = shop_schema(member_table(), table("shop.a", {**columns, "mail": "text"}), table("shop.b", columns))
    lines = list(explain(make_plan(datamap, {"shop": whole}), datamap, "en"))
    assert lines[1].endswith("only where x, y is empty")
    assert lines[3].endswith("pointed at by shop.a.x, y, unless others point too")


@pytest.mark.parametrize(("language", "text"), [("en", EN), ("ko", KO)])
def test_the_plan_is_told_in_the_order_in_which_it_runs(language: str, text: str) -> None:
    assert explained(language).split("\n") == text.split("\n")
