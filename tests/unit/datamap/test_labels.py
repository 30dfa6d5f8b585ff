"""What a member reads instead of a column's name."""

from __future__ import annotations

import pytest
from builders import right_map

LABELS = "labels: {line1: {ko: 주소, en: Address}, sku: {en: Article}, stars: {ko: 별}}\nopen_matters:"
OWN = "personal: {line1: contact.address}, labels: {line1: {ko: 배송 주소}}}"


@pytest.mark.parametrize(("dataset", "field", "language", "name"), [
    ("shop.address", "line1", "ko", "배송 주소"), ("shop.address", "line1", "en", "Address"),
    ("shop.shipping", "line1", "ko", "주소"), ("shop.gone", "line1", "ko", "주소"), ("shop.line", "sku", "ko", "Article"),
    ("shop.review", "stars", "en", "Stars"), ("shop.review", "member_id", "en", "Member"),
    ("shop.review", "first_id_name", "ko", "First id name"), ("shop.review", "_id", "en", "_id"),
    ("shop.review", "dateISO", "en", "DateISO"),
])
def test_a_field_is_called_by_its_datasets_label_then_by_the_maps_then_by_its_own_name(
    dataset: str, field: str, language: str, name: str
) -> None:
    datamap = right_map(("open_matters:", LABELS), ("personal: {line1: contact.address}}", OWN))
    assert datamap.field_name(dataset, field, language) == name
