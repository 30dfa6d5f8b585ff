"""The scan behind `keep_if_no_person`: an identifier of the member is found however it is written."""

from __future__ import annotations

import unicodedata

import pytest

from adieu.datamap.presence import names_person

MINA = [("email", "mina.kim@example.com"), ("name", "Mina Kim"), ("phone", "+82 10-1234-5678"), ("name", "김민아")]


@pytest.mark.parametrize("text", [
    "write to mina.kim@example.com", "MINA.KIM@EXAMPLE.COM", "thanks, mina kim!", "MinaKim liked it", "Mina  Kim",
    "Mina\nKim", "Mina\u00a0Kim", "김민아님", "김 민 아", unicodedata.normalize("NFD", "김민아님"), "Ｍｉｎａ Ｋｉｍ",
    "call 010 1234 5678", "call 01012345678 now", "+82-10-1234-5678", "010.1234.5678", "０１０-１２３４-５６７８",
    "1 2 3 4 5 6 7 8",
])
def test_an_identifier_is_found_however_it_is_written(text: str) -> None:
    assert names_person(text, MINA)


@pytest.mark.parametrize("text", ["", "a good book", "mina", "kim@example.com", "order 10123456", "12345679", "민아"])
def test_a_text_without_an_identifier_stays(text: str) -> None:
    assert not names_person(text, MINA)


@pytest.mark.parametrize("identifier", [("email", ""), ("name", "  "), ("phone", ""), ("phone", "--"), ("phone", "0000-000")])
def test_an_empty_identifier_is_found_nowhere(identifier: tuple[str, str]) -> None:
    assert not names_person("any text 0101234", [identifier])


def test_each_of_the_identifiers_is_enough() -> None:
    assert names_person("from 김민아", MINA[::-1]) and names_person("from 김민아", MINA)
    assert not names_person("from 김민아", [])


def test_a_phone_of_seven_digits_is_looked_for_and_one_of_six_is_not() -> None:
    assert names_person("tel 123-4567", [("phone", "1234567")])
    assert not names_person("order 123456", [("phone", "123456")])


def test_a_phone_meets_itself_with_and_without_the_country_code() -> None:
    assert names_person("0212345678", [("phone", "+82 2 1234 5678")])
    assert names_person("+82 2 1234 5678", [("phone", "02-1234-5678")])
    assert names_person("call 2123456", [("phone", "02123456")])


def test_the_last_eight_digits_decide() -> None:
    assert names_person("12345678", [("phone", "99912345678")])
    assert not names_person("2345678", [("phone", "99912345678")])
