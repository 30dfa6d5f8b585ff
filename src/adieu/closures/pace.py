"""How many members a batch of a long list has, so that no step holds its locks longer than the shop bears."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST, MOST = 25, 2_000  # members; a pinned size may lie outside


def next_size(size: int, members: int, locked_seconds: float, target_seconds: float) -> int:
    """The size after a batch of `size` whose longest step treated `members` and held its locks for `locked_seconds`.

    Half where that was longer than the target, unless it was one member alone, which no smaller batch would mend.
    Double where twice as long would still be within the target and the batch was full. A target of 0 keeps the size.
    """
    if target_seconds and locked_seconds > target_seconds and members > 1:
        return max(min(size, FEWEST), size // 2)
    if locked_seconds * 2 <= target_seconds and members >= size:
        return min(max(size, MOST), size * 2)
    return size


@dataclass(kw_only=True)
class Pace:
    """The size in force, changed by what each batch is measured at."""

    size: int = 500
    target_seconds: float = 0.25
    _members: int = 0
    _seconds: float = 0.0

    def note(self, members: int, seconds: float) -> None:
        """A step of `members` held its locks for `seconds`; of a batch the longest one counts."""
        if seconds > self._seconds:
            self._members, self._seconds = members, seconds

    def next(self) -> int:
        """The size of the next batch, by what was noted since the last one."""
        if self._members:
            self.size = next_size(self.size, self._members, self._seconds, self.target_seconds)
        self._members, self._seconds = 0, 0.0
        return self.size
