"""Open matters: asked about, waited for, read again; never a reason to start a second closure."""

from __future__ import annotations

import pytest
from tests.acceptance.house import Home, closing_argv

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
