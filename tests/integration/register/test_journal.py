"""The journal of stores without transactions keeps its promises on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from adieu.adapters.database import open_engine
from adieu.adapters.keys import MasterKeys
from adieu.adapters.register import SqlRegister, install_register, open_register
from adieu.adapters.register.schema import VERSION_TABLE, store_journal
from adieu.errors import KeysRefused, RegisterUnusable
from adieu.ports.journal import Entry, Journal

KEYS = MasterKeys([b"k" * 32])


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def register(url: str) -> Iterator[SqlRegister]:
    opened = open_register(url)
    yield opened
    opened.close()


@pytest.fixture
def journal(register: SqlRegister) -> Journal:
    return register.journal(KEYS, "books")


def test_what_was_written_once_stands(journal: Journal) -> None:
    assert journal.entry("files", "r1", 0) is None
    assert journal.write("files", "r1", 0, b"first") == b"first"
    assert journal.write("files", "r1", 0, b"second") == b"first" == journal.entry("files", "r1", 0)


def test_entries_of_a_family_come_by_run_and_step_and_others_stay(register: SqlRegister, journal: Journal) -> None:
    for run, step in (("fam_2", 0), ("fam_1", 1), ("fam_1", 0), ("famx1", 0)):
        journal.write("files", run, step, run.encode())
    journal.write("mailer", "fam_1", 0, b"another store")
    register.journal(KEYS, "shoes").write("files", "fam_1", 0, b"another shop")
    assert journal.entries("files", "fam_") == [
        Entry("fam_1", 0, b"fam_1"), Entry("fam_1", 1, b"fam_1"), Entry("fam_2", 0, b"fam_2"),
    ]
    journal.forget("files", "fam_")
    assert journal.entries("files", "fam_") == []
    assert journal.entry("files", "famx1", 0) and journal.entry("mailer", "fam_1", 0)
    assert register.journal(KEYS, "shoes").entry("files", "fam_1", 0) == b"another shop"


def test_an_entry_is_sealed_and_bound_to_its_place(url: str, journal: Journal) -> None:
    journal.write("files", "r1", 1, b"member 4711")
    engine = open_engine(url)
    with engine.begin() as connection:
        assert b"4711" not in bytes(connection.execute(sa.select(store_journal.c.sealed)).scalar_one())
        connection.execute(sa.update(store_journal).values(step=2))
    engine.dispose()
    with pytest.raises(KeysRefused):
        journal.entry("files", "r1", 2)


def test_a_register_of_the_version_before_gets_its_journal_by_install(url: str) -> None:
    open_register(url).close()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE store_journal"))
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '0001'"))
    engine.dispose()
    with pytest.raises(RegisterUnusable, match="adieu install"):
        open_register(url)
    install_register(url)
    opened = open_register(url)
    assert opened.journal(KEYS, "books").entries("files", "f") == []
    opened.close()
