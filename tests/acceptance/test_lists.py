"""Everybody on a list: counted first, refused where it is not the list expected, repeated after a kill without a second time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.acceptance.house import KILLED, Home, Listed
from tests.acceptance.shop import person

from adieu.testing.faults import KillAt

ONE_STEP = 60_000
LEAVERS = (1, 2, 3, 6, 7, 8)
LIST = "id,name\n1,Ann\n2,Bob\n3\n77,Nobody\n3,Cho\n1,Ann\n6,x\n7,x\n8,x\n"  # line 4 malformed, 5 unknown, 7 again


@pytest.fixture
def shop(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Three more members, batches of two, and the list."""
    monkeypatch.setattr(Home, "environment", lambda self, of=Home.environment: {**of(self), "ADIEU_BATCH_SIZE": "2"})
    home.database.write([row for key in (6, 7, 8) for row in person(key)])
    (home.folder / "members.csv").write_text(LIST, encoding="utf-8")
    return home.with_records_per_step(ONE_STEP)


def listed(home: Home, *more: str) -> list[str]:
    return ["close", "--from", str(home.folder / "members.csv"), *more]


def adds_up(out: str) -> dict[str, int]:
    """The last line's numbers, which must be those of all lines."""
    last = out.strip().splitlines()[-1]
    numbers = {name.strip(): int(number) for name, number in re.findall(r"([a-z, ]+?) (\d+)(?=[,;])", last)}
    assert sum(numbers.values()) == 9 and last.endswith("together 9 lines"), last
    return {name.lstrip(", "): number for name, number in numbers.items()}


def assert_all_closed_once(home: Home) -> None:
    assert home.states() == ["closed"] * len(LEAVERS)
    assert len(home.own("register", "select 1 from receipt")) == len(home.own("register", "select 1 from ledger_leaf")) == 6
    assert home.database.rows("select id from member order by id") == [(4,), (5,)]
    assert home.database.captured() == 0


@pytest.mark.parametrize(("options", "code"), [
    (["--dry-run"], 0), ([], 2), (["--expect", "8"], 2), (["--expect", "7", "--limit", "6"], 2),
    (["--expect", "7", "--column", "number"], 2), (["--expect", "7", "--member", "1"], 2),
])
def test_a_list_is_only_counted_unless_it_is_the_one_expected(shop: Home, options: list[str], code: int) -> None:
    rows = shop.database.everything()
    done = shop.run(listed(shop, *options))
    assert done.codes == [code] and "Traceback" not in done.err, done.err
    assert shop.database.everything() == rows and shop.own("register", "select 1 from closure") == []
    if options == ["--dry-run"]:
        assert done.out.splitlines() == [
            "7 members on 9 lines", "  malformed: 1 (lines 4)", "  named again: 1 (lines 7)", "  unknown: 1 (lines 5)",
            "  closed already: 0", "  begun already: 0",
        ]


def test_everybody_on_a_list_is_closed_and_the_lines_left_are_named(shop: Home) -> None:
    done = shop.run(listed(shop, "--expect", "7"))
    assert done.codes == [9] and "unknown: 1 (lines 5); malformed: 1 (lines 4)" in done.err, done.err
    assert adds_up(done.out) == {"closed now": 6, "unknown": 1, "malformed": 1, "named again": 1}
    assert_all_closed_once(shop)
    batches = shop.own("register", "select count(*) from closure group by batch")
    assert len(batches) >= 3 and max(int(str(number)) for (number,) in batches) <= 4  # 2 to begin with, then twice that
    again = shop.run(listed(shop, "--expect", "7"))
    assert adds_up(again.out) == {"closed before": 6, "unknown": 1, "malformed": 1, "named again": 1}
    assert "closed already: 6" in again.out
    assert_all_closed_once(shop)


@pytest.mark.parametrize("point", ["register.begin.after_commit", "store.capture.after_commit", "register.end.after_commit"])
@pytest.mark.parametrize("size", ["1", "3"])
def test_killed_in_the_middle_the_same_command_goes_on(shop: Home, point: str, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop.run(listed(shop, "--expect", "7"), faults=KillAt(point, 2)).codes == [KILLED]
    before = len(shop.own("register", "select 1 from receipt"))
    assert 2 <= before < 6  # in the middle
    monkeypatch.setattr(Home, "environment", lambda self, of=Home.environment: {**of(self), "ADIEU_BATCH_SIZE": size})
    done = shop.run(listed(shop, "--expect", "7"))
    assert done.codes == [9], done.err
    numbers = adds_up(done.out)
    assert (numbers["closed before"], numbers["closed now"]) == (before, 6 - before)
    assert_all_closed_once(shop)


def test_open_matters_are_left_and_named_or_waited_for(shop: Home) -> None:
    shop.database.write(["update orders set total = -1 where member_id = 6"])
    done = shop.run(listed(shop, "--expect", "7"))
    assert done.codes == [9] and "left for open matters: 1 (lines 8)" in done.err, done.err
    assert adds_up(done.out)["closed now"] == 5 and shop.states() == ["closed"] * 5
    waiting = shop.run(listed(shop, "--expect", "7", "--when-done"))
    assert adds_up(waiting.out)["waiting for open matters"] == 1
    now = shop.run(listed(shop, "--expect", "7", "--now"))
    assert adds_up(now.out)["closed now"] == 1
    assert_all_closed_once(shop)


def test_a_member_who_is_refused_needs_an_operator_and_the_rest_goes_on(shop: Home) -> None:
    shop.database.write(["update review set locked = 1 where id = 22"])
    done = shop.run(listed(shop, "--expect", "7"))
    assert done.codes == [6] and "need an operator: 1 (lines 3)" in done.err and "shop.review" in done.err, done.err
    assert adds_up(done.out)["closed now"] == 5
    shop.database.write(["update review set locked = 0 where id = 22"])
    assert adds_up(shop.run(listed(shop, "--expect", "7")).out)["closed now"] == 1
    assert_all_closed_once(shop)


def test_a_list_is_queued_for_workers_and_a_dead_ones_batches_are_adopted(shop: Home) -> None:
    done = shop.run(listed(shop, "--expect", "7", "--later"))
    assert adds_up(done.out)["queued"] == 6 and shop.states() == ["running"] * 6
    assert shop.run(["work", "--once"], faults=KillAt("store.capture.after_commit", 2)).codes == [KILLED]
    assert adds_up(shop.run(listed(shop, "--expect", "7", "--later")).out)["queued"] == 4  # queued twice is queued once
    worked = shop.run(["work", "--once", "--adopt", "worker"])
    assert worked.codes == [0] and "1 batches of worker worker adopted" in worked.out and "3 batches done" in worked.out
    assert_all_closed_once(shop)


def test_a_list_may_come_through_a_pipe(shop: Home, tmp_path: Path) -> None:
    import os

    reading, writing = os.pipe()
    os.write(writing, b"1\n2\n")
    os.close(writing)
    done = shop.run(["close", "--from", f"/dev/fd/{reading}", "--expect", "2"])
    os.close(reading)
    assert done.codes == [0] and shop.states() == ["closed"] * 2, done.err


def test_a_giant_comes_last_in_its_batch(shop: Home) -> None:
    more = [("login", (1000 + number, 1, "203.0.113.1", 0)) for number in range(40)]
    shop.database.write(more)
    shop = shop.with_records_per_step(30)
    points = shop.folder / "points"
    done = shop.run(["close", "--member", "1", "--member", "2", "--member", "3"], faults=Listed(points))
    assert done.codes == [0] and shop.states() == ["closed"] * 3, done.err
    passed = points.read_text().split()
    first = passed.index("store.step.before_commit")  # only the giant has steps: the others are done as they are captured
    assert "store.capture.after_commit" in passed[:first]
    assert passed[first:].count("store.capture.after_commit") == 0
    assert shop.database.captured() == 0
