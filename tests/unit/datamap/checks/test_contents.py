"""Identifiers found in texts by their shape, and what is said of them."""

from __future__ import annotations

import pytest
from builders import right_map

from adieu.datamap.checks import Code, Level
from adieu.datamap.checks.contents import personal_looking, scan_contents

FOUND = {
    "write to mina.kim+shop@mail.example.co.kr, please": "contact.email",
    "return?to=mina%40example.com&x=1": "contact.email",
    '{"mail": "mina@example.com"}': "contact.email",
    "김민아@한국.example": "contact.email",
    "call 010-1234-5678": "contact.phone",
    "01012345678": "contact.phone",
    "02-123-4567": "contact.phone",
    "+82 10 1234 5678": "contact.phone",
    "+44 (20) 7946 0958": "contact.phone",
    "900101-1234567": "identity.resident_number",
    "9001011234568": "identity.resident_number",
    "card 4111 1111 1111 1111": "payment.card",
    "5500-0000-0000-0004": "payment.card",
    "DE89 3704 0044 0532 0130 00": "payment.iban",
    "from 203.0.113.7": "technical.ip",
    "2001:db8:0:1:1:1:1:1": "technical.ip",
}
NOT_FOUND = [
    "", "blue shirt, size 40", "order 100234 of 2026-11-24 10:00:00", "1712312345678", "version 1.2.3", "300.1.1.1",
    "4111 1111 1111 1112", "GB82 WEST 1234 5698 7654 33", "991332-1234567", "550e8400-e29b-41d4-a716-446655440000",
    "a @ b", "12:30:45", "9001011234567",
]
SIGNED = (
    ".eJxVjDsOwjAQBe_iGlle_01Jzxms9X5wANlSnFSIu5NIKaB9M_PeIuO21rwNXvJM4ixAnH63gvjktgN6YLt3ib2ty"
    "1zkrsiDDnntxK_L4f4dVBx1rwE:1tEZcS:5dHJ9v3kT0uPqg1xZb2nYw7mRr8aLc4oVf6iKs0eQhU"
)


@pytest.mark.parametrize("text", FOUND)
def test_an_identifier_is_known_by_its_shape(text: str) -> None:
    assert personal_looking([text]) == FOUND[text]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_resembles_an_identifier_is_not_taken_for_one(text: str) -> None:
    assert personal_looking([text]) is None


def test_the_first_personal_text_decides() -> None:
    assert personal_looking(["nothing", "x@example.com", "010-1234-5678"]) == "contact.email"


def test_each_column_is_named_once_with_a_count_and_never_the_value() -> None:
    canary = "canary@example.com"
    values = [("shop.product", "title", text) for text in (canary, "red", canary)]
    values += [("shop.session", "data", canary)]
    first, second = scan_contents(right_map(), iter(values))
    assert (first.code, first.level, first.dataset, first.field) == (
        Code.PERSONAL_CONTENT, Level.ERROR, "shop.product", "title"
    )
    assert first.what == (
        "identifiers by their shape in 2 of 3 texts (contact.email 2); decide the dataset, tag the column under `personal:`,"
        " or say why not under `not_personal:`"
    )
    assert (second.dataset, second.field) == ("shop.session", "data")
    assert "canary" not in f"{first}{second}"


def test_a_column_that_somebody_tagged_is_only_info() -> None:
    change = ("because: goods}", "because: goods, not_personal: {maker: our own office}}")
    (found,) = scan_contents(right_map(change), [("shop.product", "maker", "office@example.com")])
    assert found.level is Level.INFO
    assert found.what == "identifiers by their shape in 1 of 1 texts (contact.email 1); the map says: our own office"


def test_packed_and_signed_text_is_said_to_be_unreadable() -> None:
    (found,) = scan_contents(right_map(), [("shop.session", "data", text) for text in (SIGNED, SIGNED, "plain")])
    assert str(found) == (
        "warning unreadable-content shop.session.data: 2 of 3 texts are packed and signed and cannot be read; judge them by"
        " what the shop writes there"
    )


def test_every_category_is_counted_and_columns_come_in_order() -> None:
    texts = ["a@example.com", "b@example.com", "010-1234-5678", "nothing", SIGNED]
    values = [("shop.session", "data", text) for text in texts] + [("shop.product", "b", "c@example.com")]
    *others, third, unread = scan_contents(right_map(), [*values, ("shop.product", "a", "c@example.com")][::-1])
    assert [(f.dataset, f.field) for f in others] == [("shop.product", "a"), ("shop.product", "b")]
    assert unread.what.startswith("1 of 5 texts are packed and signed")
    assert third.what.startswith("identifiers by their shape in 3 of 5 texts (contact.email 2, contact.phone 1); decide")


def test_a_dataset_the_map_does_not_name_is_told_all_the_same() -> None:
    (found,) = scan_contents(right_map(), [("shop.gift", "note", "c@example.com")])
    assert (found.level, found.dataset, found.field) == (Level.ERROR, "shop.gift", "note")


@pytest.mark.parametrize(("text", "category"), [
    ("850230-1234567", None), ("850228-1234567", "identity.resident_number"), ("000229-3234567", "identity.resident_number"),
    ("000229-1234567", None), ("000229-5234567", None), ("960229-2234567", "identity.resident_number"),
    ("960229-1234567", "identity.resident_number"), ("960229-5234567", "identity.resident_number"),
    ("960229-6234567", "identity.resident_number"), ("000229-2234567", None), ("000229-6234567", None),
    ("000229-4234567", "identity.resident_number"), ("920229-1234567", "identity.resident_number"), ("851301-1234567", None),
    ("9212311111280", "identity.resident_number"), ("8911122345671", "identity.resident_number"), ("8911122345670", None),
    ("+1234567", None), ("+12345678", "contact.phone"), ("+123456789012345", "contact.phone"), ("+1234567890123456", None),
    ("0.0.0.0", None), ("255.255.255.255", "technical.ip"), ("4111111111111111", "payment.card"),
    ("4111111111111112", None), ("DE89370400440532013000", "payment.iban"), ("DE88370400440532013000", None),
])
def test_a_shape_is_believed_only_where_its_own_check_holds(text: str, category: str | None) -> None:
    assert personal_looking([text]) == category


def test_clean_texts_say_nothing() -> None:
    assert list(scan_contents(right_map(), [("shop.product", "title", "red")])) == []
