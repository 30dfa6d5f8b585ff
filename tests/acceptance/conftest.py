"""Fresh shops for acceptance tests: each engine's shop is made and installed once, then copied."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.acceptance.house import Home
from tests.acceptance.shop import DELETED, IN_PLACE, Database, everybody, map_text, schema

MakeHome = Callable[..., Home]
_OWN = ("journal", "captured")


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "mariadb"])
def engine(request: pytest.FixtureRequest) -> str:
    """Every acceptance test runs on each."""
    import dbos  # noqa: F401  # once here, not again in every child

    import adieu.cli.closing
    import adieu.cli.main  # noqa: F401

    return str(request.param)


@pytest.fixture(scope="session")
def _template(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Home:
    folder = tmp_path_factory.mktemp(f"template-{engine}")
    server = request.getfixturevalue(f"_{engine}_server") if engine != "sqlite" else None
    url = server() if server else f"sqlite:///{folder / 'shop.sqlite'}"
    database = Database(engine, url)
    database.write([*schema(engine), *everybody()])
    (folder / "adieu.yaml").write_text(map_text(), encoding="utf-8")
    home = Home(folder=folder, database=database)
    done = home.run(["install"], ["work", "--once"])  # the second creates Adieu's own databases, which takes most of a start
    assert done.codes == [0, 0], done.err
    return home


@pytest.fixture
def make_home(_template: Home, tmp_path: Path) -> Iterator[MakeHome]:
    """Makes a fresh shop with its Adieu installed; `in_place` keeps the member record, anonymised."""
    with made_homes(_template, tmp_path) as make:
        yield make


@contextmanager
def made_homes(template: Home, folder: Path) -> Iterator[MakeHome]:
    """As the fixture above, in a folder of one's own; the databases go at the end."""
    made: list[Home] = []

    def make(*, in_place: bool = False) -> Home:
        number = secrets.token_hex(6)  # not counted: this module may be imported under two names
        here = folder / f"shop{number}"
        shutil.copytree(template.folder / "home", here / "home")
        (here / "adieu.yaml").write_text(map_text(IN_PLACE if in_place else DELETED), encoding="utf-8")
        made.append(Home(folder=here, database=_copied(template.database, here, number)))
        return made[-1]

    try:
        yield make
    finally:
        for home in made:
            _remove(home.database)


@pytest.fixture
def home(make_home: MakeHome) -> Home:
    """One such shop."""
    return make_home()


def _copied(template: Database, folder: Path, number: str) -> Database:
    if template.dialect == "sqlite":
        url = f"sqlite:///{folder / 'shop.sqlite'}"
        paths = [one.removeprefix("sqlite:///") for one in (template.url, url)]
        with closing(sqlite3.connect(paths[0])) as old, closing(sqlite3.connect(paths[1])) as new:
            old.backup(new)
        return Database(template.dialect, url)
    name, copy = template.name, f"acceptance{number}"
    if template.dialect == "mariadb":
        return _made_like(template, copy)
    _at_home(template.url, f"create database {copy} template {name} strategy wal_log")
    return Database(template.dialect, template.url.replace(f"/{name}?", f"/{copy}?"))


def _remove(database: Database) -> None:
    if database.dialect == "postgresql":
        _at_home(database.url, f"drop database {database.name} with (force)")
    if database.dialect == "mariadb":
        database.write([f"drop table {database.own_table(name)}" for name in _OWN] + [f"drop database {database.name}"])


def _made_like(template: Database, name: str) -> Database:
    """MariaDB copies no database: the same shop is made again, and Adieu's empty tables beside it."""
    template.write([f"create database {name}"])
    copy = Database(template.dialect, template.url.replace(f"/{template.name}?", f"/{name}?"))
    own = [f"create table {copy.own_table(table)} like {template.own_table(table)}" for table in _OWN]
    copy.write([*schema(copy.dialect), *everybody(), *own])
    return copy


def _at_home(url: str, statement: str) -> None:
    name = url.split("?")[0].rpartition("/")[2]
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
