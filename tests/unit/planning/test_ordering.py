"""Operations in an order the store's foreign keys allow: moved out, cut loose, children first, the member record last."""

from __future__ import annotations

import pytest
from planning_builders import member_table, planned, pointer, shop_map, shop_schema, table, told

from adieu.datamap.rules import FieldRule, RuleKind
from adieu.datamap.schema import Column, Kind, Table
from adieu.errors import PlanningError
from adieu.planning.plan import FieldChange, Key, Role, Verb, When


def deleted(*names: str) -> list[str]:
    return [f"shop.{name}: {{belongs_to: member_id, on_closure: delete}}" for name in names]


def own(name: str, *pointers: object, **columns: str) -> Table:
    return table(f"shop.{name}", {"member_id": "bigint", **columns}, *pointers)  # type: ignore[arg-type]


def order(names: str, *tables: Table) -> list[str]:
    return told(planned(shop_map(*deleted(*names.split())), shop_schema(*tables)))


def test_children_are_deleted_before_what_they_point_at_and_the_member_last() -> None:
    a = own("a", pointer("b_id", "shop.b"), b_id="bigint not null")
    b = own("b", pointer("c_id", "shop.c"), c_id="bigint")
    assert order("a b c", own("c"), a, b) == ["delete a", "delete b", "delete c", "delete member anchor"]
    z = own("z")
    y = own("y", pointer("z_id", "shop.z"), z_id="bigint")
    x = own("x", pointer("y_id", "shop.y"), z_id="bigint", y_id="bigint")
    assert order("z y x", x, y, z) == ["delete x", "delete y", "delete z", "delete member anchor"]


def test_the_member_is_last_though_nothing_in_the_store_says_so() -> None:
    assert order("a z", own("a"), own("z")) == ["delete a", "delete z", "delete member anchor"]


def test_operations_are_numbered_in_their_order_and_carry_the_key() -> None:
    whole = shop_schema(own("a"), own("b"))
    operations = planned(shop_map(*deleted("a", "b")), whole)
    assert [operation.number for operation in operations] == [0, 1, 2]
    assert {operation.key for operation in operations} == {Key(columns=("id",), types=("bigint",))}


def test_a_foreign_key_into_a_dataset_that_stays_orders_nothing() -> None:
    a = own("a", pointer("goods_id", "shop.goods"), goods_id="bigint not null")
    datamap = shop_map(*deleted("a"), "shop.goods: {on_closure: leave, because: goods}")
    assert told(planned(datamap, shop_schema(a, table("shop.goods", {})))) == ["delete a", "delete member anchor"]


def test_a_foreign_key_after_one_that_orders_nothing_counts_all_the_same() -> None:
    z = own("z", pointer("goods_id", "shop.goods"), pointer("b_id", "shop.b"), goods_id="bigint", b_id="bigint")
    datamap = shop_map(*deleted("b", "z"), "shop.goods: {on_closure: leave, because: goods}")
    lines = told(planned(datamap, shop_schema(z, own("b"), table("shop.goods", {}))))
    assert lines == ["delete z", "delete b", "delete member anchor"]


def test_records_that_point_at_each_other_in_one_dataset_are_cut_loose_first() -> None:
    a = own("a", pointer("parent_id", "shop.a"), parent_id="bigint")
    assert order("a", a) == ["rewrite a parent_id=null", "delete a", "delete member anchor"]


def test_a_pointer_within_a_dataset_that_cannot_be_null_is_refused_by_name() -> None:
    a = own("a", pointer("parent_id", "shop.a"), parent_id="bigint not null")
    with pytest.raises(PlanningError) as caught:
        order("a", a)
    assert str(caught.value) == (
        "shop.a: these datasets point at each other with links that cannot be null, so none can be deleted first"
    )


def test_two_datasets_that_point_at_each_other_are_parted_where_it_can_be_null() -> None:
    a = own("a", pointer("b_id", "shop.b"), b_id="bigint not null")
    b = own("b", pointer("a_id", "shop.a"), a_id="bigint")
    assert order("a b", a, b) == ["rewrite b a_id=null", "delete a", "delete b", "delete member anchor"]


def test_where_both_can_be_null_the_first_by_name_lets_go() -> None:
    a = own("a", pointer("b_id", "shop.b"), b_id="bigint")
    b = own("b", pointer("a_id", "shop.a"), a_id="bigint")
    assert order("a b", a, b) == ["rewrite a b_id=null", "delete b", "delete a", "delete member anchor"]


def test_every_foreign_key_between_the_two_is_let_go() -> None:
    a = own("a", pointer("b_id", "shop.b"), b_id="bigint not null")
    b = own("b", pointer("a_id", "shop.a"), pointer("old_id", "shop.a"), pointer("c_id", "shop.c"),
            a_id="bigint", old_id="bigint", c_id="bigint")
    assert order("a b c", a, b, own("c")) == [
        "rewrite b a_id=null old_id=null", "delete a", "delete b", "delete c", "delete member anchor",
    ]


def test_one_foreign_key_that_cannot_be_null_is_enough_to_hold_two_datasets_together() -> None:
    a = own("a", pointer("b_id", "shop.b"), b_id="bigint not null")
    b = own("b", pointer("a_id", "shop.a"), pointer("old_id", "shop.a"), a_id="bigint", old_id="bigint not null")
    with pytest.raises(PlanningError) as caught:
        order("a b", a, b)
    assert "these datasets point at each other" in str(caught.value)
    assert str(caught.value).split(":")[0] in ("shop.a -> shop.b", "shop.b -> shop.a")


def test_a_circle_of_three_is_broken_only_where_the_circle_runs() -> None:
    # a -> b -> c -> a cannot be parted at a -> c, which can be null but is another circle.
    a = own("a", pointer("b_id", "shop.b"), pointer("c_id", "shop.c"), b_id="bigint not null", c_id="bigint")
    b = own("b", pointer("c_id", "shop.c"), c_id="bigint")
    c = own("c", pointer("a_id", "shop.a"), a_id="bigint not null")
    assert order("a b c", a, b, c) == [
        "rewrite a c_id=null", "rewrite b c_id=null", "delete c", "delete a", "delete b", "delete member anchor",
    ]


def test_a_circle_of_three_that_nothing_can_break_is_refused_and_not_tried_for_ever() -> None:
    a = own("a", pointer("b_id", "shop.b"), pointer("c_id", "shop.c"), b_id="bigint not null", c_id="bigint")
    b = own("b", pointer("c_id", "shop.c"), c_id="bigint not null")
    c = own("c", pointer("a_id", "shop.a"), a_id="bigint not null")
    with pytest.raises(PlanningError, match=r"shop\.[abc] -> shop\.[abc] -> shop\.[abc]: these datasets"):
        order("a b c", a, b, c)


def test_two_circles_are_each_broken() -> None:
    a = own("a", pointer("b_id", "shop.b"), b_id="bigint")
    b = own("b", pointer("a_id", "shop.a"), a_id="bigint not null")
    c = own("c", pointer("d_id", "shop.d"), d_id="bigint not null")
    d = own("d", pointer("c_id", "shop.c"), c_id="bigint")
    lines = order("a b c d", a, b, c, d)
    assert lines[:2] == ["rewrite a b_id=null", "rewrite d c_id=null"]
    assert lines.index("delete b") < lines.index("delete a")
    assert lines.index("delete c") < lines.index("delete d")
    assert lines[-1] == "delete member anchor"


def test_of_a_key_of_several_columns_only_those_that_can_be_null_are_cut() -> None:
    a = table("shop.a", {"member_id": "bigint", "tenant": "bigint not null", "parent": "bigint"},
              pointer("tenant parent", "shop.a", to_columns="tenant id"))
    assert order("a", a) == ["rewrite a parent=null", "delete a", "delete member anchor"]


def test_a_record_the_member_record_points_at_is_let_go_and_deleted_before_it() -> None:
    datamap = shop_map("shop.a: {owned_through: shop.member.a_id, on_closure: delete}")
    whole = shop_schema(member_table(pointer("a_id", "shop.a"), a_id="bigint"), table("shop.a", {}))
    assert told(planned(datamap, whole)) == ["rewrite member a_id=null", "delete a", "delete member anchor"]


def test_a_record_the_member_record_cannot_let_go_is_deleted_after_it() -> None:
    datamap = shop_map("shop.a: {owned_through: shop.member.a_id, on_closure: delete}", *deleted("b"))
    member = member_table(pointer("a_id", "shop.a"), a_id="bigint not null")
    assert told(planned(datamap, shop_schema(member, table("shop.a", {}), own("b")))) == [
        "delete b", "delete member anchor", "delete a",
    ]


def test_what_hangs_below_a_record_the_member_record_cannot_let_go_follows_it_too() -> None:
    datamap = shop_map(
        "shop.a: {owned_through: shop.member.a_id, on_closure: delete}",
        "shop.c: {owned_through: shop.a.c_id, on_closure: delete}",
        "shop.d: {owned_through: shop.c.d_id, on_closure: delete}", *deleted("b"),
    )
    member = member_table(pointer("a_id", "shop.a"), a_id="bigint not null")
    a = table("shop.a", {"c_id": "bigint not null"}, pointer("c_id", "shop.c"))
    c = table("shop.c", {"d_id": "bigint not null"}, pointer("d_id", "shop.d"))
    assert told(planned(datamap, shop_schema(member, a, c, table("shop.d", {}), own("b")))) == [
        "delete b", "delete member anchor", "delete a", "delete c", "delete d",
    ]


def test_a_record_that_follows_the_member_record_lets_go_of_it_first() -> None:
    datamap = shop_map("shop.a: {owned_through: shop.member.a_id, on_closure: delete}")
    member = member_table(pointer("a_id", "shop.a"), a_id="bigint not null")
    a = table("shop.a", {"owner_id": "bigint"}, pointer("owner_id", "shop.member"))
    assert told(planned(datamap, shop_schema(member, a))) == [
        "rewrite a owner_id=null", "delete member anchor", "delete a",
    ]


def test_a_pointer_of_the_member_record_is_let_go_though_the_store_knows_no_foreign_key() -> None:
    datamap = shop_map("shop.a: {owned_through: shop.member.a_id, on_closure: delete}")
    whole = shop_schema(member_table(a_id="bigint"), table("shop.a", {}))
    assert told(planned(datamap, whole)) == ["rewrite member a_id=null", "delete a", "delete member anchor"]


def test_a_member_record_that_points_at_another_member_lets_go_first() -> None:
    datamap = shop_map("shop.member: {on_closure: delete}", *deleted("a"))
    whole = shop_schema(member_table(pointer("referrer_id", "shop.member"), referrer_id="bigint"), own("a"))
    assert told(planned(datamap, whole)) == ["rewrite member referrer_id=null", "delete a", "delete member anchor"]


KEPT = (
    "shop.orders: {belongs_to: member_id, on_closure: retain, basis: kr.contract, counted_from: placed,"
    " into_vault: [placed, member.name], AFTER}"
)


def orders(*pointers: object, **columns: str) -> Table:
    return own("orders", *pointers, placed="date not null", **columns)


def test_what_is_retained_is_moved_before_anything_else_and_then_deleted() -> None:
    datamap = shop_map(KEPT.replace(", AFTER", ""), "shop.a: {belongs_to: member_id, on_closure: anonymise, fields: {n: null}}")
    operations = planned(datamap, shop_schema(orders(), own("a", n="text")))
    assert told(operations) == ["retain orders", "rewrite a n=null", "delete orders", "delete member anchor"]
    assert operations[0].custody is not None
    assert (operations[0].custody.basis, operations[0].custody.counted_from) == ("kr.contract", "placed")
    assert [operation.custody for operation in operations[1:]] == [None, None, None]


def test_what_stays_of_a_retained_record_is_rewritten_in_the_shop() -> None:
    datamap = shop_map(KEPT.replace("AFTER", "afterwards: pseudonymise, fields: {member_id: null, note: {unchanged: why}}"))
    operations = planned(datamap, shop_schema(orders(note="text")))
    assert told(operations) == ["retain orders", "rewrite orders member_id=null", "delete member anchor"]
    assert [operation.verb for operation in operations] == [Verb.RETAIN, Verb.REWRITE, Verb.DELETE]


def test_a_record_that_stays_lets_go_of_what_is_deleted_with_it() -> None:
    datamap = shop_map(
        KEPT.replace("AFTER", "afterwards: anonymise, fields: {member_id: null}"),
        "shop.shipping: {owned_through: [shop.orders.shipping_id, shop.orders.billing_id], on_closure: delete}",
        "shop.label: {owned_through: shop.orders.label_id, on_closure: anonymise, fields: {text: null}}",
    )
    whole = shop_schema(
        orders(shipping_id="bigint", billing_id="bigint not null", label_id="bigint"),
        table("shop.shipping", {}), table("shop.label", {"text": "text"}),
    )
    lines = told(planned(datamap, whole))
    assert "rewrite orders shipping_id=null member_id=null" in lines
    assert lines.index("rewrite orders shipping_id=null member_id=null") < lines.index("delete shipping")


def test_the_maps_own_rule_for_such_a_pointer_wins() -> None:
    datamap = shop_map(
        KEPT.replace("AFTER", "afterwards: anonymise, fields: {shipping_id: 0, member_id: null}"),
        "shop.shipping: {owned_through: shop.orders.shipping_id, on_closure: delete}",
    )
    whole = shop_schema(orders(shipping_id="bigint"), table("shop.shipping", {}))
    assert "rewrite orders shipping_id=0 member_id=null" in told(planned(datamap, whole))


def test_a_record_that_is_deleted_itself_needs_not_let_go() -> None:
    datamap = shop_map(*deleted("a"), "shop.b: {owned_through: shop.a.b_id, on_closure: delete}")
    whole = shop_schema(own("a", b_id="bigint"), table("shop.b", {}))
    assert sorted(told(planned(datamap, whole))) == ["delete a", "delete b", "delete member anchor"]
    whole = shop_schema(
        own("a", pointer("parent_id", "shop.a"), b_id="bigint", parent_id="bigint"), table("shop.b", {})
    )
    assert told(planned(datamap, whole))[0] == "rewrite a parent_id=null"


def test_a_member_record_that_stays_is_rewritten_last() -> None:
    datamap = shop_map("shop.member: {on_closure: anonymise, fields: {email: placeholder, first: null}}", *deleted("a"))
    operations = planned(datamap, shop_schema(own("a")))
    assert told(operations) == ["delete a", "rewrite member email=placeholder first=null anchor"]
    assert [operation.number for operation in operations] == [0, 1]


def test_a_member_record_that_stays_lets_go_before_and_is_rewritten_last() -> None:
    datamap = shop_map(
        "shop.member: {on_closure: anonymise, fields: {email: placeholder}}",
        "shop.a: {owned_through: shop.member.a_id, on_closure: delete}",
    )
    assert told(planned(datamap, shop_schema(member_table(a_id="bigint"), table("shop.a", {})))) == [
        "rewrite member a_id=null", "delete a", "rewrite member a_id=null email=placeholder anchor",
    ]


def test_a_store_without_the_member_record_has_no_anchor() -> None:
    datamap = shop_map("files.upload: {belongs_to: member_id, on_closure: delete}")
    assert told(planned(datamap, files_schema())) == ["delete files.upload"]


def files_schema():  # type: ignore[no-untyped-def]
    import dataclasses

    whole = shop_schema(table("files.upload", {"member_id": "bigint"}))
    return dataclasses.replace(whole, store="files")


def test_a_record_with_two_owners_is_released_where_the_other_remains() -> None:
    datamap = shop_map(
        "shop.gift: {belongs_to: [from_id, to_id], on_closure: delete, shared: {words: \"\", to_id: 0}}"
    )
    operations = planned(datamap, shop_schema(table("shop.gift", {"from_id": "bigint", "to_id": "bigint", "words": "text"})))
    assert told(operations) == [
        "rewrite gift shared from_id=null to_id=0 words='' @from_id @to_id", "delete gift", "delete member anchor",
    ]
    assert operations[0].role is Role.SHARED


def test_a_record_with_one_owner_is_never_shared() -> None:
    datamap = shop_map(
        "shop.a: {belongs_to: [member_id, {mail: email}, {b_id: shop.b}], on_closure: delete, shared: {mail: null}}",
        *deleted("b"),
    )
    whole = shop_schema(own("a", mail="text", b_id="bigint"), own("b"))
    assert sorted(told(planned(datamap, whole))) == ["delete a", "delete b", "delete member anchor"]


def test_a_record_others_may_point_at_is_shared() -> None:
    datamap = shop_map(
        *deleted("a"), "shop.b: {owned_through: shop.a.b_id, on_closure: delete, shared: {name: null}}",
    )
    whole = shop_schema(own("a", b_id="bigint"), table("shop.b", {"name": "text"}))
    assert "rewrite b shared name=null" in told(planned(datamap, whole))


def test_an_owner_who_decides_or_stands_in_json_is_not_let_go_of() -> None:
    datamap = shop_map(
        "shop.a: {belongs_to: [member_id, {field: boss_id, decides: true}, {field: doc, path: owner}], on_closure: delete}"
    )
    whole = shop_schema(own("a", boss_id="bigint not null", doc="jsonb"))
    assert told(planned(datamap, whole))[0] == "rewrite a shared member_id=null @member_id"


def test_a_shared_record_of_a_dataset_that_is_left_is_not_touched() -> None:
    datamap = shop_map(
        "shop.a: {belongs_to: [member_id, other_id], on_closure: leave, because: theirs, mentions: {by_id: {by_id: null}}}"
    )
    whole = shop_schema(own("a", other_id="bigint", by_id="bigint"))
    assert told(planned(datamap, whole)) == ["rewrite a mention by_id=null @by_id", "delete member anchor"]


def test_each_field_that_names_a_member_is_redacted_on_its_own() -> None:
    datamap = shop_map(
        "shop.a: {on_closure: leave, because: theirs, mentions: {by_id: {by_id: null, by: gone}, for_id: {for_id: null}}}"
    )
    operations = planned(datamap, shop_schema(table("shop.a", {"by_id": "bigint", "by": "text", "for_id": "bigint"})))
    assert told(operations) == [
        "rewrite a mention by_id=null by='gone' @by_id", "rewrite a mention for_id=null @for_id", "delete member anchor",
    ]
    assert [operation.role for operation in operations] == [Role.MENTION, Role.MENTION, Role.OWN]


def test_a_shared_field_is_let_go_only_where_it_names_a_member() -> None:
    datamap = shop_map(
        "shop.a: {belongs_to: [{field: object_id, when: {type: 4}}, {field: object_id, when: {type: 5}}, other_id],"
        " on_closure: delete, shared: {words: null}}"
    )
    whole = shop_schema(table("shop.a", {"object_id": "bigint", "type": "bigint", "other_id": "bigint", "words": "text"}))
    changes = {change.field: change.when for change in planned(datamap, whole)[0].changes}
    assert changes == {
        "object_id": ((When(field="type", value=4),), (When(field="type", value=5),)), "other_id": (), "words": (),
    }


def test_a_shared_field_that_always_names_a_member_is_let_go_always() -> None:
    datamap = shop_map(
        "shop.a: {belongs_to: [{field: object_id, when: {type: 4}}, object_id], on_closure: delete}"
    )
    operations = planned(datamap, shop_schema(table("shop.a", {"object_id": "bigint", "type": "bigint"})))
    assert [(change.field, change.when) for change in operations[0].changes] == [("object_id", ())]


def test_a_change_says_what_the_adapter_must_know_of_the_column() -> None:
    datamap = shop_map(
        "shop.a: {belongs_to: member_id, on_closure: anonymise, personal: {mail: contact.email, at: contact.phone},"
        " fields: {member_id: null, mail: placeholder, at: year_only}}"
    )
    whole = shop_schema(own("a", mail="varchar(40) not null", at="date"))
    assert planned(datamap, whole)[0].changes == (
        FieldChange(field="member_id", rule=FieldRule(kind=RuleKind.LITERAL), kind=Kind.INTEGER),
        FieldChange(field="mail", rule=FieldRule(kind=RuleKind.PLACEHOLDER), kind=Kind.TEXT, length=40, nullable=False,
                    email=True),
        FieldChange(field="at", rule=FieldRule(kind=RuleKind.YEAR_ONLY), kind=Kind.DATE),
    )


def test_a_placeholder_in_the_members_own_email_looks_like_one() -> None:
    datamap = shop_map(
        "shop.member: {on_closure: anonymise, fields: {email: placeholder, first: placeholder}}",
        "shop.a: {belongs_to: member_id, on_closure: anonymise, fields: {member_id: null, email: placeholder}}",
    )
    operations = planned(datamap, shop_schema(own("a", email="text")))
    assert {(o.dataset, c.field): c.email for o in operations for c in o.changes} == {
        ("shop.member", "email"): True, ("shop.member", "first"): False, ("shop.a", "member_id"): False,
        ("shop.a", "email"): False,
    }


def test_where_the_map_knows_no_email_no_placeholder_looks_like_one() -> None:
    datamap = shop_map(
        "shop.member: {on_closure: anonymise, fields: {email: placeholder}}", identifiers="{name: {field: first}}"
    )
    assert [change.email for change in planned(datamap, shop_schema(member_table()))[0].changes] == [False]


@pytest.mark.parametrize("where", ["fields: {COLUMN: null}", "fields: {n: null}, mentions: {by_id: {COLUMN: null}}"])
def test_a_rule_on_a_column_the_store_has_not_is_refused_by_name(where: str) -> None:
    datamap = shop_map(f"shop.a: {{belongs_to: member_id, on_closure: anonymise, {where.replace('COLUMN', 'gone')}}}")
    with pytest.raises(PlanningError, match=r"^shop\.a\.gone: has a rule but does not exist; run `adieu check`"):
        planned(datamap, shop_schema(own("a", n="text", by_id="bigint")))


def test_a_rule_on_a_column_the_store_computes_is_refused_by_name() -> None:
    datamap = shop_map("shop.a: {belongs_to: member_id, on_closure: anonymise, fields: {full: null}}")
    full = Column(name="full", type="text", kind=Kind.TEXT, generated=True)
    whole = own("a")
    with pytest.raises(PlanningError, match=r"^shop\.a\.full: has a rule but is computed by the store; run"):
        planned(datamap, shop_schema(Table(
            dataset="shop.a", columns={**whole.columns, "full": full}, primary_key=("id",)
        )))
