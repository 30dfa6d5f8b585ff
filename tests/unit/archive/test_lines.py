"""JSON Lines hold every value exactly; a spreadsheet that opens the CSV runs nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from archive_builders import COVER, ORDER_COLUMNS, column, opened, order, section
from hypothesis import given
from hypothesis import strategies as st

from adieu.archive import Cell, Cover, Kind
from adieu.archive.lines import DANGEROUS
from adieu.errors import ArchiveRefused


class Colour(StrEnum):
    RED = "=red"


class Shout(str):
    """A text of a driver's own class."""


def files(columns: Sequence[str], *rows: Sequence[Cell], cover: Cover = COVER) -> tuple[list[object], list[list[str]]]:
    """The records as a program reads the JSON Lines, and the lines as a spreadsheet reads the CSV."""
    every = opened([section("shop.t", columns, rows)], cover)
    jsonl = [json.loads(line) for line in every["data/shop.t.jsonl"].splitlines()]
    table = every["data/shop.t.csv"].decode("utf-8-sig")
    return jsonl, list(csv.reader(io.StringIO(table, newline=""), strict=True))


#: value, as JSON, as a cell of the CSV in Asia/Seoul
VALUES: list[tuple[Cell, object, str]] = [
    (None, None, ""), (True, True, "TRUE"), (False, False, "FALSE"), (-5, -5, "-5"), (2**70, 2**70, str(2**70)),
    (0.1, 0.1, "0.1"), (-0.5, -0.5, "-0.5"), (float("nan"), "NaN", "NaN"), (float("inf"), "Infinity", "Infinity"),
    (float("-inf"), "-Infinity", "'-Infinity"), (Decimal("12.50"), "12.50", "12.50"), (Decimal("-3E+2"), "-3E+2", "-300"),
    (Decimal("NaN"), "NaN", "NaN"),
    ("주문 & <b>", "주문 & <b>", "주문 & <b>"), ('a,"b"\r\nc', 'a,"b"\r\nc', 'a,"b"\r\nc'), ("", "", ""), ("\x00", "\x00", "\x00"),
    (b"\xfb\xff", "+/8=", "'+/8="), (b"", "", ""),
    (datetime(2026, 3, 1, 15, 30, 0, 123456, tzinfo=UTC), "2026-03-01T15:30:00.123456Z", "2026-03-02 00:30:00"),
    (datetime(2026, 3, 1, 15, 30), "2026-03-01T15:30:00", "2026-03-01 15:30:00"),
    (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999Z", "9999-12-31 23:59:59"),
    (date(2026, 3, 1), "2026-03-01", "2026-03-01"), (time(3, 4), "03:04:00", "03:04:00"),
    (timedelta(seconds=-90), "-PT90S", "'-PT90S"), (UUID(int=5), str(UUID(int=5)), str(UUID(int=5))),
    ({"키": [1, None]}, {"키": [1, None]}, '{"키": [1, null]}'), ([], [], "[]"), ((1, 2), [1, 2], "[1, 2]"),
    (Colour.RED, "=red", "'=red"),
    ("\ud83d", "\ud83d", "?"),
]


@pytest.mark.parametrize(("value", "exact", "cell"), VALUES, ids=[repr(case[0]) for case in VALUES])
def test_a_value_is_exact_in_json_and_readable_in_csv(value: Cell, exact: object, cell: str) -> None:
    jsonl, table = files(["v", "beside"], (value, "x"), ("plain", "y"))
    assert jsonl == [{"v": exact, "beside": "x"}, {"v": "plain", "beside": "y"}]
    assert table[1:] == [[cell, "x"], ["plain", "y"]]


@pytest.mark.parametrize("begin", sorted(DANGEROUS))
def test_a_text_that_would_be_run_as_a_formula_is_neutralised(begin: str) -> None:
    text = begin + "cmd|' /C calc'!A0"
    jsonl, table = files([text], (text,))
    assert jsonl == [{text: text}]
    assert table == [[f"'{text} [{text}]"], ["'" + text]]


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_cell_begins_with_what_a_spreadsheet_runs(texts: list[str]) -> None:
    jsonl, table = files([f"f{place}" for place in range(len(texts))], texts)
    assert jsonl == [{f"f{place}": text for place, text in enumerate(texts)}]
    assert all(cell[:1] not in DANGEROUS for line in table for cell in line)
    assert [cell.removeprefix("'") for cell in table[1]] == [
        text.encode("utf-8", "replace").decode().removeprefix("'") for text in texts
    ]


def test_the_head_has_the_label_and_the_name_after_a_byte_order_mark() -> None:
    every = opened([section("shop.t", [column("placed", "주문한 때", "Ordered"), "bare"], [(1, 2)])])
    assert every["data/shop.t.csv"].startswith(b"\xef\xbb\xbf" + "주문한 때 [placed],bare [bare]\r\n".encode())


def test_the_head_is_in_the_members_language() -> None:
    cover = Cover(shop="s", made_at=COVER.made_at, languages=("en",))
    every = opened([section("shop.t", [column("placed", "주문한 때", "Ordered")], [(1,)])], cover)
    assert every["data/shop.t.csv"].startswith(b"\xef\xbb\xbfOrdered [placed]\r\n")


def test_a_secret_is_in_no_file_and_its_name_is_on_the_page_and_in_the_manifest() -> None:
    every = opened([section("shop.order_order", ORDER_COLUMNS, [order(1)])])
    assert all(b"hunter2" not in data for data in every.values())
    assert "넣지 않은 항목: 결제 열쇠." in every["index.html"].decode()
    assert json.loads(every["manifest.json"])["datasets"][0]["withheld"] == ["token"]
    assert "until" in json.loads(every["data/shop.order_order.jsonl"])


@pytest.mark.parametrize("row", [(1,), (1, 2, 3)])
def test_a_record_of_another_width_is_refused(row: tuple[int, ...]) -> None:
    with pytest.raises(ArchiveRefused, match=r"shop\.t: a record has . values for 2 columns"):
        files(["a", "b"], row)


@pytest.mark.parametrize("value", [object(), {1: object()}, [object()]])
def test_a_value_of_a_kind_that_no_file_holds_is_refused_with_its_dataset(value: Cell) -> None:
    with pytest.raises(ArchiveRefused, match=r"shop\.t: a value"):
        files(["a"], (value,))


def test_a_text_of_a_drivers_own_class_is_a_text() -> None:
    jsonl, table = files(["a"], (Shout("=1"),))
    assert jsonl == [{"a": "=1"}] and table[1] == ["'=1"]


def test_a_yes_or_no_kept_as_a_number_stays_a_number_in_the_files() -> None:
    every = opened([section("shop.t", [column("gift", kind=Kind.YES_NO)], [(1,)])])
    assert every["data/shop.t.jsonl"] == b'{"gift":1}\n'
