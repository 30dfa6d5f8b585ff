"""Waiting for a few answers at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ABREAST = 8  # requests under way at once

Q = TypeVar("Q")
A = TypeVar("A")


def abreast(work: Callable[[Q], A], items: Sequence[Q]) -> list[A]:
    """The answers, in order. The first error is raised, and what has not begun by then never begins."""
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(ABREAST, len(items))) as pool:
        return list(pool.map(work, items))
