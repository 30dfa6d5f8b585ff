"""Durable work: one workflow a batch, never one a member. Arguments and results are ids only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Stage = Callable[[str], None]
"""One stage of a batch; idempotent: a crash may run it again."""


class Batches(Protocol):
    """Runs a batch through its stages, durably."""

    def run(self, batch: str) -> None:
        """Run a batch in this process, at once; what a stage raises comes out."""

    def later(self, batch: str) -> None:
        """Queue a batch for a worker."""

    def work(self, until_idle: bool) -> int:
        """Carry out queued batches and those a dead worker left; the number done. Returns only if `until_idle`."""

    def adopt(self, worker: str) -> int:
        """Take over the unfinished batches of a worker that is known to be dead; how many."""

    def close(self) -> None:
        """Stop taking work and let go."""
