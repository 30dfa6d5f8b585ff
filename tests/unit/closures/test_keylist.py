"""Lists of keys: which form they have, which lines are malformed, which keys come again."""

from __future__ import annotations

from io import BytesIO

import pytest

from adieu.closures.bulk import Count, MemberList, refuse_list
from adieu.closures.keylist import LINE_BYTES, SHOWN_LINES, Entry, Lines, Repeats, entries, form_of
from adieu.errors import ListRefused


def read(data: bytes, column: str | None = None) -> list[tuple[int, str | None]]:
    file = BytesIO(data)
    return [(entry.line, entry.key) for entry in entries(file, form_of(file, "id", column))]


def test_one_key_a_line_needs_no_header() -> None:
    assert read(b"7\r\n8\n\n9") == [(1, "7"), (2, "8"), (4, "9")]


def test_a_header_is_known_by_the_maps_key_and_left_out() -> None:
    assert read(b"\xef\xbb\xbfname,id\nAnn,7\n\"B, C\",8\n") == [(2, "7"), (3, "8")]
    assert read(b"id\n7\n") == [(2, "7")]
    assert read(b"id;name\n7;Ann\n") == read(b"id\tname\n7\tAnn\n") == [(2, "7")]


def test_the_column_of_keys_may_be_named() -> None:
    assert read(b"id,number\n1,7\n", "number") == [(2, "7")]
    for data in (b"7\n8\n", b"id,name\n7,Ann\n", b"number,number\n7,8\n", b""):
        with pytest.raises(ListRefused, match="--column"):
            read(data, "number")


def test_several_columns_without_the_key_among_their_names_are_refused() -> None:
    for data in (b"member,name\n7,Ann\n", b"7;Ann\n", b"id,id\n7,8\n"):
        with pytest.raises(ListRefused, match="`id`"):
            read(data)


@pytest.mark.parametrize("line", [
    b" 7", b"7 ", b"\xff7", b"7,8", b"   ", b"7\x008", b"7" * (LINE_BYTES + 1), b"7" * (3 * LINE_BYTES + 5),
    b"7" * (2 * LINE_BYTES + 2),
], ids=range(9))
def test_a_malformed_line_is_named_by_its_number_and_the_rest_goes_on(line: bytes) -> None:
    assert read(b"1\n" + line + b"\n3\n") == [(1, "1"), (2, None), (3, "3")]


@pytest.mark.parametrize("line", [b"7", b"7,Ann,x", b'"7,Ann', b",Ann", b'7,"Ann', b'"7"x,Ann'])
def test_a_malformed_row_never_swallows_the_next(line: bytes) -> None:
    assert read(b"id,name\n" + line + b"\n3,Bob\n") == [(2, None), (3, "3")]


def test_each_key_is_named_once_at_its_first_line() -> None:
    members = MemberList(file := BytesIO(b"5\n6\n5\n 5\n\n5\n7\n"), form_of(file, "id"))
    count = members.read()
    assert (count.lines, count.keys, count.malformed.first, count.repeated.first) == (6, 3, [4], [3, 6])
    assert list(members.keys()) == list(members.keys()) == [(1, "5"), (2, "6"), (7, "7")]
    members.close()


def test_repeats_are_found_in_every_part_of_a_long_list() -> None:
    repeats = Repeats()
    for line in range(1, 4001):
        repeats.add(Entry(line=line, key=str(line % 3000)))
    assert repeats.found() == 1000
    assert (3000 in repeats, 3001 in repeats, 4000 in repeats, 1 in repeats) == (False, True, True, False)
    repeats.close()


def test_only_the_first_lines_are_listed_and_all_are_counted() -> None:
    lines = Lines()
    assert str(lines) == "0"
    for number in range(1, SHOWN_LINES + 2):
        lines.add(number)
    assert lines.first[-1] == SHOWN_LINES and str(lines) == f"21 (lines {', '.join(map(str, range(1, 21)))}, …)"


def test_another_number_than_expected_and_too_many_are_refused() -> None:
    refuse_list(Count(keys=5), 5, 5)
    refuse_list(Count(keys=5), None, 5)
    with pytest.raises(ListRefused, match="5 members, --expect says 6"):
        refuse_list(Count(keys=5), 6, 10)
    with pytest.raises(ListRefused, match="--limit 5"):
        refuse_list(Count(keys=5), 5, 4)
