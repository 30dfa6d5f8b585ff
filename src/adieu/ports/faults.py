"""Fault points: named places where the tests may kill the process. In production nothing happens there."""

from __future__ import annotations

from typing import Protocol


class FaultPoints(Protocol):
    """Told whenever the work passes a named place."""

    def reach(self, point: str) -> None:
        """Called at `point`, e.g. ``store.step.before_commit``."""


class NoFaults:
    """Production: passing a fault point does nothing."""

    def reach(self, point: str) -> None:
        """Nothing happens."""
