"""The contract, fifth part: the store compares identifiers in exactly the form `datamap.normalise` gives them."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adieu.datamap.normalise import normal_form
from adieu.ports.stores import KeyText, Question
from adieu.testing.contract.case import Case, begin
from adieu.testing.contract.kinds import StoreKind

FIRST = 1000
WRITTEN = st.text(
    st.one_of(
        st.sampled_from("+0123 \t\r\n-()@.aAzZ\u0130\u0131\u212a\u1100\u1161\u11a8\u0301\u00a0\u3000\u200b\uff0b\uff11\u0660"),
        # a code point that this Python does not know may be older news to the store
        st.characters(exclude_characters="\0", exclude_categories=("Cs", "Cn")),
    ),
    max_size=12,
)


def _ask(case: Case, kind: str, forms: list[KeyText]) -> dict[int, str]:
    types = (case.schema.tables["shop.newsletter"].columns["email"].type,)
    question = Question(
        dataset="shop.newsletter", columns=("id", "email"), fields=("email",), types=types, values=forms, kind=kind
    )
    answers = case.store.read_back(lambda witness: witness.ask([question])[0])
    return {int(str(key)): str(text) for key, text in answers if int(str(key)) >= FIRST}


class TestNormalForms:
    """Normalisation v1, executed in the store."""

    @pytest.mark.parametrize("identifier", ["email", "phone", "name"])
    def test_a_text_is_found_by_its_normal_form_and_by_no_other(self, kind: StoreKind, identifier: str) -> None:
        case = begin(kind)

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @example([" A@B.example\t", "a@b.example", "e\u0301", "\u00c9", "+82 (10) 1", "0082101", "+", "\uff0b82", "İ", "\u212a"])
        @given(st.lists(WRITTEN, max_size=30))
        def compare(texts: list[str]) -> None:
            kind.insert("newsletter", [{"id": FIRST + n, "email": text} for n, text in enumerate(texts)])
            try:
                forms = sorted({normal_form(identifier, text) for text in texts} - {""})
                found = _ask(case, identifier, [(form,) for form in forms])
                assert found == {FIRST + n: text for n, text in enumerate(texts) if normal_form(identifier, text)}
                for form in forms[:3]:
                    alone = {normal_form(identifier, text) for text in _ask(case, identifier, [(form,)]).values()}
                    assert alone == {form}
            finally:
                for number in range(len(texts)):
                    kind.delete("newsletter", {"id": FIRST + number})

        compare()
        assert all(category(character) != "Cn" for character in "\u1100\u1161")
