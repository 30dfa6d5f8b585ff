"""Which columns the map promises to be normalised, and what is said of what the store counted there."""

from __future__ import annotations

from builders import right_map

from adieu.datamap.checks import Code, Level
from adieu.datamap.checks.promises import Promise, Proof, judge, promises

GUEST = Promise(dataset="shop.orders", column="guest_email", kind="email")


LINK, IDENTIFIER = "email, stored: normalised}]", "verified, stored: normalised}"


def test_a_link_says_its_promise() -> None:
    assert promises(right_map((IDENTIFIER, "verified}"))) == (GUEST,)


def test_without_the_word_nothing_is_promised() -> None:
    assert promises(right_map((IDENTIFIER, "verified}"), (LINK, "email}]"))) == ()


def test_an_identifiers_promise_holds_on_the_member_record_and_where_it_is_proved() -> None:
    member, proof = (Promise(dataset=name, column="email", kind="email") for name in ("shop.member", "shop.email"))
    assert set(promises(right_map((LINK, "email}]")))) == {member, proof}
    always = right_map((LINK, "email}]"), ("verified: shop.email.verified", "verified: always"))
    assert promises(always) == (member,)


def test_a_promise_inside_json_keeps_its_path() -> None:
    found = promises(right_map(("{field: guest_email,", "{field: guest_email, path: a.b,")))
    assert found[0].path == ("a", "b")


def test_a_broken_promise_refuses_with_dataset_column_and_count() -> None:
    (found,) = judge(GUEST, Proof(read=40, broken=3, whole=True))
    assert (found.level, found.code, found.dataset, found.field) == (
        Level.ERROR, Code.NOT_NORMALISED, "shop.orders", "guest_email"
    )
    assert found.what == (
        "values outside the normal form of email: 3 in 40 records; the map says `stored: normalised`, so no closure would find"
        " them; normalise what is stored (docs/adr/0004-normalisation.md), or take the promise out"
    )
    (part,) = judge(GUEST, Proof(read=40, broken=3, whole=False))
    assert part.level is Level.ERROR and "email: 3 in the first 40 records; the map" in part.what


def test_a_promise_inside_json_is_named_by_its_path() -> None:
    promise = Promise(dataset="shop.orders", column="doc", kind="email", path=("buyer", "email"))
    (found,) = judge(promise, Proof(read=1, broken=1, whole=True))
    assert found.field == "doc.buyer.email"


def test_a_kept_promise_says_nothing_unless_a_part_was_not_read() -> None:
    assert list(judge(GUEST, Proof(read=40, broken=0, whole=True))) == []
    (found,) = judge(GUEST, Proof(read=40, broken=0, whole=False))
    assert (found.level, found.code) == (Level.INFO, Code.PROMISE_PART_READ)
    assert found.what == (
        "`stored: normalised` holds in the first 40 records and is believed of the others; `--rows` reads more"
    )
