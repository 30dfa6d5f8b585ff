"""The demo shop as tests read it: a small one, built once, opened read-only."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[2]
# The demo is not installed with Adieu; it is found from the project's root only.
sys.path.append(str(PROJECT_ROOT))

from demo.cached import cached_sqlite_shop  # noqa: E402


@pytest.fixture(scope="session")
def shop_file() -> Path:
    """A shop of 60 members; shared, so only ever read."""
    return cached_sqlite_shop(members=60)


@pytest.fixture
def shop(shop_file: Path) -> Iterator[sqlite3.Connection]:
    """The shop's database, read-only."""
    with closing(sqlite3.connect(f"file:{shop_file}?mode=ro", uri=True)) as connection:
        yield connection
