"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FixedClock:
    """Always tells the same instant; `advance` moves it.

    Raises `ValueError` for a naive instant.
    """

    def __init__(self, now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) -> None:
        if now.tzinfo is None:
            raise ValueError("A clock tells aware instants only; pass one with a time zone.")
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it stands at, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the hand."""
        self._now += by
