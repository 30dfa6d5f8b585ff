"""SQLite passes the store contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.sql_kind import SqlKind

from adieu.testing.contract import *  # noqa: F403  # the suite's classes are this file's tests


@pytest.fixture
def kind(tmp_path: Path) -> Iterator[SqlKind]:
    sqlite = SqlKind(f"sqlite:///{tmp_path / 'shop.db'}")
    yield sqlite
    sqlite.close()
