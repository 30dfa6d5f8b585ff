"""What a verb does not need is not loaded for it: drivers, runs and the register take longer than the verb itself."""

import os
import subprocess
import sys

import pytest

_TELL = "import sys; print(' '.join(sys.modules))"


def loaded_after(statement: str) -> set[str]:
    """The modules of a fresh process that ran the statement."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{statement}; {_TELL}"], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    return set(ran.stdout.split())


def test_archiving_loads_no_driver_and_nothing_of_a_run() -> None:
    found = loaded_after("from adieu.cli.main import command_line; command_line(['archive'])")
    assert "adieu.closures.archiving" in found
    assert not found & {"psycopg", "pymysql", "dbos", "adieu.verification", "adieu.closures.running", "adieu.adapters.register"}


@pytest.mark.parametrize(("url", "driver", "other"), [
    ("postgresql://nobody@nowhere.example/shop", "psycopg", "pymysql"),
    ("mysql://nobody@nowhere.example/shop", "pymysql", "psycopg"),
    ("sqlite:///shop.sqlite3", "sqlite3", "psycopg"),
])
def test_a_store_loads_the_driver_of_its_address(url: str, driver: str, other: str) -> None:
    found = loaded_after(
        "from adieu.adapters.stores.database import Database; from adieu.ports.faults import NoFaults;"
        f" Database('shop', {url!r}, NoFaults())"
    )
    assert driver in found
    assert other not in found
