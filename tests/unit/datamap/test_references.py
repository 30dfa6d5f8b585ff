"""A map that contradicts itself is refused with a sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

import io
import re

import pytest
from builders import RIGHT_MAP, right_map
from ruamel.yaml import YAML

from adieu.datamap import load
from adieu.errors import MapInvalid

BASES = "kr.access_log, kr.advertising, .*, kr.contract, .*"
CATEGORIES = "behaviour, contact, demographic, free_text, identity, location, payment, reference, technical"
ORDERS = "shop.orders: {belongs_to: member_id, on_closure: retain, "
REVIEW = "fields: {member_id: null, name: gone, body: keep_if_no_person}"


def told(*changes: tuple[str, str]) -> list[str]:
    """``line text: sentence`` of every problem, in the order of the file."""
    text = RIGHT_MAP
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    lines = text.splitlines()
    return [f"{lines[problem.line - 1].split(':')[0].strip()}: {problem.what}" for problem in caught.value.problems]


CASES = [
    (("{default: kr}", "{default: xx}"), "shop: no law file for regime `xx`; known: .*"),
    (("{default: kr}", "{default: kr, by_country: {DE: yy}}"), "shop: no law file for regime `yy`; known: .*"),
    (("shop.email.verified", "shop.mail.verified"),
     "email: `shop.mail` is not among `datasets:`; decide it there or mend the name"),
    (("shop.member: {on_closure: delete}", "shop.member: {on_closure: leave, because: x}"),
     "shop.member: the member record itself is left; delete, anonymise or retain it"),
    (("shop.member: {on_closure: delete}", "shop.member: {on_closure: expire, within_days: 1, removed_by: x, age: joined}"),
     "shop.member: the member record itself is left; delete, anonymise or retain it"),
    (("shop.product:", "mall.product:"),
     "mall.product: `mall.product` names no declared store; write it as store.table with a store from `stores:`"),
    (("shop.product:", "shop:"), "shop: `shop` names no declared store; write it as store.table with a store from `stores:`"),
    (("{on_closure: leave, because: goods}", "{on_closure: leave}"),
     "shop.product: `on_closure: leave` needs `because:`; add it"),
    (("within_days: 14, ", ""), "shop.session: `on_closure: expire` needs `within_days:`; add it"),
    ((", removed_by: nightly", ""), "shop.session: `on_closure: expire` needs `removed_by:`; add it"),
    ((", age: expires", ""), "shop.session: `on_closure: expire` needs `age:`; add it"),
    (("    basis: kr.contract\n", ""), "shop.orders: `on_closure: retain` needs `basis:`; add it"),
    (("    counted_from: placed\n", ""), "shop.orders: `on_closure: retain` needs `counted_from:`; add it"),
    (("    into_vault: [number, placed, shipping.line1, member.name, member.email]\n", ""),
     "shop.orders: `on_closure: retain` needs `into_vault:`; add it"),
    (("    " + REVIEW + "\n", ""), "shop.review: `on_closure: anonymise` needs `fields:`; add it"),
    (("on_closure: pseudonymise, fields: {sku: {unchanged: goods}}", "on_closure: pseudonymise"),
     "shop.line: `on_closure: pseudonymise` needs `fields:`; add it"),
    (('    fields: {member_id: null, guest_email: ""}\n', ""), "shop.orders: `afterwards: pseudonymise` needs `fields:`; add it"),
    (("because: goods}", "because: goods, personal: {id: reference}}"),
     "shop.product: personal fields stay under `leave`; add `accepted_by:` or decide otherwise"),
    (("within_days: 14, ", "accepted_by: Kim, within_days: 14, personal: {data: technical}, "),
     "shop.session: personal fields stay under `expire`; add `because:` or decide otherwise"),
    ((REVIEW, REVIEW + "\n    personal: {title: free_text}"),
     "personal: `title` (free_text) is undecided under anonymise; add it to `fields:`"),
    ((REVIEW, REVIEW + "\n    personal: {at: contact.phone}"),
     "personal: `at` (contact.phone) is undecided under anonymise; add it to `fields:`"),
    ((REVIEW, REVIEW + "\n    personal: {nick: identity}"),
     "personal: `nick` (identity) is undecided under anonymise; add it to `fields:`"),
    (("afterwards: pseudonymise", "afterwards: anonymise\n    personal: {number: reference}"),
     "personal: `number` (reference) is undecided under anonymise; add it to `fields:`"),
    (("{order_id: shop.orders}", "{order_id: shop.gone}"),
     "shop.line: `shop.gone` is not among `datasets:`; decide it there or mend the name"),
    (("identifier: email", "identifier: phone"),
     "belongs_to: `phone` is not among `member.identifiers:`; declare it there or mend the name"),
    (("owned_through: shop.orders.shipping_id", "owned_through: shop.gone.shipping_id"),
     "shop.shipping: `shop.gone` is not among `datasets:`; decide it there or mend the name"),
    (("shop.address: {belongs_to: member_id, ", "shop.address: {"),
     "shop.address: `delete` without a link; add `belongs_to:` or `owned_through:`, or leave it"),
    (("kr.contract", "kr.nothing"), f"basis: `kr.nothing` is no basis of kr; known: {BASES}"),
    (("kr.contract", "contract"), "basis: no law file for regime `contract`; known: .*"),
    (("line1: contact.address", "line1: home.address"), f"shop.address: unknown category `home.address`; one of {CATEGORIES}"),
    (("{unchanged: goods}", '{unchanged: ""}'), "shop.line: `unchanged` needs its reason; write {unchanged: why}"),
    ((REVIEW, REVIEW + '\n    shared: {stars: {unchanged: ""}}'),
     "shared: `unchanged` needs its reason; write {unchanged: why}"),
    ((REVIEW, REVIEW + '\n    mentions: {by_id: {by: {unchanged: ""}}}'),
     "mentions: `unchanged` needs its reason; write {unchanged: why}"),
    (("dataset: shop.orders, when", "dataset: shop.gone, when"),
     "under_way: `shop.gone` is not among `datasets:`; decide it there or mend the name"),
    (("open_matters:", "stakes:\n  points: {dataset: shop.gone, amount: a, unit: p}\nopen_matters:"),
     "points: `shop.gone` is not among `datasets:`; decide it there or mend the name"),
]


@pytest.mark.parametrize(("change", "sentence"), CASES, ids=[case[1] for case in CASES])
def test_a_contradiction_is_told_once_in_full_where_it_stands(change: tuple[str, str], sentence: str) -> None:
    found = told(change)
    assert len(found) == 1, found
    pattern = re.escape(sentence).replace(re.escape(".*"), ".*")
    assert re.fullmatch(pattern, found[0]), found[0]


def test_a_member_dataset_nobody_decided_is_named_and_the_other_then_needs_a_link() -> None:
    assert told(("dataset: shop.member", "dataset: shop.person")) == [
        "dataset: `shop.person` is not among `datasets:`; decide it there or mend the name",
        "shop.member: `delete` without a link; add `belongs_to:` or `owned_through:`, or leave it",
    ]


FILES = ('shop: {url: "${SHOP}"}', 'shop: {url: "${SHOP}"}\n  files: {url: "${FILES}"}')


@pytest.mark.parametrize(("link", "sentence"), [
    ("{order_id: shop.orders}", "files.upload: `shop.orders` is in another store; link by the member's key or an identifier"
     " instead"),
])
def test_a_link_cannot_cross_stores(link: str, sentence: str) -> None:
    upload = f"  files.upload: {{belongs_to: {link}, on_closure: delete}}\nopen_matters:"
    assert told(FILES, ("open_matters:", upload)) == [sentence]


def test_a_pointer_cannot_cross_stores() -> None:
    upload = "  files.upload: {owned_through: shop.orders.file_id, on_closure: delete}\nopen_matters:"
    assert told(FILES, ("open_matters:", upload)) == [
        "files.upload: a pointer cannot cross stores; link by key or identifier instead"
    ]


def test_the_members_key_and_identifiers_may_link_another_store() -> None:
    text = "  files.upload: {belongs_to: [member_id, {mail: email}], on_closure: delete}\nopen_matters:"
    assert right_map(FILES, ("open_matters:", text)).datasets["files.upload"].belongs_to


STANDS = [
    (("{default: kr}", "{default: xx}"), "default: xx"),
    (("{default: kr}", "{default: kr, by_country: {DE: kr, FR: yy}}"), "FR: yy"),
    (("dataset: shop.member", "dataset: shop.person"), "dataset: shop.person"),
    (("shop.email.verified", "shop.mail.verified"), "verified: shop.mail.verified"),
    (("because: goods}", "}"), "shop.product:"),
    (("    " + REVIEW + "\n", ""), "shop.review:"),
    (("because: goods}", "because: goods, personal: {id: reference}}"), "shop.product:"),
    ((REVIEW, REVIEW + "\n    personal: {title: free_text}"), "title: free_text"),
    (("{order_id: shop.orders}", "[{field: sku, when: {a: 1}}, {order_id: shop.gone}]"), "- order_id: shop.gone"),
    (("owned_through: shop.orders.shipping_id", "owned_through: [shop.orders.shipping_id, shop.gone.id]"), "- shop.gone.id"),
    (("kr.contract", "kr.nothing"), "basis: kr.nothing"),
    (("line1: contact.address", "line1: home.address"), "line1: home.address"),
    (("sku: {unchanged: goods}", 'sku: null, x: {unchanged: ""}'), "x:"),
    ((REVIEW, REVIEW + '\n    shared: {name: null, stars: {unchanged: ""}}'), "stars:"),
    ((REVIEW, REVIEW + '\n    mentions: {by_id: {a: null, by: {unchanged: ""}}}'), "by:"),
    (("{dataset: shop.orders, when", "{effect: tell, dataset: shop.gone, when"), "dataset: shop.gone"),
    (("open_matters:", "stakes:\n  points: {amount: a, unit: p, dataset: shop.gone}\nopen_matters:"), "dataset: shop.gone"),
]


@pytest.mark.parametrize(("change", "line"), STANDS, ids=[case[1] for case in STANDS])
def test_a_contradiction_stands_on_its_own_line_where_the_map_has_one(change: tuple[str, str], line: str) -> None:
    assert change[0] in RIGHT_MAP
    text = block(RIGHT_MAP.replace(*change, 1))
    with pytest.raises(MapInvalid) as caught:
        load(text, "adieu.yaml")
    lines = text.splitlines()
    assert line in [lines[problem.line - 1].strip() for problem in caught.value.problems]


def block(text: str) -> str:
    """The same map with every key and every item on a line of its own."""
    yaml, written = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = False, False
    yaml.dump(yaml.load(text), written)
    return written.getvalue()


@pytest.mark.parametrize("change", [
    ("because: goods}", "because: goods, accepted_by: Kim, personal: {id: reference}}"),
    ("within_days: 14", "within_days: 0"),
    (REVIEW, REVIEW + "\n    personal: {stars: behaviour, name: identity.name, body: free_text}"),
    ("afterwards: pseudonymise", "afterwards: pseudonymise\n    personal: {number: reference}"),
    ("    afterwards: pseudonymise\n    fields: {member_id: null, guest_email: \"\"}\n", ""),
    ("{default: kr}", "{default: kr, by_country: {KR: kr}}"),
    ("shop.email.verified", "never"), ("shop.email.verified", "always"),
    ("shop.member: {on_closure: delete}", "shop.member: {on_closure: anonymise, fields: {email: placeholder}}"),
])
def test_what_is_decided_is_accepted(change: tuple[str, str]) -> None:
    assert right_map(change)
