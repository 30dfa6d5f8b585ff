"""A closure over PostgreSQL, a bucket and a recipient that is down for an hour: nothing lost, nothing half, all told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.support.recipients import SECRET, Mailbox
from tests.support.s3 import Shop, serving

from adieu.adapters.signing import published_keys, read_published
from adieu.bootstrap.house import House, install_own, make_keys, open_house
from adieu.bootstrap.stores import databases, open_map, open_schemas
from adieu.closures import Choice, open_closures
from adieu.closures.testifying import receipt_file
from adieu.closures.waiting import look_again
from adieu.errors import StoreUnreachable
from adieu.ports.register import State
from adieu.receipts import verify_file
from adieu.settings import Settings
from adieu.testing.clock import FixedClock
from adieu.worker import serve

BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MAP = """
adieu: 1
shop: {name: Books, contact: help@books.example, regimes: {default: kr}}
stores:
  shop: {url: "${OUTSIDE_SHOP_URL}"}
  files: {kind: objects, url: "${OUTSIDE_FILES_URL}"}
  mailer: {kind: recipient, url: "${OUTSIDE_MAILER_URL}", secret: "${OUTSIDE_MAILER_SECRET}"}
member:
  dataset: shop.member
  key: id
  identifiers: {email: {field: email, verified: always}}
datasets:
  shop.member: {on_closure: delete}
  shop.note: {belongs_to: member_id, on_closure: delete}
  files.photo: {belongs_to: member, on_closure: delete, objects: "photos/{member}/"}
  mailer.contact: {belongs_to: {email: email}, on_closure: delete}
"""
TABLES = """
create table member (id bigint primary key, email varchar(99) unique);
create table note (id bigint primary key, member_id bigint not null references member, body text);
create index on note (member_id);
insert into member select n, 'member' || n || '@books.example' from generate_series(1, 12) n;
insert into note select n, n, 'a note' from generate_series(1, 12) n
"""


@dataclass(frozen=True, kw_only=True)
class Around:
    """The three stores and the settings that open them."""

    settings: Settings
    database: str
    bucket: Shop
    mailer: Mailbox

    def rows(self) -> dict[str, list[int]]:
        """The members' ids in both tables."""
        with psycopg.connect(self.database) as connection:
            return {
                table: [row[0] for row in connection.execute(f"select {column} from {table} order by 1")]
                for table, column in (("member", "id"), ("note", "member_id"))
            }


@pytest.fixture(scope="module")
def _s3() -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.fixture
def bucket(_s3: int, tmp_path: Path) -> Shop:
    """A bucket that keeps versions."""
    made = Shop(_s3, f"b-{tmp_path.name.replace('_', '-')[-40:].strip('-').lower()}")
    made.versioning("Enabled")
    return made


@pytest.fixture
def shop(postgresql: str, bucket: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Around]:
    plain = postgresql.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute(TABLES)
    for member in (1, 2, 12):
        for version in (b"first", b"second"):
            bucket.put(f"photos/{member}/face.jpg", body=version)
    mailer = Mailbox(any_time=True)
    mailer.open()
    for name, value in (
        ("SHOP_URL", postgresql), ("FILES_URL", bucket.url), ("MAILER_SECRET", SECRET),
        ("MAILER_URL", f"http://127.0.0.1:{mailer.port}/hooks"),
    ):
        monkeypatch.setenv(f"OUTSIDE_{name}", value)
    (tmp_path / "adieu.yaml").write_text(MAP, encoding="utf-8")
    settings = Settings(map=tmp_path / "adieu.yaml", home=tmp_path / "home", ledger_name="books.example/adieu")
    make_keys(settings, open_map(settings.map).shop.name)
    install_own(settings)
    _install(settings)
    yield Around(settings=settings, database=plain, bucket=bucket, mailer=mailer)
    mailer.shut()


def _install(settings: Settings) -> None:
    stores = open_schemas(open_map(settings.map), settings)
    for opening in stores.values():
        opening.install()
    for opening in databases(stores).values():
        opening.database.close()


def _states(house: House) -> list[tuple[State, str]]:
    found = house.desk.register.of_members(house.desk.shop, [house.desk.member_digest(key) for key in ("1", "2")])
    return sorted((closure.state, closure.cause or "") for closure in found)


def _look_every_ten_minutes(house: House, clock: FixedClock, shop: Around) -> list[int]:
    """Serve until both are closed; the mailer opens after an hour. How many messages were there after each round."""
    rounds: list[int] = []

    def pause() -> bool:
        rounds.append(len(shop.mailer.received))
        clock.advance(timedelta(minutes=10))
        if clock.now() == BEGAN + timedelta(hours=1):
            shop.mailer.open()
        return any(state is State.RUNNING for state, _ in _states(house)) and len(rounds) < 20

    serve(house.batches, lambda: look_again(house.desk), clock, look_every=timedelta(minutes=10), pause=pause)
    return rounds


def test_a_webhook_down_for_an_hour_delays_the_closure_and_loses_nothing(shop: Around) -> None:
    clock = FixedClock(BEGAN)
    shop.mailer.shut()
    everybody, photos = shop.rows(), shop.bucket.versions()
    with open_house(shop.settings, clock=clock) as house:
        answer = open_closures(house.desk, ["1", "2"], choice=Choice.NOW)
        (batch,) = answer.batches
        with pytest.raises(StoreUnreachable, match="adieu work"):
            house.batches.run(batch)
        assert (shop.rows(), shop.bucket.versions()) == (everybody, photos)  # nothing is erased anywhere
        assert [state for state, cause in _states(house) if "mailer" in cause] == [State.RUNNING] * 2

        rounds = _look_every_ten_minutes(house, clock, shop)
        assert rounds == [0] * 6 + [2]
        assert [state for state, _ in _states(house)] == [State.CLOSED] * 2

        files = [receipt_file(house.desk, id) for id in answer.closures]
    staying = list(range(3, 13))
    assert shop.rows() == {"member": staying, "note": staying}
    assert shop.bucket.versions() == {version for version in photos if version[0].startswith("photos/12/")}
    key = read_published(published_keys(shop.settings.home / "signing.key"))[0]
    told = dict(shop.mailer.received)
    for data in files:
        assert data is not None
        verify_file(data, key)
        body = json.loads(data)["body"]
        (recipient,) = body["told"]
        assert recipient["name"] == "mailer" and recipient["at"].startswith("2026-03-01T10:00")
        assert any(id in recipient["status"] for id in told) and "202" in recipient["status"]
        stores = {line["what"].split(":")[0] for line in body["not_covered"]}
        assert {"shop", "files", "mailer"} <= stores
        assert {line["dataset"] for line in body["datasets"]} >= {"files.photo", "shop.note"}
    assert len(told) == 2 and all(message["type"] == "member.closed" for message in told.values())


def test_what_the_recipient_accepted_before_a_store_refused_is_not_told_again(shop: Around) -> None:
    with psycopg.connect(shop.database) as connection:
        connection.execute(
            "create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;"
            "create trigger no before delete on note for each row when (old.id = 2) execute function no()"
        )
    with open_house(shop.settings, clock=FixedClock(BEGAN)) as house:
        answer = open_closures(house.desk, ["1", "2"], choice=Choice.NOW)
        with suppress(Exception):
            house.batches.run(answer.batches[0])
        assert sorted(state for state, _ in _states(house)) == [State.CLOSED, State.NEEDS_OPERATOR]
        with psycopg.connect(shop.database) as connection:
            connection.execute("drop trigger no on note")
        again = open_closures(house.desk, ["2"], choice=Choice.NOW)
        house.batches.run(again.batches[0])
        assert [state for state, _ in _states(house)] == [State.CLOSED] * 2
    assert len(shop.mailer.received) == len({id for id, _ in shop.mailer.received}) == 2
