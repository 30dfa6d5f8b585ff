"""Which index serves a search: it leads with exactly the wanted columns, in any order."""

from __future__ import annotations

import pytest
from builders import table

A = {"a": "bigint", "b": "bigint", "c": "bigint"}


@pytest.mark.parametrize("facts", [
    {"indexes": (("a", "b"),)}, {"indexes": (("b", "a"),)}, {"indexes": (("a", "b", "c"),)}, {"uniques": (("a", "b"),)},
    {"primary_key": ("b", "a", "c")}, {"indexes": (("c",), ("a", "b"))},
])
def test_an_index_that_leads_with_the_columns_serves(facts: dict[str, tuple[object, ...]]) -> None:
    assert table("shop.t", A, **facts).has_index_on(("a", "b"))


@pytest.mark.parametrize("facts", [
    {}, {"indexes": (("a",), ("b",))}, {"indexes": (("a", "c", "b"),)}, {"indexes": (("c", "a", "b"),)},
])
def test_an_index_that_leads_otherwise_does_not_serve(facts: dict[str, tuple[object, ...]]) -> None:
    assert not table("shop.t", A, **facts).has_index_on(("a", "b"))
