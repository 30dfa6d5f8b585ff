"""The silent miss: what a store refuses for one member stops that member, says so, and is never called closed."""

from __future__ import annotations

import pytest
from tests.acceptance.house import KILLED, RECORDS_PER_STEP, Home
from tests.acceptance.kills import receipt_counts

from adieu.testing.faults import KillAt

REFUSALS = {  # what the shop refuses for member 2, and the mending
    "check": ("update review set locked = 1 where id = 22", "update review set locked = 0 where id = 22"),
    "trigger": ("update login set kept = 1 where id = 22", "update login set kept = 0 where id = 22"),
}
ONE_STEP = 60_000


@pytest.mark.parametrize("records", [ONE_STEP, RECORDS_PER_STEP])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refused_member_is_never_called_closed_and_closes_once_mended(home: Home, refusal: str, records: int) -> None:
    home = home.with_records_per_step(records)
    refuse, mend = REFUSALS[refusal]
    home.database.write([refuse])
    before = home.database.everything()
    done = home.close(1, 2, 3)
    assert done.codes == [6], done.err
    assert "Traceback" not in done.err
    assert sorted(home.states()) == ["closed", "closed", "needs operator"]
    assert len(home.receipts()) == 2
    cause = str(home.own("register", "select cause from closure where state = 'needs operator'")[0][0])
    assert f"shop.{'review' if refusal == 'check' else 'login'}" in cause and cause in done.err
    for text in ("person2", "Given2", "Family2", "Failing row", "203.0.113", "this login is kept", "kept: "):
        assert text not in cause and text not in done.err + done.out
    for again in ([2], [1, 2, 3], [2]):
        repeated = home.close(*again)
        assert repeated.codes == [6], repeated.err
        assert sorted(home.states()) == ["closed", "closed", "needs operator"]
        assert len(home.receipts()) == 2
    home.database.write([mend])
    mended = home.close(2)
    assert mended.codes == [0], mended.err
    assert home.states() == ["closed"] * 3
    assert len(home.receipts()) == 3
    after = home.database.everything()
    for table, rows in before.items():
        gone = {row[0] for row in rows} - {row[0] for row in after[table]}
        assert not gone & {4, 5, 41, 42, 49, 51, 52}
    assert home.database.rows("select count(*) from login")[0][0] == 4
    assert home.database.captured() == 0
    assert len(home.own("vault", "select 1 from vault_record")) == 6
    counts = [receipt_counts(body) for body in home.receipts()]
    assert counts[0] == counts[1] == counts[2] or _only_the_shared_address_differs(counts), counts


def _only_the_shared_address_differs(counts: list[dict[str, object]]) -> bool:
    """Member 1's first delivery address is shared with member 4, and stays."""
    alike = [{name: count for name, count in one.items() if name != "shop.shipping_address"} for one in counts]
    return alike[0] == alike[1] == alike[2]


@pytest.mark.parametrize("point", ["register.move.before_commit", "register.move.after_commit", "register.end.after_commit"])
def test_killed_while_a_member_is_refused_it_still_needs_an_operator(home: Home, point: str) -> None:
    refuse, mend = REFUSALS["check"]
    home.database.write([refuse])
    assert home.close(1, 2, 3, faults=KillAt(point)).codes == [KILLED]
    done = home.close(1, 2, 3)
    assert done.codes == [6], done.err
    assert sorted(home.states()) == ["closed", "closed", "needs operator"]
    home.database.write([mend])
    assert home.close(2, faults=KillAt(point)).codes in ([KILLED], [0])
    assert home.close(1, 2, 3).codes == [0]
    assert home.states() == ["closed"] * 3 and len(home.receipts()) == 3
    assert home.database.captured() == 0


def test_residue_that_was_written_past_the_end_is_erased_by_the_next_request(home: Home) -> None:
    """A trigger of the shop writes a newsletter line for whom the shop has just let go."""
    if home.database.dialect == "sqlite":
        writes = ["create trigger back after delete on member when old.id = 2 begin"
                  " insert into newsletter values (999, old.email); end"]
        mend = "drop trigger back"
    elif home.database.dialect == "mariadb":
        writes = ["create trigger back after delete on member for each row begin if old.id = 2 then"
                  " insert into newsletter values (999, old.email); end if; end"]
        mend = "drop trigger back"
    else:
        writes = ["create function back() returns trigger language plpgsql as $$ begin if old.id = 2 then"
                  " insert into newsletter values (999, old.email); end if; return old; end $$",
                  "create trigger back after delete on member for each row execute function back()"]
        mend = "drop trigger back on member"
    home.database.write(writes)
    done = home.close(1, 2)
    assert done.codes == [6], done.err
    assert "shop.newsletter" in done.err
    home.database.write([mend])
    again = home.close(1, 2)
    assert again.codes == [0], again.err
    assert home.states() == ["closed"] * 2 and len(home.receipts()) == 2
    assert home.database.rows("select 1 from newsletter where id = 999") == []
