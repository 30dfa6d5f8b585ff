"""Where stores without transactions of their own write what they are about to do and what they did.

A database store keeps its journal beside the records, in the same transaction. Objects and recipients have no such
place: theirs is Adieu's own register, sealed, since an entry names members.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """One entry as it stands."""

    run: str
    step: int  # 0 is the capture
    content: bytes


class Journal(Protocol):
    """Entries by store, run and step; what is written once stands. Raises `StoreError` where it cannot be kept."""

    def entry(self, store: str, run: str, step: int) -> bytes | None:
        """The entry's content; None where none was written."""

    def write(self, store: str, run: str, step: int, content: bytes) -> bytes:
        """Write an entry durably, and answer the one that stands: an earlier one is never overwritten."""

    def entries(self, store: str, family: str) -> Sequence[Entry]:
        """Every entry of a family of runs in one store, by run and step."""

    def forget(self, store: str, family: str) -> None:
        """Remove the entries of a family of runs in one store."""


class NoJournal:
    """Where a store is opened to be looked at only: nothing stands there, and writing is a fault of ours."""

    def entry(self, store: str, run: str, step: int) -> bytes | None:
        """Nothing stands."""

    def write(self, store: str, run: str, step: int, content: bytes) -> bytes:
        """Raises `RuntimeError`: who erases opens the register."""
        raise RuntimeError(f"store {store} was opened for reading; nothing may be erased in it")

    def entries(self, store: str, family: str) -> Sequence[Entry]:
        """Nothing stands."""
        return ()

    def forget(self, store: str, family: str) -> None:
        """Nothing stands."""
