"""Normalisation v1 (docs/adr/0004-normalisation.md): what may meet meets, and what may be two people never does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adieu.datamap.normalise import TRIMMED, VERSION, normal_form

ANY_KIND = st.sampled_from(["email", "phone", "name"])


def test_the_form_that_stands_on_receipts_is_version_one() -> None:
    assert VERSION == 1


@pytest.mark.parametrize("kind", ["email", "name"])
def test_space_tab_and_line_ends_are_trimmed_and_other_spaces_are_not(kind: str) -> None:
    assert normal_form(kind, " \t\r\nmina@example.com\n\r\t ") == "mina@example.com"
    assert normal_form(kind, "\u00a0mina") == "\u00a0mina"
    assert normal_form(kind, "mi na") == "mi na"
    assert TRIMMED == " \t\r\n"


@pytest.mark.parametrize("kind", ["email", "name"])
def test_letters_with_their_marks_apart_meet_those_in_one(kind: str) -> None:
    assert normal_form(kind, unicodedata.normalize("NFD", "김é@한국.kr")) == "김é@한국.kr"
    assert normal_form(kind, "ﬁ") == "ﬁ"  # compatibility forms may be other names


def test_an_email_is_lower_cased_in_ascii_only() -> None:
    assert normal_form("email", "ABCDEFGHIJKLMNOPQRSTUVWXYZ@Example.COM") == "abcdefghijklmnopqrstuvwxyz@example.com"
    assert normal_form("email", "İÉß@x.y") == "İÉß@x.y"
    assert normal_form("email", "a.b+c[]`@{}_^@x") == "a.b+c[]`@{}_^@x"


def test_a_name_keeps_its_case() -> None:
    assert normal_form("name", "Mina KIM") == "Mina KIM"


@pytest.mark.parametrize(("written", "form"), [
    ("010-1234-5678", "01012345678"), (" +82 (10) 1234.5678 ", "+821012345678"), ("0123456789", "0123456789"),
    ("82+10", "8210"), ("+", ""), ("+ext", ""), ("", ""), ("０１０", ""), ("tel 5", "5"), ("X0X1", "01"),
])
def test_a_phone_keeps_its_ascii_digits_and_a_plus_at_the_front(written: str, form: str) -> None:
    assert normal_form("phone", written) == form


def test_no_country_code_is_added() -> None:
    assert normal_form("phone", "010 1234 5678") != normal_form("phone", "+82 10 1234 5678")


@given(kind=ANY_KIND, text=st.text())
def test_a_normal_form_is_its_own_normal_form(kind: str, text: str) -> None:
    form = normal_form(kind, text)
    assert normal_form(kind, form) == form
