"""Open matters: asked about, waited for, read again; never a reason to start a second closure."""

from __future__ import annotations

import json

import pytest
from tests.acceptance.house import KILLED, Home, closing_argv

from adieu.testing.faults import KillAt

UNDER_WAY = "update orders set total = -1 where member_id = 1"
SETTLED = "update orders set total = 5 where total = -1"


@pytest.fixture
def busy(home: Home) -> Home:
    """A shop whose member 1 has orders under way."""
    home.database.write([UNDER_WAY])
    return home


def test_an_open_matter_is_listed_and_nothing_is_changed(busy: Home) -> None:
    rows = busy.database.everything()
    done = busy.close(1)
    assert done.codes == [5] and "orders_under_way: number" in done.err
    assert busy.database.everything() == rows
    assert busy.own("register", "select 1 from closure") == []


def test_a_closure_that_waits_closes_once_its_matters_are_settled(busy: Home) -> None:
    rows = busy.database.everything()
    waiting = [*closing_argv(busy, 1, 2), "--when-done"]
    done = busy.run(waiting)
    assert done.codes == [0], done.err
    assert sorted(busy.states()) == ["closed", "waiting"] and "waiting until" in done.out
    assert [row for row in busy.database.everything()["member"] if row[0] == 1] == [r for r in rows["member"] if r[0] == 1]
    assert busy.run([*closing_argv(busy, 1), "--when-done"]).codes == [0]
    assert sorted(busy.states()) == ["closed", "waiting"]
    busy.database.write([SETTLED])
    assert busy.run([*closing_argv(busy, 1), "--when-done"]).codes == [0]
    assert busy.states() == ["closed", "closed"] and len(busy.receipts()) == 2


def test_a_member_who_no_longer_wants_to_wait_is_closed_now(busy: Home) -> None:
    assert busy.run([*closing_argv(busy, 1), "--when-done"]).codes == [0]
    assert busy.states() == ["waiting"]
    done = busy.run([*closing_argv(busy, 1), "--now"])
    assert done.codes == [0], done.err
    assert busy.states() == ["closed"] and len(busy.receipts()) == 1


def test_an_address_changed_while_waiting_is_the_one_that_counts(busy: Home) -> None:
    assert busy.run([*closing_argv(busy, 1), "--when-done"]).codes == [0]
    busy.database.write([
        "update member set email = 'moved@example.com' where id = 1",
        "insert into newsletter (id, email) values (77, 'moved@example.com')", SETTLED,
    ])
    assert busy.run(["work", "--once"]).codes == [0]
    assert busy.states() == ["closed"]
    assert 77 not in [row[0] for row in busy.database.everything()["newsletter"]]


def test_a_worker_closes_a_waiting_member_once_the_matters_are_settled(busy: Home) -> None:
    assert busy.run([*closing_argv(busy, 1), "--when-done"]).codes == [0]
    idle = busy.run(["work", "--once"])
    assert idle.codes == [0] and "0 batches done" in idle.out
    assert busy.states() == ["waiting"]
    busy.database.write([SETTLED])
    done = busy.run(["work", "--once"])
    assert done.codes == [0] and "1 batches done" in done.out, done.err
    assert busy.states() == ["closed"]
    assert busy.database.rows("select 1 from member where id = 1") == []
    moves = busy.own("register", "select after from closure_event order by number")
    states = [str(after) for (after,) in moves]
    assert (states[:3], states[-1]) == (["waiting", "due", "running"], "closed")
    assert busy.own("register", "select 1 from closure where due_at is null") == []
    assert busy.close(1).codes == [0] and len(busy.receipts()) == 1


def test_only_the_settled_one_of_two_that_wait_is_closed(home: Home) -> None:
    home.database.write(["update orders set total = -1 where member_id in (1, 2)"])
    assert home.run([*closing_argv(home, 1, 2), "--when-done"]).codes == [0]
    home.database.write(["update orders set total = 5 where member_id = 2"])
    assert home.run(["work", "--once"]).codes == [0]
    assert sorted(home.states()) == ["closed", "waiting"]
    assert home.database.rows("select id from member where id in (1, 2)") == [(1,)]


@pytest.mark.parametrize("point", ["register.move.before_commit", "register.move.after_commit"])
def test_a_worker_killed_while_it_starts_a_waiting_closure_is_mended_by_the_next(busy: Home, point: str) -> None:
    assert busy.run([*closing_argv(busy, 1), "--when-done"]).codes == [0]
    busy.database.write([SETTLED])
    assert busy.run(["work", "--once"], faults=KillAt(point)).codes == [KILLED]
    assert busy.run(["work", "--once"]).codes == [0]
    assert busy.states() == ["closed"]


def test_a_worker_says_what_it_did_in_json_lines(busy: Home) -> None:
    assert busy.run([*closing_argv(busy, 1), "--when-done"]).codes == [0]
    busy.database.write([SETTLED])
    done = busy.run(["work", "--once"])
    told = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    assert [line["event"] for line in told] == ["waiting closures looked at", "batch done"]
    assert (told[0]["waiting"], told[0]["due"]) == (1, 1)
    assert [(told[1]["batch"],)] == busy.own("register", "select batch from closure") and told[1]["seconds"] >= 0
    assert all(set(line) <= {"timestamp", "level", "event", "batch", "seconds", "cause", "waiting", "due"} for line in told)
