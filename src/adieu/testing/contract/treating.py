"""The contract, third part: every field rule does what the map says, and every kind of key and link is found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adieu.testing.contract.case import Case, Custody, begin
from adieu.testing.contract.kinds import Record, StoreKind
from adieu.testing.contract.shop import CANARY, LITERAL, ODD_KEYS

MANY = 400  # made-up values beside each other in a column of 12 characters

# table -> (a column, what stands there once members 1 and 2 are gone)
LEFT: Mapping[str, tuple[str, set[str] | set[int]]] = {
    "token": ("value", {f"{odd}#3" for odd in ODD_KEYS}),
    "device": ("id", {f"00000000-0000-4000-8000-{n:06}000003" for n in (1, 2)}),
    "visit": ("member_id", {3}),
    "login": ("member_id", {3}),
    "line": ("order_id", {3}),
    "engraving": ("order_id", {3}),
    "event": ("id", {3, 13, 21, 22, 23}),  # 21 to 23 name nobody
    "attachment": ("id", {3, 11, 12, 13}),  # the pair's other half says: of a product
    "address": ("id", {3}),
    "newsletter": ("id", {3}),
    "member": ("id", {3}),
}


def _review(case: Case, number: int) -> Mapping[str, object]:
    return next(row for row in case.rows()["review"] if row["id"] == number)


class TestTreatment:
    """Field rules, shared records, mentions, custody."""

    def test_literals_arrive_letter_by_letter(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.close(case.run(1))
        review = _review(case, 1)
        assert review["author"] == LITERAL
        assert (review["member_id"], review["weight"], bool(review["hidden"])) == (None, 0.1, True)
        assert review["why"] == "it's 100% \\"

    def test_a_date_keeps_its_year_only_and_none_stays_none(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.close(case.run(1))
        review = _review(case, 1)
        assert str(review["posted"]).startswith("2024-01-01")
        assert "12:00" not in str(review["posted"])
        assert str(review["day"]) == "2024-01-01"
        assert (_review(case, 11)["posted"], _review(case, 11)["day"]) == (None, None)

    def test_the_first_digits_stay(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.close(case.run(1))
        assert (_review(case, 1)["zip"], _review(case, 11)["zip"]) == ("06", None)

    def test_a_free_text_stays_only_if_it_names_nobody_who_leaves(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.close(case.run(1))
        assert (_review(case, 1)["body"], _review(case, 11)["body"]) == ("fits well", "")
        assert _review(case, 13)["body"] == "write to M3@SHOP.EXAMPLE"

    def test_placeholders_pass_length_and_uniqueness_and_are_never_what_stood_there(self, kind: StoreKind) -> None:
        more: list[Record] = [
            {"id": 1000 + n, "member_id": 1, "handle": f"x{n}", "reply_to": f"m1+{n}@shop.example"}
            for n in range(MANY)
        ]
        case = begin(kind, more={"review": more})
        before = {row["id"]: row for row in case.rows()["review"]}
        run = case.run(1)
        case.close(run)
        made = [row for row in case.rows()["review"] if row["member_id"] is None]
        assert len(made) == MANY + 2
        for column in ("handle", "reply_to", "guid"):
            assert len({str(row[column]) for row in made}) == len(made)
            assert not [row for row in made if row[column] is None or row[column] == before[row["id"]][column]]
        assert all(0 < len(str(row["handle"])) <= 12 for row in made)
        assert all("@" in str(row["reply_to"])[1:-1] and len(str(row["reply_to"])) <= 40 for row in made)
        assert case.verified(run).residue == {}

    def test_a_shared_record_loses_the_leavers_link_and_stays_with_the_other(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.close(case.run(1))
        talks = {row["id"]: row for row in case.rows()["talk"]}
        assert talks[13] == {"id": 13, "buyer_id": None, "seller_id": 3, "words": ""}
        assert talks[12] == {"id": 12, "buyer_id": None, "seller_id": 2, "words": ""}
        assert talks[33]["words"] == "the other stays"

    def test_the_last_owner_takes_a_shared_record_along(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.close(case.run(1))
        kind.delete("product", {"id": 1})
        case.close(case.run(3, run="r2"))
        assert [row["id"] for row in case.rows()["talk"]] == [12]

    def test_a_mention_is_redacted_in_the_record_of_somebody_else(self, kind: StoreKind) -> None:
        case = begin(kind)
        case.close(case.run(1))
        (invite,) = (row for row in case.rows()["invite"] if row["id"] == 31)
        assert invite == {"id": 31, "member_id": 3, "invited_by": None, "note": "gone"}

    def test_custody_takes_the_record_its_pointer_and_the_party(self, kind: StoreKind) -> None:
        case, custody = begin(kind), Custody()
        case.close(case.run(1), custody)
        kept = {item.key: item for item in custody.kept}
        assert set(kept) == {("1",), ("90",)}
        order = kept["1",]
        assert (order.dataset, order.owner, order.basis) == ("shop.orders", "1", "kr.contract")
        assert order.counted_from is not None
        assert order.counted_from.replace(tzinfo=None) == datetime(2025, 1, 31, 10)  # noqa: DTZ001  # as the column says
        assert order.values == {
            "id": 1, "total": 10.25, "address.street": f"1 {CANARY} street", "member.name": f"{CANARY} 1",
            "member.email": "m1@shop.example",
        }
        assert kept["90",].values["address.street"] == f"9 {CANARY} street"

    def test_a_record_without_the_start_of_its_period_is_kept_too(self, kind: StoreKind) -> None:
        case, custody = begin(kind, more={"orders": [{"id": 70, "member_id": 1, "placed": None}]}), Custody()
        case.close(case.run(1), custody)
        (undated,) = (item for item in custody.kept if item.key == ("70",))
        assert undated.counted_from is None
        assert undated.values["address.street"] is None

    def test_two_who_leave_together_are_each_named_as_party(self, kind: StoreKind) -> None:
        case, custody = begin(kind), Custody()
        case.close(case.run(1, 2), custody)
        assert {(item.key, item.values["member.email"]) for item in custody.kept} == {
            (("1",), "m1@shop.example"), (("90",), "m1@shop.example"), (("2",), "m2@shop.example"),
        }


class TestKeysAndLinks:
    """Each kind of key and link: the leaver's records go, those of the others stay."""

    def test_what_the_leavers_had_is_gone_and_the_rest_is_there(self, kind: StoreKind) -> None:
        case = begin(kind, chunk_records=5)
        run = case.run(1, 2)
        case.close(run)
        rows = case.rows()
        for table, (column, left) in LEFT.items():
            assert {str(row[column]) for row in rows[table]} == {str(value) for value in left}, table
        assert case.verified(run).residue == {}

    def test_a_reverse_link_stays_while_somebody_elses_record_points_there(self, kind: StoreKind) -> None:
        case = begin(kind, more={"orders": [{"id": 80, "member_id": 3, "address_id": 1}]})
        case.close(case.run(1))
        assert [row["id"] for row in case.rows()["address"]] == [1, 2, 3]

    def test_an_identifier_links_only_where_no_key_link_names_another(self, kind: StoreKind) -> None:
        order: Record = {"id": 80, "member_id": 3, "guest_email": "m1@shop.example"}
        case = begin(kind, more={"orders": [order]})
        case.close(case.run(1))
        assert [row["id"] for row in case.rows()["orders"]] == [2, 3, 80]

    def test_an_unproved_identifier_links_nothing(self, kind: StoreKind) -> None:
        unproved: dict[str, list[Record]] = {"member": [{"id": 4, "email": "m4@shop.example", "active": True, "code": "c4"}],
                    "newsletter": [{"id": 4, "email": "m4@shop.example"}]}
        case = begin(kind, more=unproved)
        case.close(case.run(4))
        assert 4 in [row["id"] for row in case.rows()["newsletter"]]
