"""The contract's shop: a few small tables with every kind of key and link, and the map that decides them.

Members 1 and 2 leave, 3 stays. Every dataset holds something of all three.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from adieu.testing.contract.kinds import Record, ShopColumn, ShopPointer, ShopTable, Type

CANARY = "Kanarienvogel-4711"  # stands in records; must never stand in an error
LITERAL = """O'Neil "100%" \\ %s :x %(y)s 탈퇴 😀"""  # what a map may write, and a statement must not misread
ODD_KEYS = ("it's", "100%", "%s :run", 'dou"ble', "back\\slash", "탈퇴 회원", "e\u0301", "é", " ", "{a,b}", "NULL", "")


def _column(type_: Type, *words: str, length: int | None = None) -> ShopColumn:
    return ShopColumn(type=type_, length=length, required="required" in words, unique="unique" in words)


_ID = {"id": _column(Type.BIGINT, "required")}
_OWNED = {**_ID, "member_id": _column(Type.BIGINT)}
_TO_MEMBER = ShopPointer(columns=("member_id",), to="member", to_columns=("id",))
_TEXT, _SHORT = _column(Type.TEXT), _column(Type.SHORT_TEXT, length=12)

TABLES = (
    ShopTable(
        name="member",
        key=("id",),
        columns={
            **_ID, "email": _column(Type.SHORT_TEXT, "unique", length=60), "name": _TEXT, "phone": _TEXT,
            "joined": _column(Type.TIMESTAMP), "country": _TEXT, "active": _column(Type.BOOLEAN, "required"),
            "code": _column(Type.SHORT_TEXT, "required", "unique", length=12),
        },
    ),
    ShopTable(
        name="email_address",
        key=("id",),
        columns={**_OWNED, "email": _TEXT, "proved": _column(Type.BOOLEAN, "required")},
        pointers=(_TO_MEMBER,),
    ),
    ShopTable(name="address", key=("id",), columns={**_ID, "street": _TEXT}),
    ShopTable(
        name="orders",
        key=("id",),
        columns={
            **_OWNED, "guest_email": _TEXT, "status": _TEXT, "total": _column(Type.NUMBER),
            "placed": _column(Type.TIMESTAMP), "address_id": _column(Type.BIGINT),
        },
        pointers=(_TO_MEMBER, ShopPointer(columns=("address_id",), to="address", to_columns=("id",))),
    ),
    ShopTable(
        name="line",
        key=("order_id", "number"),
        columns={"order_id": _column(Type.BIGINT, "required"), "number": _column(Type.BIGINT, "required"), "gift": _TEXT},
        pointers=(ShopPointer(columns=("order_id",), to="orders", to_columns=("id",)),),
    ),
    ShopTable(
        name="engraving",
        key=("order_id", "number", "side"),
        columns={
            "order_id": _column(Type.BIGINT, "required"), "number": _column(Type.BIGINT, "required"),
            "side": _column(Type.TEXT, "required"), "words": _TEXT,
        },
        pointers=(
            ShopPointer(columns=("order_id", "number"), to="line", to_columns=("order_id", "number")),
        ),
    ),
    ShopTable(
        name="token", key=("value",), columns={"value": _column(Type.TEXT, "required"), "member_id": _column(Type.BIGINT)}
    ),
    ShopTable(
        name="device", key=("id",), columns={"id": _column(Type.UUID, "required"), "member_id": _column(Type.BIGINT)}
    ),
    ShopTable(
        name="visit",
        key=("member_id", "day"),
        columns={"member_id": _column(Type.BIGINT, "required"), "day": _column(Type.DATE, "required")},
    ),
    ShopTable(
        name="login", key=("at",), columns={"at": _column(Type.TIMESTAMP, "required"), "member_id": _column(Type.BIGINT)}
    ),
    ShopTable(name="event", key=("id",), columns={**_ID, "data": _column(Type.JSON)}),
    ShopTable(name="attachment", key=("id",), columns={**_ID, "kind": _TEXT, "owner_id": _column(Type.BIGINT)}),
    ShopTable(
        name="review",
        key=("id",),
        columns={
            **_OWNED, "author": _TEXT, "body": _TEXT, "zip": _TEXT, "posted": _column(Type.TIMESTAMP),
            "day": _column(Type.DATE), "weight": ShopColumn(type=Type.NUMBER, at_most=100), "hidden": _column(Type.BOOLEAN),
            "handle": _column(Type.SHORT_TEXT, "required", "unique", length=12),
            "reply_to": _column(Type.SHORT_TEXT, "unique", length=40), "guid": _column(Type.UUID),
            "why": _TEXT,
        },
    ),
    ShopTable(
        name="talk",
        key=("id",),
        columns={**_ID, "buyer_id": _column(Type.BIGINT), "seller_id": _column(Type.BIGINT), "words": _TEXT},
    ),
    ShopTable(name="invite", key=("id",), columns={**_OWNED, "invited_by": _column(Type.BIGINT), "note": _TEXT}),
    ShopTable(name="newsletter", key=("id",), columns={**_ID, "email": _TEXT}),
    ShopTable(name="product", key=("id",), columns={**_OWNED, "title": _TEXT}, pointers=(_TO_MEMBER,)),
)

MAP = f"""
adieu: 1
shop: {{name: Contract, regimes: {{default: kr}}}}
stores: {{shop: {{url: unused}}}}
member:
  dataset: shop.member
  key: id
  identifiers:
    email: {{field: email, verified: shop.email_address.proved}}
    name: {{field: name}}
    phone: {{field: phone, verified: always}}
  created: joined
  country: {{field: country, default: KR}}
  fence: {{set: {{active: false}}}}
datasets:
  shop.member: {{on_closure: delete}}
  shop.email_address: {{belongs_to: member_id, on_closure: delete}}
  shop.address: {{owned_through: shop.orders.address_id, on_closure: delete}}
  shop.orders:
    belongs_to: [member_id, {{guest_email: email}}]
    on_closure: retain
    basis: kr.contract
    counted_from: placed
    into_vault: [id, total, address.street, member.name, member.email]
  shop.line: {{belongs_to: {{order_id: shop.orders}}, on_closure: delete}}
  shop.engraving:
    belongs_to: {{fields: [order_id, number], of: shop.line}}
    on_closure: delete
  shop.token: {{belongs_to: member_id, on_closure: delete}}
  shop.device: {{belongs_to: member_id, on_closure: delete}}
  shop.visit: {{belongs_to: member_id, on_closure: delete}}
  shop.login: {{belongs_to: member_id, on_closure: delete}}
  shop.event: {{belongs_to: {{field: data, path: member.id}}, on_closure: delete}}
  shop.attachment: {{belongs_to: {{field: owner_id, when: {{kind: "member's"}}}}, on_closure: delete}}
  shop.review:
    belongs_to: member_id
    on_closure: anonymise
    fields:
      member_id: null
      author: {{literal: {json.dumps(LITERAL, ensure_ascii=False)}}}
      body: keep_if_no_person
      zip: {{first_digits: 2}}
      posted: year_only
      day: year_only
      weight: 0.1
      hidden: true
      handle: placeholder
      reply_to: placeholder
      guid: placeholder
      why: {{unchanged: says nothing of a person}}
    personal: {{reply_to: contact.email}}
  shop.talk:
    belongs_to: [buyer_id, seller_id]
    on_closure: delete
    shared: {{words: ""}}
  shop.invite:
    belongs_to: member_id
    on_closure: delete
    mentions: {{invited_by: {{invited_by: null, note: gone}}}}
  shop.newsletter: {{belongs_to: {{email: email}}, on_closure: delete}}
  shop.product: {{on_closure: leave, because: who wrote the text about a product}}
open_matters:
  orders_under_way:
    dataset: shop.orders
    when: {{status: {{not_in: [complete, "it's \\\\ 100% off"]}}}}
    show: [id, status]
    effect: wait
"""


def records() -> Mapping[str, list[Record]]:
    """The shop's records, by table, in an order in which they may be inserted."""
    found: dict[str, list[Record]] = {table.name: [] for table in TABLES}
    found["address"] += [{"id": number, "street": f"{number} {CANARY} street"} for number in (1, 2, 3, 9)]
    for number in (1, 2, 3):
        for name, rows in _of_member(number).items():
            found[name] += rows
    found["talk"] += [
        {"id": 12, "buyer_id": 1, "seller_id": 2, "words": "both leave"},
        {"id": 13, "buyer_id": 1, "seller_id": 3, "words": f"one stays {CANARY}"},
        {"id": 33, "buyer_id": 3, "seller_id": None, "words": "the other stays"},
    ]
    found["invite"].append({"id": 31, "member_id": 3, "invited_by": 1, "note": f"by {CANARY}"})
    found["orders"].append({"id": 90, "member_id": None, "guest_email": " M1@Shop.example\t", "status": "complete",
                            "total": 9.5, "placed": "2025-05-05 05:05:05", "address_id": 9})
    found["product"].append({"id": 1, "member_id": 3, "title": f"A book about {CANARY}"})
    return found


def _of_member(number: int) -> Mapping[str, list[Record]]:
    owned: Record = {"id": number, "member_id": number}
    email = f"m{number}@shop.example"
    return {
        "member": [{"id": number, "email": email, "name": f"{CANARY} {number}", "phone": f"010-1234-000{number}",
                    "joined": "2020-02-29 23:59:59", "country": "DE", "active": True, "code": f"c{number}"}],
        "email_address": [{**owned, "email": email, "proved": True}],
        "orders": [{**owned, "guest_email": None, "status": "complete", "total": 10.25,
                    "placed": "2025-01-31 10:00:00", "address_id": number}],
        "line": [{"order_id": number, "number": n, "gift": "it's 100%"} for n in (1, 2)],
        "engraving": [{"order_id": number, "number": 2, "side": side, "words": CANARY} for side in ("a'", "%s", "뒤")],
        "token": [{"value": f"{odd}#{number}", "member_id": number} for odd in ODD_KEYS],
        "device": [{"id": f"00000000-0000-4000-8000-{n:06}{number:06}", "member_id": number} for n in (1, 2)],
        "visit": [{"member_id": number, "day": day} for day in ("2024-02-29", "2025-01-01")],
        "login": [{"at": f"2025-03-01 00:00:0{number}", "member_id": number}],
        "event": [
            {"id": number, "data": f'{{"member": {{"id": {number}}}}}'},
            {"id": number + 10, "data": f'{{"member": {{"id": "{number}"}}}}'},
            {"id": number + 20, "data": '{"member": null}'},
        ],
        "attachment": [{"id": number, "kind": "member's", "owner_id": number},
                       {"id": number + 10, "kind": "product", "owner_id": number}],
        "review": [
            {**owned, "author": CANARY, "body": "fits well", "zip": "06236", "posted": "2024-07-31 12:00:00",
             "day": "2024-07-31", "weight": 3, "hidden": False, "handle": f"h{number}", "reply_to": email,
             "guid": f"10000000-0000-4000-8000-{number:012}", "why": "it's 100% \\"},
            {**owned, "id": number + 10, "author": None, "body": f"write to {email.upper()}", "zip": None,
             "posted": None, "day": None, "weight": None, "hidden": None, "handle": f"h1{number}", "reply_to": None,
             "guid": None, "why": None},
        ],
        "invite": [{**owned, "invited_by": None, "note": "mine"}],
        "newsletter": [{"id": number, "email": f" M{number}@SHOP.example "}],
    }
