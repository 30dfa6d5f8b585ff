"""One value has one byte string, the one RFC 8785 gives it."""

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from adieu.errors import NotCanonical
from adieu.receipts.canonical import (
    DEEPEST_NESTING,
    LARGEST_INTEGER,
    JsonObject,
    JsonValue,
    canonical_json,
    canonical_json_of_own,
    parse_canonical,
)

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
KEYS = st.text(st.characters(max_codepoint=127))
SCALARS = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=30)
OBJECTS = st.dictionaries(KEYS, VALUES)


@settings(max_examples=40)
@given(OBJECTS)
def test_the_fast_form_is_byte_for_byte_rfc_8785(value: JsonObject) -> None:
    assert canonical_json_of_own(value) == rfc8785.dumps(value) == canonical_json(value)


@settings(max_examples=40)
@given(OBJECTS)
def test_what_is_written_is_read_back(value: JsonObject) -> None:
    assert parse_canonical(canonical_json(value)) == value


def test_the_rfcs_own_string_and_literals_come_out_as_printed_there() -> None:
    # RFC 8785 section 3.2.2 and 3.2.4: the sample without its numbers
    value = {"string": '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/', "literals": [None, True, False]}
    assert canonical_json_of_own(value) == (
        b'{"literals":[null,true,false],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": 0.5}, r"\$\.a"),
        ({"a": [1, float("nan")]}, r"\$\.a\[1\]"),
        ({"a": float("inf")}, r"\$\.a"),
        ({"a": LARGEST_INTEGER + 1}, r"\$\.a.*2\^53"),
        ({"a": {"b": -LARGEST_INTEGER - 1}}, r"\$\.a\.b.*2\^53"),
        ({"\ud55c": 1}, r"key 0 of \$"),
        ({"ok": 0, 1: 1}, r"key 1 of \$"),
        ({"a": b"x"}, r"\$\.a is a bytes"),
        ({"a": "\ud800"}, "surrogate"),
    ],
)
def test_what_has_no_one_form_is_refused_and_its_place_named(value: JsonValue, place: str) -> None:
    with pytest.raises(NotCanonical, match=place):
        canonical_json(value)


def test_the_largest_whole_numbers_are_written() -> None:
    assert canonical_json([LARGEST_INTEGER, -LARGEST_INTEGER]) == b"[9007199254740991,-9007199254740991]"


def test_nesting_is_allowed_up_to_the_limit_and_not_beyond() -> None:
    value: JsonValue = 1
    for _ in range(DEEPEST_NESTING):
        value = [value]
    assert canonical_json(value) == b"[" * 64 + b"1" + b"]" * 64
    with pytest.raises(NotCanonical, match="deeper"):
        canonical_json([value])


def test_half_a_surrogate_pair_is_refused_by_the_fast_form_too() -> None:
    with pytest.raises(NotCanonical, match="surrogate"):
        canonical_json_of_own({"a": "\ud800"})


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1} ', "byte 7"),
        (b'{"a": 1}', "byte 5"),
        (b'{"b":1,"a":1}', "byte 2"),
        (b'{"a":1,"a":1}', "byte 6"),
        (b'{"a":"\\u0041"}', "byte 6"),
        (b'{"a":1.0}', "not whole"),
        (b'{"a":NaN}', "not whole"),
        (b'{"a":-0}', "byte 5"),
        (b'{"a":9007199254740992}', "2.53"),
        (b'{"a":"\xff"}', "byte 6 is not UTF-8"),
        ('{"가":'.encode(), "from byte 7 on"),
        (b"\xef\xbb\xbf{}", "from byte 0 on"),
        (b"[]", "one object"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"a":' + b"[" * 100_000, "nested too deep"),
        (b'{"a":' + b"9" * 5000 + b"}", "too long"),
        (b"", "from byte 0 on"),
    ],
)
def test_bytes_that_are_not_the_one_form_are_refused_with_the_place(data: bytes, why: str) -> None:
    with pytest.raises(NotCanonical, match=why):
        parse_canonical(data)
