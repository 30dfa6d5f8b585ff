"""Asked again: the earlier receipt answers, an unknown key is told, a key seen again is a new person."""

from __future__ import annotations

import json
import time

import pytest
from tests.acceptance.conftest import MakeHome
from tests.acceptance.house import Home, closing_argv
from tests.acceptance.shop import person


def test_a_member_is_closed_and_bystanders_are_untouched(home: Home) -> None:
    before = home.database.everything()
    done = home.close(1)
    assert done.codes == [0], done.err
    after = home.database.everything()
    assert home.states() == ["closed"] and len(home.receipts()) == 1
    gone = {"member": {1}, "address": {11, 12}, "shipping_address": {12}, "newsletter": {1}, "login": {11, 12}}
    changed = {"orders": {11, 12}, "order_line": {11, 12}, "review": {11, 12}}
    for table, rows in before.items():
        assert {row[0] for row in rows} - {row[0] for row in after[table]} == gone.get(table, set()), table
        untouched = [row for row in rows if row[0] not in gone.get(table, set()) | changed.get(table, set())]
        assert [row for row in after[table] if row[0] not in changed.get(table, set())] == untouched, table
    assert [row[1:3] for row in after["review"] if row[0] in (11, 12)] == [(None, "탈퇴 회원")] * 2
    assert [row[3] for row in after["review"] if row[0] in (11, 12)] == ["", "A good book"]


def test_every_digest_that_is_kept_stands_on_the_receipt_with_its_end(home: Home) -> None:
    assert home.close(1).codes == [0]
    (body,) = home.receipts()
    marks = home.own("register", "select ends_on from late_mark")
    assert body["digests_kept"] == [
        {"identifier": identifier, "purpose": "late record", "until": str(marks[0][0])} for identifier in ("member key", "email")
    ]
    assert len(marks) == 2


@pytest.mark.parametrize("in_place", [False, True])
def test_a_closed_member_is_answered_with_the_earlier_receipt(make_home: MakeHome, in_place: bool) -> None:
    home = make_home(in_place=in_place)
    first = home.close(1)
    assert first.codes == [0], first.err
    (receipt,) = (home.folder / "receipts").iterdir()
    written, rows = receipt.read_bytes(), home.database.everything()
    receipt.unlink()
    again = home.close(1)
    assert again.codes == [0], again.err
    assert "closed already" in again.out
    assert receipt.read_bytes() == written
    assert home.database.everything() == rows
    assert home.states() == ["closed"] and len(home.own("register", "select 1 from ledger_leaf")) == 1


def test_an_unknown_member_changes_nothing(home: Home) -> None:
    rows = home.database.everything()
    for members in ([77], [1, 77]):
        done = home.close(*members)
        assert done.codes == [4] and "77" not in done.err
    assert home.database.everything() == rows
    assert home.own("register", "select 1 from closure") == []


@pytest.mark.parametrize("in_place", [False, True])
def test_a_recycled_key_is_a_new_person(make_home: MakeHome, in_place: bool) -> None:
    home = make_home(in_place=in_place)
    assert home.close(1).codes == [0]
    later = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 3600))
    rows = [row for row in person(1, joined=later) if row[0] in ("member", "address")]
    clear = ["delete from address where member_id = 1", "delete from login where member_id = 1"]
    home.database.write([*clear, "delete from member where id = 1", *rows])
    done = home.close(1)
    assert done.codes == [0], done.err
    assert "closed already" not in done.out
    assert home.states() == ["closed", "closed"] and len(home.receipts()) == 2
    assert home.database.rows("select 1 from address where member_id = 1") == []


def test_two_processes_that_close_the_same_member_make_one_closure(home: Home) -> None:
    argv = closing_argv(home, 1)
    started = [home.start(argv, name=f"process{number}") for number in range(2)]
    ends = [home.wait(one) for one in started]
    assert 0 in [end.code for end in ends], [end.err for end in ends]
    for end in ends:
        assert end.code in (0, 1), end.err
        if end.code == 1:  # the other one is at it, and says so
            assert "Traceback" not in end.err and ("living worker" in end.err or "not finished" in end.err), end.err
    assert home.states() == ["closed"]
    assert len(home.own("register", "select 1 from ledger_leaf")) == 1
    assert len(home.own("vault", "select 1 from vault_record")) == 2
    assert home.close(1).codes == [0]
    assert len(home.receipts()) == 1 and home.database.captured() == 0


def test_a_dataset_in_which_others_have_records_and_these_members_none_is_told_to_the_operator(home: Home) -> None:
    home.database.write([*(row for row in person(9) if row[0] in ("member", "review")), "analyze"])
    assert home.run(["close", "--member", "9", "--later"]).codes == [0]
    done = home.run(["work", "--once"])
    assert done.codes == [0] and home.states() == ["closed"]
    (told,) = [json.loads(line) for line in done.err.splitlines() if line.startswith("{") and "had none" in line]
    assert {"shop.address", "shop.login", "shop.orders"} <= set(told["datasets"])
    assert not {"shop.member", "shop.review", "shop.product"} & set(told["datasets"])
