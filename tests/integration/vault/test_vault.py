"""The vault keeps its promises on SQLite and on PostgreSQL."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
import sqlalchemy as sa

from adieu.adapters.database import open_engine
from adieu.adapters.keys import MasterKeys
from adieu.adapters.vault import SqlVault, install_vault, open_vault
from adieu.adapters.vault.schema import vault_record
from adieu.errors import KeysRefused, RegisterUnusable, VaultRefused
from adieu.ports.stores import Custodial, Value
from adieu.ports.vault import Deposit, Kept
from adieu.testing.faults import Recorder

KEYS = MasterKeys([b"o" * 32, b"n" * 32])
CANARY = "kanari-7d1e@example.com"
CLOSURE = "c" * 32
UNTIL = date(2031, 3, 5)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'vault.db'}"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def points() -> Recorder:
    return Recorder()


@pytest.fixture
def vault(url: str, points: Recorder) -> Iterator[SqlVault]:
    opened = open_vault(url, KEYS, points)
    yield opened
    opened.close()


def item(key: str = "1", total: object = "129000.00", **others: object) -> Custodial:
    values = {"number": f"10{key}", "total": total, "member.email": CANARY, **others}
    return Custodial(
        dataset="shop.order_order", key=(key,), owner=f"owner-{CANARY}", basis="kr.contract",
        counted_from=datetime(2026, 3, 5, 3, tzinfo=UTC), values=cast("dict[str, Value]", values),
    )


def deposit(key: str = "1", until: date = UNTIL, closure: str = CLOSURE, total: object = "129000.00") -> Deposit:
    return Deposit(closure=closure, item=item(key, total), until=until)


def change(url: str, statement: str, **parameters: object) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        connection.execute(sa.text(statement), parameters)
        connection.commit()
    engine.dispose()


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(statement))]
    engine.dispose()
    return found


def test_what_was_kept_is_opened_as_it_was_sent(vault: SqlVault) -> None:
    vault.keep("books", [deposit("1"), deposit("2"), deposit("3", closure="d" * 32)])
    assert sorted(vault.opened("books", CLOSURE), key=lambda one: one.key) == [item("1"), item("2")]
    assert list(vault.opened("other", CLOSURE)) == [] == list(vault.opened("books", "e" * 32))


def test_what_is_kept_is_told_without_any_key(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit("1"), deposit("2", closure="d" * 32)])
    keyless = open_vault(url, MasterKeys([b"x" * 32]))
    told = Kept(
        closure=CLOSURE, dataset="shop.order_order", basis="kr.contract", until=UNTIL, end_month="2031-03"
    )
    assert list(keyless.kept("books", CLOSURE)) == [told]
    assert {one.closure for one in keyless.kept("books")} == {CLOSURE, "d" * 32}
    assert list(keyless.kept("other")) == []
    with pytest.raises(KeysRefused):
        list(keyless.opened("books", CLOSURE))
    keyless.close()


def test_more_than_a_page_is_told_once_each(vault: SqlVault) -> None:
    vault.keep("books", [deposit(str(number), until=UNTIL + timedelta(number)) for number in range(2001)])
    assert sorted(one.until for one in vault.kept("books")) == [UNTIL + timedelta(number) for number in range(2001)]


def test_a_repeat_changes_nothing(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit("1"), deposit("2")])
    before = sorted(rows(url, "SELECT * FROM vault_record"))
    vault.keep("books", [deposit("2"), deposit("1"), deposit("1")])
    assert sorted(rows(url, "SELECT * FROM vault_record")) == before and len(before) == 2


def test_a_repeat_after_rotation_finds_the_same_records(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit()])
    rotated = open_vault(url, MasterKeys([b"o" * 32, b"n" * 32, b"newer" * 6 + b"!!"]))
    rotated.keep("books", [deposit(), deposit("2")])
    assert len(rows(url, "SELECT 1 FROM vault_record")) == 2 == len(list(rotated.opened("books", CLOSURE)))
    rotated.close()


@pytest.mark.parametrize(
    "differing",
    [
        deposit(total="1.00"),
        deposit(total=Decimal("129000.00")),  # another kind of value is another content
        deposit(until=date(2031, 3, 6)),
        deposit(until=date(2032, 3, 5)),
        replace(deposit(), item=replace(item(), basis="kr.tax")),
        replace(deposit(), item=replace(item(), owner="another")),
    ],
)
def test_a_differing_deposit_of_the_same_record_is_refused_whole(vault: SqlVault, differing: Deposit) -> None:
    vault.keep("books", [deposit()])
    with pytest.raises(VaultRefused) as refused:
        vault.keep("books", [deposit("2"), differing])
    assert CANARY not in str(refused.value)
    assert list(vault.opened("books", CLOSURE)) == [item()]
    with pytest.raises(VaultRefused):
        vault.keep("books", [deposit("3"), deposit("3", total="2")])
    assert len(list(vault.kept("books"))) == 1


def test_keys_of_several_parts_are_not_taken_for_each_other(vault: SqlVault) -> None:
    keys = [("a", "bc"), ("ab", "c"), ("abc",), ("a1:", "bc"), ("a", "1:bc"), (), ("a|b",), ("a", "b"), ("a\0b",), ("a,b",)]
    vault.keep("books", [replace(deposit(), item=replace(item(), key=key)) for key in keys])
    assert {one.key for one in vault.opened("books", CLOSURE)} == set(keys)


def test_the_same_record_of_two_closures_and_shops_is_kept_for_each(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit(), deposit(closure="d" * 32, total="other")])
    vault.keep("music", [deposit(total="third")])
    assert len(set(rows(url, "SELECT id FROM vault_record"))) == 3


TAMPERINGS: dict[str, str] = {
    "until": "UPDATE vault_record SET until = '2031-03-06'",
    "basis": "UPDATE vault_record SET basis = 'kr.tax'",
    "dataset": "UPDATE vault_record SET dataset = 'shop.other'",
    "cut": "UPDATE vault_record SET sealed = substr(sealed, 1, 10)",
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_row_changed_by_hand_is_refused(vault: SqlVault, url: str, name: str) -> None:
    vault.keep("books", [deposit()])
    change(url, TAMPERINGS[name])
    with pytest.raises(KeysRefused):
        list(vault.opened("books", CLOSURE))
    with pytest.raises(VaultRefused):
        vault.keep("books", [deposit()])


@pytest.mark.parametrize("place", [0, 1, 13, -1])
def test_a_flipped_bit_is_refused(vault: SqlVault, url: str, place: int) -> None:
    vault.keep("books", [deposit()])
    sealed = bytearray(cast("bytes", rows(url, "SELECT sealed FROM vault_record")[0][0]))
    sealed[place] ^= 1
    change(url, "UPDATE vault_record SET sealed = :sealed", sealed=bytes(sealed))
    with pytest.raises(KeysRefused):
        list(vault.opened("books", CLOSURE))
    with pytest.raises(VaultRefused):
        vault.keep("books", [deposit()])


def test_swapped_rows_are_refused(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit("1"), deposit("2")])
    change(url, "UPDATE vault_record SET sealed = (SELECT max(sealed) FROM vault_record)")
    with pytest.raises(KeysRefused):
        list(vault.opened("books", CLOSURE))


def test_a_database_that_writes_something_else_is_noticed_before_commit(vault: SqlVault, url: str) -> None:
    for statement in SPOILERS["sqlite" if url.startswith("sqlite") else "postgresql"]:
        change(url, statement)
    with pytest.raises(VaultRefused):
        vault.keep("books", [deposit()])
    assert rows(url, "SELECT 1 FROM vault_record") == []


SPOILERS = {
    "sqlite": [
        "CREATE TRIGGER spoil AFTER INSERT ON vault_record BEGIN "
        "UPDATE vault_record SET sealed = x'00' WHERE id = new.id; END",
    ],
    "postgresql": [
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER spoil BEFORE INSERT ON vault_record FOR EACH ROW EXECUTE FUNCTION spoil()",
    ],
}


def test_two_months_have_two_keys_and_a_destroyed_one_takes_its_month(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit("1"), deposit("2", until=date(2031, 4, 1), closure="d" * 32)])
    vault.keep("books", [deposit("3")])
    vault.keep("music", [deposit("1")])
    months = rows(url, "SELECT shop, end_month FROM vault_key ORDER BY 1, 2")
    assert months == [("books", "2031-03"), ("books", "2031-04"), ("music", "2031-03")]
    change(url, "DELETE FROM vault_key WHERE shop = 'books' AND end_month = '2031-03'")
    with pytest.raises(KeysRefused, match="2031-03 was destroyed"):
        list(vault.opened("books", CLOSURE))
    assert len(list(vault.opened("books", "d" * 32))) == 1 == len(list(vault.opened("music", CLOSURE)))


def test_a_month_key_moved_to_another_month_or_shop_opens_nothing(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit("1"), deposit("2", until=date(2031, 4, 1))])
    change(url, "UPDATE vault_key SET wrapped = (SELECT max(wrapped) FROM vault_key)")
    with pytest.raises(KeysRefused):
        list(vault.opened("books", CLOSURE))


def test_data_keys_are_random_and_bound_to_their_shop_and_month(vault: SqlVault, url: str) -> None:
    vault.keep("books", [deposit("1"), deposit("2", until=date(2031, 4, 1))])
    wrapped = {str(month): cast("bytes", key) for month, key in rows(url, "SELECT end_month, wrapped FROM vault_key")}
    plain = {
        KEYS.unseal("vault-key", "books", key, f"5:books7:{month}".encode()) for month, key in wrapped.items()
    }
    assert len(plain) == 2 and {len(key) for key in plain} == {32}
    with pytest.raises(KeysRefused):
        KEYS.unseal("vault-key", "books", wrapped["2031-03"], b"5:books7:2031-04")


def forms(text: str) -> list[bytes]:
    """What a text looks like in bytes: plain, UTF-16, hex, base64 at each of its three offsets."""
    plain = text.encode()
    found = [plain, text.encode("utf-16-le"), text.encode("utf-16-be"), plain.hex().encode(), plain.hex().upper().encode()]
    for offset in range(3):
        body = base64.b64encode(b"\0" * offset + plain).rstrip(b"=")
        found.append(body[4 if offset else 0:-1])
    return found


def shown(content: bytes, text: str) -> list[bytes]:
    return [form for form in forms(text) if form in content]


def lying(url: str) -> bytes:
    """All bytes of the database's files, or of every row where it has no files of ours."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    cells = [cell for name in ("vault_record", "vault_key") for row in rows(url, f"SELECT * FROM {name}") for cell in row]
    return b"\n".join(bytes(cell) if isinstance(cell, bytes) else str(cell).encode() for cell in cells)


def test_no_personal_data_lies_in_clear(vault: SqlVault, url: str) -> None:
    held = replace(item(CANARY), values={"text": CANARY, "bytes": CANARY.encode(), "wide": CANARY.encode("utf-16-le")})
    vault.keep("books", [Deposit(closure=CLOSURE, item=held, until=UNTIL)])
    vault.keep("books", [deposit("2")])
    content = lying(url)
    assert b"shop.order_order" in content  # we look in the right place
    assert shown(content, CANARY) == []


def test_the_search_finds_each_form() -> None:
    for form in (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode()):
        assert shown(b"before" + form + b"after", CANARY)
    for offset in range(3):
        assert shown(base64.b64encode(b"x" * offset + CANARY.encode() + b"after"), CANARY)


def test_every_kind_of_value_comes_back_as_it_was(vault: SqlVault) -> None:
    values: dict[str, object] = {
        "none": None, "yes": True, "no": False, "one": 1, "big": 2**80, "minus": -1, "float": 0.1, "zero": -0.0,
        "infinite": float("inf"), "text": "가\u0000\U0001f600\"\\ë", "empty": "", "lone": "\ud83d\ude00", "bytes": b"\x00\xff",
        "aware": datetime(2026, 1, 1, 9, 0, 0, 1, tzinfo=timezone(timedelta(hours=9))),
        "naive": datetime(2026, 1, 1), "day": date(2024, 2, 29), "money": Decimal("1.10"), "more": Decimal("1.1"),
        "id": UUID(int=7), "like": '{"bytes":"AA=="}',
    }
    vault.keep("books", [Deposit(closure=CLOSURE, item=replace(item(), values=cast("dict[str, Value]", values)), until=UNTIL)])
    (found,) = vault.opened("books", CLOSURE)
    assert {name: (type(value), repr(value)) for name, value in found.values.items()} == {
        name: (type(value), repr(value)) for name, value in values.items()
    }
    assert found.counted_from == datetime(2026, 3, 5, 3, tzinfo=UTC)


def test_a_value_that_cannot_be_kept_without_loss_is_refused(vault: SqlVault) -> None:
    with pytest.raises(VaultRefused, match=r"shop\.order_order: `total`.*list"):
        vault.keep("books", [deposit("2"), deposit(total=[CANARY])])
    assert list(vault.kept("books")) == []


def test_a_deposit_is_one_commit_and_statements_do_not_grow_with_it(
    vault: SqlVault, points: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    for size in (10, 1000):
        seen: list[str] = []
        sa.event.listen(vault._engine, "before_cursor_execute", note := noting(seen))
        vault.keep("books", [deposit(f"{size}-{number}") for number in range(size)])
        sa.event.remove(vault._engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[1] <= counts[0] <= 8
    assert points.points == ["vault.keep.before_commit", "vault.keep.after_commit"] * 2
    vault.keep("books", [])
    assert len(points.points) == 4


def noting(seen: list[str]) -> Callable[..., None]:
    def note(connection: sa.Connection, cursor: object, statement: str, *others: object) -> None:
        seen.append(statement)

    return note


class Cut:
    """Stops at a fault point, once."""

    def __init__(self, point: str) -> None:
        self.point: str | None = point

    def reach(self, point: str) -> None:
        if point == self.point:
            self.point = None
            raise KeyboardInterrupt


@pytest.mark.parametrize(("when", "left"), [("before", 0), ("after", 1)])
def test_a_deposit_that_was_cut_is_there_whole_or_not_and_can_be_repeated(url: str, when: str, left: int) -> None:
    cut = open_vault(url, KEYS, Cut(f"vault.keep.{when}_commit"))
    with pytest.raises(KeyboardInterrupt):
        cut.keep("books", [deposit()])
    assert len(rows(url, "SELECT 1 FROM vault_record")) == left == len(rows(url, "SELECT 1 FROM vault_key"))
    cut.keep("books", [deposit()])
    assert list(cut.opened("books", CLOSURE)) == [item()]
    cut.close()


class Watched(MasterKeys):
    """Tells when it has wrapped a key."""

    wrapped = threading.Event()

    def seal(self, purpose: str, shop: str, plain: bytes, bound_to: bytes) -> bytes:
        self.wrapped.set()
        return super().seal(purpose, shop, plain, bound_to)


class Meanwhile:
    """Before the commit starts another writer, and where that one can get so far waits until it made a key too."""

    def __init__(self, other: threading.Thread, wrapped: threading.Event | None) -> None:
        self.other, self.wrapped = other, wrapped

    def reach(self, point: str) -> None:
        if point == "vault.keep.before_commit":
            self.other.start()
            if self.wrapped is not None:
                assert self.wrapped.wait(30)


def test_two_first_deposits_of_a_month_share_one_key(url: str) -> None:
    keys = Watched([b"o" * 32])
    keys.wrapped = threading.Event()
    second = open_vault(url, keys)
    thread = threading.Thread(target=second.keep, args=("books", [deposit("1"), deposit("2")]))
    # On SQLite the second writer waits before it reads; on PostgreSQL both make a key, and one must give way.
    first = open_vault(url, MasterKeys([b"o" * 32]), Meanwhile(thread, None if "sqlite" in url else keys.wrapped))
    first.keep("books", [deposit("1"), deposit("3")])
    thread.join(60)
    assert len(rows(url, "SELECT 1 FROM vault_key")) == 1
    assert {one.key for one in second.opened("books", CLOSURE)} == {("1",), ("2",), ("3",)}
    first.close()
    second.close()


def test_many_first_deposits_at_once_are_all_kept(url: str) -> None:
    install_vault(url)
    start, failed = threading.Barrier(4), cast("list[BaseException]", [])

    def work(keyed: Sequence[Deposit]) -> None:
        own = open_vault(url, KEYS)
        try:
            start.wait(30)
            own.keep("books", keyed)
        except BaseException as error:
            failed.append(error)
        finally:
            own.close()

    months = [date(2031, month, 1) for month in range(1, 7)]
    work_of = [[deposit(f"{n}-{m}", until=day) for m, day in enumerate(months)][:: 1 - 2 * (n % 2)] for n in range(4)]
    threads = [threading.Thread(target=work, args=(part,)) for part in work_of]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    vault = open_vault(url, KEYS)
    assert len(list(vault.opened("books", CLOSURE))) == 24 and len(rows(url, "SELECT 1 FROM vault_key")) == 6
    vault.close()


def test_another_version_and_foreign_tables_are_refused_and_install_repeats(url: str) -> None:
    install_vault(url)
    install_vault(url)
    open_vault(url, KEYS).close()
    change(url, "UPDATE adieu_vault_version SET version = 9")
    for attempt in (lambda: install_vault(url), lambda: open_vault(url, KEYS)):
        with pytest.raises(RegisterUnusable, match="version 9"):
            attempt()
    change(url, "DROP TABLE adieu_vault_version")
    with pytest.raises(RegisterUnusable, match="no version"):
        open_vault(url, KEYS)


def test_columns_hold_no_key_owner_or_value() -> None:
    assert set(vault_record.c.keys()) == {
        "shop", "id", "closure", "dataset", "basis", "until", "end_month", "digest", "sealed",
    }
