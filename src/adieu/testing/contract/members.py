"""The contract, sixth part: the member record is read with its proofs, fenced, and asked for open matters."""

from __future__ import annotations

from adieu.ports.stores import Proved
from adieu.testing.contract.case import begin, changed
from adieu.testing.contract.kinds import Record, StoreKind

NO_KEYS = ["", " 1", "1 ", "01", "+1", "1.0", "1x", "x", "77", "-1", "1e0", "9" * 30,
           "1'", "1%", "%s", "탈퇴", "１", "1\0", "\ud800"]


# name -> (the map's `when`, the orders of member 1 that it finds)
WHEN = {
    "equal": ("{status: new}", {60, 61}),
    "one_of": ("{status: {in: [new, \"it's 100% \\\\ off\"]}}", {60, 61, 62}),
    "none_of": ("{status: {not_in: [complete, new]}}", {61, 62}),
    "at_least": ("{total: {at_least: 5}}", {1, 60, 61}),
    "newer": ("{placed: {newer_than_days: 30}}", {60, 61}),
    "both": ("{status: {not_in: [complete]}, total: {at_least: 5}}", {60, 61}),
}


def _matters() -> str:
    same = "dataset: shop.orders, show: [id, status], effect: tell"
    found = [f"  {name}: {{{same}, when: {when}}}" for name, (when, _) in WHEN.items()]
    return "\n".join(["open_matters:", *found])


class TestMembers:
    """`Members.subjects`, `fence` and `open_matters`."""

    def test_a_member_is_read_with_identifiers_country_and_start(self, kind: StoreKind) -> None:
        case = begin(kind)
        (subject,) = case.run(1).subjects
        assert subject.key == "1"
        assert subject.country == "DE"
        assert subject.created is not None
        assert subject.created.isoformat() == "2020-02-29T23:59:59+00:00"
        assert set(subject.proved) == {
            Proved(kind="email", value="m1@shop.example"), Proved(kind="phone", value="01012340001")
        }
        assert ("phone", "010-1234-0001") in subject.written

    def test_a_key_that_no_member_has_is_not_answered(self, kind: StoreKind) -> None:
        case = begin(kind, more={"member": [{"id": 0, "active": True, "code": "c0"}]})
        for key in NO_KEYS:
            assert [subject.key for subject in case.store.members.subjects([key, "3"])] == ["3"], key
        assert [subject.key for subject in case.store.members.subjects(NO_KEYS)] == []

    def test_an_identifier_that_two_members_hold_is_proved_for_neither(self, kind: StoreKind) -> None:
        again: Record = {"id": 4, "email": "M1@shop.example ", "phone": "(010) 1234 0001", "active": True, "code": "c4"}
        case = begin(kind, more={"member": [again]})
        (subject,) = case.run(1).subjects
        assert subject.proved == ()

    def test_an_identifier_is_proved_by_the_record_beside_it_or_by_an_operator(self, kind: StoreKind) -> None:
        unproved: Record = {"id": 4, "email": "m4@shop.example", "active": True, "code": "c4"}
        case = begin(kind, more={
            "member": [unproved],
            "email_address": [{"id": 4, "member_id": 4, "email": "m4@shop.example", "proved": False}],
        })
        assert case.run(4).subjects[0].proved == ()
        vouched = case.run(4, vouched=frozenset({"email", "name"})).subjects[0]
        assert vouched.proved == (Proved(kind="email", value="m4@shop.example"),)

    def test_a_name_proves_nothing(self, kind: StoreKind) -> None:
        case = begin(kind)
        (subject,) = case.run(1, vouched=frozenset({"name"})).subjects
        assert "name" not in {proved.kind for proved in subject.proved}
        assert "name" in {known.kind for known in subject.known}

    def test_the_fence_stands_on_the_leavers_and_is_written_once(self, kind: StoreKind) -> None:
        case = begin(kind)
        before, run = case.rows(), case.run(1, 2)
        case.store.members.fence(run)
        fenced = case.rows()
        assert changed(before, fenced) == {("member", "1"), ("member", "2")}
        assert {row["id"]: bool(row["active"]) for row in fenced["member"]} == {1: False, 2: False, 3: True}
        case.store.members.fence(run)
        assert case.rows() == fenced

    def test_what_is_under_way_is_found_and_null_counts_as_open(self, kind: StoreKind) -> None:
        orders: list[Record] = [
            {"id": 60, "member_id": 1, "status": "new", "total": 5, "placed": "2999-01-01 00:00:00"},
            {"id": 61, "member_id": 1, "status": None, "total": None, "placed": None},
            {"id": 62, "member_id": 1, "status": "it's 100% \\ off", "total": 4.99, "placed": "2001-01-01 00:00:00"},
            {"id": 63, "member_id": 3, "status": None, "total": None, "placed": None},
        ]
        case = begin(kind, more={"orders": orders}, change_map=lambda text: text.split("open_matters")[0] + _matters())
        of_members = case.store.members.open_matters(["1", "3", "999"])
        found = of_members["1"]
        assert of_members.keys() == {"1", "3"}
        assert "63" in {record.shown["id"] for record in of_members["3"]} - {record.shown["id"] for record in found}
        for name, (_, open_) in WHEN.items():
            assert {int(record.shown["id"]) for record in found if record.matter == name} == open_, name
        assert {record.shown["status"] for record in found if record.shown["id"] == "61"} == {""}
        assert not any(record.waits for record in found)
