"""A recipient passes the contract of stores without transactions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.recipients import RecipientKind

from adieu.testing.contract.untransacted import *  # noqa: F403  # the suite's classes are this file's tests


@pytest.fixture
def kind() -> Iterator[RecipientKind]:
    recipient = RecipientKind()
    yield recipient
    recipient.close()
