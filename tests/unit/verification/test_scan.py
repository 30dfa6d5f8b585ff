"""What counts as an identifier standing in a text: however it is written, and never as a part of something longer."""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import quote

import pytest

from adieu.ports.stores import Proved
from adieu.verification import Scan, strong_identifier

EMAIL = Proved(kind="email", value="Kim.Lee@Böse.example")
MOBILE = Proved(kind="phone", value="010-5555-0001")
ABROAD = Proved(kind="phone", value="+82 2 555 0001")


def found(text: str, *identifiers: Proved) -> bool:
    scan = Scan(identifiers=identifiers)
    scan.read("shop.note", ("other", "body"), [("nothing here", text)])
    assert set(scan.found) <= {("shop.note", "body")}
    return bool(scan.found)


@pytest.mark.parametrize("text", [
    "kim.lee@böse.example", "Write to KIM.LEE@BÖSE.EXAMPLE.", "<kim.lee@böse.example>", "mailto:kim.lee@böse.example?subject=x",
    "_kim.lee@böse.example_", "kim.lee@xn--bse-sna.example", "--kim.lee@böse.example--", "a,kim.lee@böse.example;b",
    unicodedata.normalize("NFD", "kim.lee@böse.example"), "to=" + quote("kim.lee@böse.example"), "x%3Akim.lee%40böse.example%20",
    json.dumps({"text": "Hello\nkim.lee@böse.example\tbye"}),
])  # fmt: skip
def test_an_email_is_found_however_it_is_written(text: str) -> None:
    assert found(text, EMAIL)


@pytest.mark.parametrize("text", [
    "o.kim.lee@böse.example", "kim.lee@böse.example.au", "akim.lee@böse.example", "kim.lee@böse.examples", "kim_lee@böse.example",
    "kim.lee@bose.example", "Kim Lee", "",
])  # fmt: skip
def test_an_email_is_not_found_in_another(text: str) -> None:
    assert not found(text, EMAIL)


def test_an_email_beside_one_that_contains_it_is_found() -> None:
    assert found("o.kim.lee@böse.example, kim.lee@böse.example", EMAIL)


@pytest.mark.parametrize("text", [
    "010-5555-0001", "01055550001", "+82 10 5555 0001", "+82 (0)10-5555-0001", "821055550001", "0082.10.5555.0001", "1055550001",
    "call 2: 010 5555 0001, evenings", "tel:+82-10-5555-0001;", "%2B82%2010-5555%200001", "(010) 5555–0001",
    "０１０－５５５５－０００１",
    json.dumps({"tel": "010\n5555\n0001"}),
])  # fmt: skip
def test_a_telephone_number_is_found_however_it_is_written(text: str) -> None:
    assert found(text, MOBILE)


@pytest.mark.parametrize("text", ["02-555-0001", "02) 555-0001", "+82 2-555-0001", "025550001", "82-2-555-0001"])
def test_a_number_kept_with_its_country_is_found_as_it_is_called_at_home(text: str) -> None:
    assert found(text, ABROAD)


@pytest.mark.parametrize("text", ["010-5555-00012", "010-5555-0002", "55550001", "5501055550001"])
def test_a_telephone_number_is_not_found_in_another(text: str) -> None:
    assert not found(text, MOBILE)


def test_the_end_of_a_mobile_number_is_not_a_landline() -> None:
    assert not found("010-2555-0001", ABROAD)


def test_texts_are_counted_by_column_and_records_altogether() -> None:
    scan = Scan(identifiers=[EMAIL, MOBILE])
    scan.read("shop.note", ("a", "b"), [("01055550001", "kim.lee@böse.example"), ("", ""), ("x", "01055550001")])
    scan.read("shop.log", ("a",), [("kim.lee@böse.example kim.lee@böse.example",)])
    assert scan.found == {("shop.note", "a"): 1, ("shop.note", "b"): 2, ("shop.log", "a"): 1}
    assert scan.records == 4


@pytest.mark.parametrize("value", [
    Proved(kind="name", value="Kim Lee"), Proved(kind="phone", value="123-456"), Proved(kind="email", value="@a"),
    Proved(kind="email", value="nobody"),
])  # fmt: skip
def test_what_says_nothing_is_refused_by_its_place_and_not_by_its_value(value: Proved) -> None:
    with pytest.raises(ValueError, match="identifier 2") as caught:
        Scan(identifiers=[MOBILE, value])
    assert value.value not in str(caught.value)


def test_a_line_is_an_email_a_number_or_neither() -> None:
    kinds = {text: strong_identifier(text) for text in (" a@b.example ", "010 5555 0001", "Kim Lee", "12345", "0105555000x")}
    assert [item.kind if item else None for item in kinds.values()] == ["email", "phone", None, None, None]
