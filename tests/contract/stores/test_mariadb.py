"""MariaDB passes the store contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.sql_kind import SqlKind

from adieu.testing.contract import *  # noqa: F403  # the suite's classes are this file's tests


@pytest.fixture
def kind(mariadb: str) -> Iterator[SqlKind]:
    server = SqlKind(mariadb)
    yield server
    server.close()
