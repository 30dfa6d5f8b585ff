"""Which datasets and columns the `shopping:` section names, each with the place in the map that names it."""

from __future__ import annotations

import pytest
from builders import RIGHT_MAP

from adieu.datamap import load
from adieu.errors import MapInvalid

WHOLE = """shopping:
  order: {dataset: shop.orders, key: id, placed: placed, total: total, currency: cur, promised: due,
    state: {field: status, done: Done}, when: {test: [0]}}
  line: {dataset: shop.line, order: order_id, title: sku, quantity: n, price: paid, product: item}
  category: {dataset: shop.product, product: id, category: cat_id, named_in: {dataset: shop.cat, key: id, name: words}}
  discount: {dataset: shop.line, order: order_id, amount: off}
  refund: {dataset: shop.line, order: order_id, amount: back}
  delivery: {dataset: shop.line, order: order_id, at: arrived}
  mail:
    - {dataset: shop.address, sent: line1, when: {kind: [a, b], way: [c]}}
    - {dataset: shop.email, sent: at, channel: push}
  review: {dataset: shop.review, written: body}
  ticket: {dataset: shop.review, opened: at}
"""
CATEGORY = ("open_matters:", "  shop.cat: {on_closure: leave, because: goods}\nopen_matters:")


def section(text: str = WHOLE):  # type: ignore[no-untyped-def]
    return load(RIGHT_MAP.replace(*CATEGORY) + text, "m").shopping


def test_every_column_is_named_once_with_its_place() -> None:
    found = [f"{where.removeprefix('shopping.')} {dataset.removeprefix('shop.')}.{column}"
             for dataset, column, where in section().named()]
    assert found == [
        "order orders.test", "order orders.id", "order orders.placed", "order orders.total", "order orders.cur",
        "order orders.due", "order orders.status",
        "line line.order_id", "line line.sku", "line line.n", "line line.paid", "line line.item",
        "category product.id", "category product.cat_id",
        "discount line.order_id", "discount line.off", "refund line.order_id", "refund line.back",
        "delivery line.order_id", "delivery line.arrived", "review review.body", "ticket review.at",
        "category.named_in cat.id", "category.named_in cat.words",
        "mail.0 address.kind", "mail.0 address.way", "mail.0 address.line1", "mail.1 email.at",
    ]
    assert {where.split(".")[0] for _, _, where in section().named()} == {"shopping"}


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("dataset: shop.cat,", "dataset: shop.gone,", "`shop.gone` is not among `datasets:`; decide it there or mend the name"),
    ("dataset: shop.email, sent", "dataset: shop.product, sent",
     "nothing links `shop.product` to the member; add `belongs_to:` there or leave it out here"),
    ("dataset: shop.review, written", "dataset: shop.session, written",
     "nothing links `shop.session` to the member; add `belongs_to:` there or leave it out here"),
])
def test_what_cannot_be_told_of_the_member_is_refused_where_it_stands(old: str, new: str, sentence: str) -> None:
    text = WHOLE.replace(old, new)
    with pytest.raises(MapInvalid) as caught:
        section(text)
    (problem,) = caught.value.problems
    lines = (RIGHT_MAP.replace(*CATEGORY) + text).splitlines()
    assert problem.what == sentence
    assert new in lines[problem.line - 1]


@pytest.mark.parametrize("linked", ["shop.member", "shop.shipping", "shop.orders"])
def test_the_member_record_and_what_it_owns_may_be_told(linked: str) -> None:
    assert section(WHOLE.replace("dataset: shop.review, written", f"dataset: {linked}, written")).review.dataset == linked


def test_a_broken_section_hides_no_broken_dataset() -> None:
    text = RIGHT_MAP.replace("within_days: 14", "within_days: many").replace("kr.contract", "kr.nothing")
    with pytest.raises(MapInvalid) as caught:
        load(text + "shopping: {zone: Mars}\n", "m")
    assert len(caught.value.problems) == 3
