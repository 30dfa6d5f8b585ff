"""The contract, ninth part: a member's records are read as erasure would find them, and nothing stays written."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from adieu.errors import StoreError
from adieu.planning.plan import Role
from adieu.ports.reading import Reading, Wish
from adieu.ports.stores import Subject
from adieu.testing.contract.case import Case, begin
from adieu.testing.contract.kinds import Record, StoreKind
from adieu.testing.contract.shop import CANARY, ODD_KEYS


def _read(reading: Reading, wish: Wish) -> list[list[object]]:
    return [list(values) for values in reading.records(wish)]


def _wish(table: str, *columns: str, role: Role = Role.OWN, sorted_by: str | None = None) -> Wish:
    return Wish(dataset=f"shop.{table}", columns=columns, role=role, sorted_by=sorted_by)


def _everything(case: Case, member: int) -> list[tuple[str, Role, list[object]]]:
    """All that is read for a member, with every column, in an order that does not depend on the store's."""
    with case.store.reading(case.run(member).subjects[0], case.here, case.schema) as reading:
        return _all_of(case, reading)


def _all_of(case: Case, reading: Reading) -> list[tuple[str, Role, list[object]]]:
    found = [
        (dataset, role, values)
        for dataset, role in reading.counts()
        for values in _read(reading, Wish(dataset=dataset, columns=tuple(case.schema.tables[dataset].columns), role=role))
    ]
    return sorted(found, key=repr)


def _give_up(case: Case, subject: Subject) -> None:
    with case.store.reading(subject, case.here, case.schema) as reading:
        next(reading.records(_wish("token", "value")))
        raise StoreError("the reader gave up", store="shop", dataset="shop.token")


class TestReading:
    """`ReadableStore.reading`."""

    def test_own_shared_and_naming_records_are_counted_as_a_closure_would_capture_them(self, kind: StoreKind) -> None:
        case = begin(kind)
        run = case.run(1)
        counted: dict[tuple[str, Role], int] = {}
        with case.store.reading(run.subjects[0], case.here, case.schema) as reading:
            counts = dict(reading.counts())
        for chunk in case.captured(run):
            counted[chunk.dataset, chunk.role] = counted.get((chunk.dataset, chunk.role), 0) + chunk.records
        assert counts == counted
        assert counts["shop.token", Role.OWN] == len(ODD_KEYS)
        assert counts["shop.talk", Role.SHARED] == 2
        assert counts["shop.invite", Role.OWN] == counts["shop.invite", Role.MENTION] == 1

    def test_every_role_is_read_by_itself(self, kind: StoreKind) -> None:
        case = begin(kind)
        with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
            assert sorted(_read(reading, _wish("orders", "id"))) == [[1], [90]]  # by its key, and by its e-mail address
            assert sorted(_read(reading, _wish("talk", "id", role=Role.SHARED))) == [[12], [13]]
            assert _read(reading, _wish("talk", "id")) == []
            assert _read(reading, _wish("invite", "id", "note")) == [[1, "mine"]]
            assert _read(reading, _wish("invite", "id", "note", role=Role.MENTION)) == [[31, f"by {CANARY}"]]
            assert _read(reading, _wish("product", "id")) == []

    def test_what_is_read_of_one_member_is_nobody_elses(self, kind: StoreKind) -> None:
        case = begin(kind)
        own = [found for found in _everything(case, 1) if found[1] is Role.OWN]
        assert own
        assert not any("m2@" in repr(values).lower() or "m3@" in repr(values).lower() for _, _, values in own)

    def test_values_come_as_their_columns_mean_them(self, kind: StoreKind) -> None:
        case = begin(kind)
        with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
            ((placed, total),) = (row[1:] for row in _read(reading, _wish("orders", "id", "placed", "total")) if row[0] == 1)
            visits = _read(reading, _wish("visit", "day", sorted_by="day"))
            documents = _read(reading, _wish("event", "data"))
        assert placed == datetime(2025, 1, 31, 10, 0)  # noqa: DTZ001  # the shop keeps it without a zone
        assert float(str(total)) == 10.25
        assert visits == [[date(2024, 2, 29)], [date(2025, 1, 1)]]
        assert {"member": {"id": 1}} in [values[0] for values in documents]

    def test_texts_are_sorted_by_their_bytes_and_nulls_are_left_out(self, kind: StoreKind) -> None:
        case = begin(kind)
        with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
            values = [str(row[0]) for row in _read(reading, _wish("token", "value", sorted_by="value"))]
            assert values == sorted(f"{odd}#1" for odd in ODD_KEYS)
            assert _read(reading, _wish("review", "id", sorted_by="author")) == [[1]]

    def test_numbers_are_sorted_as_numbers(self, kind: StoreKind) -> None:
        case = begin(kind, more={"attachment": [{"id": n, "kind": "member's", "owner_id": 1} for n in (100, 9)]})
        with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
            assert _read(reading, _wish("attachment", "id", sorted_by="id")) == [[1], [9], [100]]

    def test_records_of_anybody_are_read_by_their_values(self, kind: StoreKind) -> None:
        case = begin(kind)
        sought = {"address": ("id", (1, 9, 77)), "token": ("value", ("it's#1", "%s :run#3", "탈퇴 회원#2", "no such"))}
        with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
            found = {
                table: _read(reading, Wish(dataset=f"shop.{table}", columns=(among[0],), among=among, sorted_by=among[0]))
                for table, among in sought.items()
            }
        assert found == {"address": [[1], [9]], "token": [["%s :run#3"], ["it's#1"], ["탈퇴 회원#2"]]}

    def test_several_are_read_beside_each_other(self, kind: StoreKind) -> None:
        more: list[Record] = [{"id": 100 + n, "kind": "member's", "owner_id": 1} for n in range(2_500)]
        case = begin(kind, more={"attachment": more})
        with case.store.reading(case.run(1).subjects[0], case.here, case.schema) as reading:
            one, other = (reading.records(_wish("attachment", "id", sorted_by="id")) for _ in range(2))
            tokens = reading.records(_wish("token", "value"))
            for place, (left, right) in enumerate(zip(one, other, strict=True)):
                assert list(left) == list(right)
                if place < len(ODD_KEYS):
                    next(tokens)
            assert place == 2_500

    def test_several_members_are_read_as_each_would_be_alone(self, kind: StoreKind) -> None:
        more: list[Record] = [{"id": 100 + n, "kind": "member's", "owner_id": 2} for n in range(2_500)]
        case = begin(kind, more={"attachment": more})
        alone = {member: _everything(case, member) for member in (1, 2, 3)}
        assert any(role is Role.SHARED for _, role, _ in alone[1])
        subjects = {member: case.run(member).subjects[0] for member in (3, 1, 2)}
        with case.store.readings(list(subjects.values()), case.here, case.schema) as readings:
            for member in (3, 1, 2, 1):
                reading = readings.of(subjects[member])
                assert _all_of(case, reading) == alone[member]
                assert sum(reading.counts().values()) == len(alone[member])
            tokens = _read(readings.of(subjects[3]), _wish("token", "value", sorted_by="value"))
            assert tokens == sorted(tokens)

    def test_nothing_stays_and_the_store_can_be_closed_in_afterwards(self, kind: StoreKind) -> None:
        case = begin(kind)
        before = case.rows()
        first = _everything(case, 1)
        assert case.rows() == before
        assert _everything(case, 1) == first
        run = case.run(1)
        case.close(run)
        assert case.verified(run).residue == {}

    def test_nothing_stays_where_the_reader_stops_half_way(self, kind: StoreKind) -> None:
        case = begin(kind)
        before = case.rows()
        subject = case.run(1).subjects[0]
        with pytest.raises(StoreError, match="gave up"):
            _give_up(case, subject)
        assert case.rows() == before
        assert ("shop.token", Role.OWN) in {(dataset, role) for dataset, role, _ in _everything(case, 1)}
