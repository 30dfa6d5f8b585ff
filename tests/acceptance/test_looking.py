"""What can be looked at before anything is opened: a plan with the member's own counts."""

from __future__ import annotations

import re

import pytest
from tests.acceptance.house import Home


def counts(out: str) -> dict[str, str]:
    """Dataset -> what a plan says of the member's records there."""
    return dict(re.findall(r"^  (shop\.\w+): (.+)$", out[out.index("records of the member"):], flags=re.MULTILINE))


def test_a_plan_counts_what_the_receipt_will_say(home: Home) -> None:
    rows = home.database.everything()
    planned = home.run(["plan", "--member", "1"])
    assert planned.codes == [0], planned.err
    assert home.database.everything() == rows and home.own("register", "select 1 from closure") == []
    assert counts(planned.out) == {
        "shop.member": "1 of their own", "shop.address": "2 of their own",
        "shop.shipping_address": "1 of their own, 1 shared with others", "shop.orders": "2 of their own",
        "shop.order_line": "2 of their own", "shop.newsletter": "1 of their own", "shop.review": "2 of their own",
        "shop.login": "2 of their own",
    }
    assert home.close(1).codes == [0]
    (receipt,) = home.receipts()
    done = {line["dataset"]: max(line["counts"].values()) for line in receipt["datasets"]}  # type: ignore[attr-defined]
    assert done == {dataset: int(text.split()[0]) for dataset, text in counts(planned.out).items()}


def test_a_plan_for_a_member_shows_no_value(home: Home) -> None:
    planned = home.run(["plan", "--member", "2", "--lang", "ko", "--sql"])
    assert planned.codes == [0] and "본인 기록 2" in planned.out
    assert "person2" not in planned.out + planned.err and "Family2" not in planned.out


@pytest.mark.parametrize("key", ["77", " 1", "x", ""])
def test_a_plan_for_an_unknown_member_is_refused(home: Home, key: str) -> None:
    done = home.run(["plan", "--member", key])
    assert done.codes == [4] and "no member record" in done.err and done.out == ""
