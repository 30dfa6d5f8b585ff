"""Fault points for tests: die at one, or write down which were passed."""

from __future__ import annotations

import os
import signal
from collections import Counter


class KillAt:
    """SIGKILLs its own process at the `nth` passing of `point`: nothing is flushed, closed or unlocked by us."""

    def __init__(self, point: str, nth: int = 1) -> None:
        self._point, self._left = point, nth

    def reach(self, point: str) -> None:
        """Count the passing; the last one does not return."""
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Recorder:
    """Writes down the points passed, in order."""

    def __init__(self) -> None:
        self.points: list[str] = []

    def reach(self, point: str) -> None:
        """Write the point down."""
        self.points.append(point)

    def counts(self) -> Counter[str]:
        """How often each point was passed."""
        return Counter(self.points)
