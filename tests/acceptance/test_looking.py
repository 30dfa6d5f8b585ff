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


def found(out: str) -> dict[str, int]:
    """Dataset and column -> texts, as a scan says."""
    return {place: int(texts) for place, texts in re.findall(r"^(shop\.\w+\.\w+): (\d+) texts$", out, flags=re.MULTILINE)}


def ask_for(home: Home, *lines: str) -> str:
    """A file of identifiers."""
    path = home.folder / "asked.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_a_scan_counts_every_text_that_names_the_member_and_shows_none(home: Home) -> None:
    rows = home.database.everything()
    done = home.run(["scan", "--member", "1"])
    assert done.codes == [8], done.err
    assert found(done.out) == {
        "shop.member.email": 1, "shop.member.phone": 1, "shop.address.phone": 2, "shop.newsletter.email": 1, "shop.review.body": 1,
    }
    assert "person1@" not in done.out + done.err and "5555" not in done.out + done.err
    assert home.database.everything() == rows and home.own("register", "select 1 from closure") == []


def test_after_closing_a_scan_finds_only_what_others_wrote(home: Home) -> None:
    home.database.write([
        "update orders set note = 'For my friend PERSON1@mail.example' where id = 41",
        "update product set title = 'Ask (+82) 10.5555.0001'",
    ])
    assert home.close(1).codes == [0]
    done = home.run(["scan", "--identifiers", ask_for(home, "person1@mail.example", "", "010-5555-0001")])
    assert done.codes == [8] and found(done.out) == {"shop.orders.note": 1, "shop.product.title": 1}
    home.database.write(["update orders set note = null where id = 41", "update product set title = 'A book'"])
    done = home.run(["scan", "--identifiers", ask_for(home, "person1@mail.example", "010-5555-0001")])
    assert done.codes == [0] and found(done.out) == {} and "for 2 identifiers" in done.out


def test_a_scan_reads_a_table_that_no_map_declares(home: Home) -> None:
    home.database.write(["create table old_copy (n integer, t varchar(80))", ("old_copy", (1, "x person2@mail.example y"))])
    done = home.run(["scan", "--identifiers", ask_for(home, "person2@mail.example")])
    assert done.codes == [8] and found(done.out)["shop.old_copy.t"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 2), (["--member", "1", "--identifiers", "-"], 2), (["--member", "77"], 4), (["--identifiers", "no such file"], 2)],
)
def test_a_scan_without_anything_to_look_for_is_refused(home: Home, arguments: list[str], code: int) -> None:
    assert home.run(["scan", *arguments]).codes == [code]


def test_a_line_that_is_no_identifier_is_refused_by_its_number(home: Home) -> None:
    done = home.run(["scan", "--identifiers", ask_for(home, "person1@mail.example", "Given1 Family1")])
    assert done.codes == [2] and "lines 2" in done.err and "Given1" not in done.err
