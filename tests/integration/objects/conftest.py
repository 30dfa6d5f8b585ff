"""One S3 server a session, a fresh bucket a test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from tests.support.s3 import Shop, serving

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def _s3() -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.fixture
def make_shop(_s3: int) -> Callable[..., Shop]:
    """Makes a fresh bucket; `lock` as the keyword for Object Lock."""
    return lambda lock=False: Shop(_s3, f"bucket-{next(_numbers)}", lock=lock)


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A fresh bucket without versions."""
    return make_shop()
