"""Lists of texts in MariaDB: joined by an index where they are short, and never cut off where they are long."""

from __future__ import annotations

from collections.abc import Iterator

import pymysql
import pytest
import sqlalchemy
from pymysql.cursors import Cursor

from adieu.adapters.stores.database_mariadb import execute, open_engine
from adieu.adapters.stores.mariadb import SHORT_CHARACTERS, Mariadb

OWNERS = 50


@pytest.fixture
def driver(mariadb: str) -> Iterator[pymysql.Connection[Cursor]]:
    engine = open_engine(sqlalchemy.make_url(mariadb), 1000)
    connection = engine.raw_connection()
    yield connection.driver_connection  # type: ignore[misc]
    connection.close()
    engine.dispose()


def _met(driver: pymysql.Connection[Cursor], owners: list[str], *, explain: bool = False) -> list[tuple[object, ...]]:
    """The owners of a table that the list names, with their values; or how the engine finds them."""
    d = Mariadb("t")
    texts = "character set utf8mb4 collate utf8mb4_nopad_bin"
    execute(driver, f"create or replace table held (owner varchar(768) not null) {texts}", {}, snapshot=False)
    with driver.cursor() as cursor:
        cursor.executemany("insert into held values (%s)", [(owner,) for owner in owners])
    listed = d.listed("i", {"owner": "owners", "value": "values"})
    sql = f"select c.owner, i.value from held c left join {listed} on i.owner = c.owner where i.value is not null or c.owner = ''"
    lists = {"owners": d.list_value(owners), "values": d.list_value([owner[-5:] for owner in owners])}
    return execute(driver, ("explain " if explain else "") + sql, lists, snapshot=False)[0]


def test_a_list_of_short_texts_is_joined_by_an_index(driver: pymysql.Connection[Cursor]) -> None:
    steps = _met(driver, [f"owner {number}" for number in range(OWNERS)], explain=True)
    assert [step[3] for step in steps if step[2] == "<derived2>"] == ["ref"]


@pytest.mark.parametrize("length", [SHORT_CHARACTERS, SHORT_CHARACTERS + 1, 768])
def test_texts_of_any_length_a_key_may_have_meet_only_themselves(driver: pymysql.Connection[Cursor], length: int) -> None:
    owners = [f"{number:05}".rjust(length, "\u6f22") for number in range(OWNERS)]
    assert sorted(_met(driver, [*owners, "short"])) == sorted((owner, owner[-5:]) for owner in [*owners, "short"])
