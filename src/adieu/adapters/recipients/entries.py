"""What stands in the journal of a recipient: who is to be told of which datasets, and who was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from adieu.ports.journal import Entry, Journal
from adieu.ports.stores import Acceptance


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """Entry 0 of a run."""

    at: datetime
    owners: Mapping[str, Sequence[str]]  # dataset -> keys of the members who have a value to be told by


def captured(content: bytes) -> Capture:
    """An entry 0 as it was written."""
    return msgspec.json.decode(content, type=Capture)


def accepted(entries: Iterable[Entry]) -> dict[str, Acceptance]:
    """Who was told, by member; the first acceptance of each."""
    found: dict[str, Acceptance] = {}
    for one in _acceptances(entries):
        if one.owner not in found or one.at < found[one.owner].at:
            found[one.owner] = one
    return found


def write_accepted(journal: Journal, store: str, run: str, fresh: Sequence[Acceptance]) -> None:
    """Write acceptances under the run's first free number; another worker may take it at the same time."""
    content = msgspec.json.encode(fresh)
    number = 1 + max((entry.step for entry in journal.entries(store, run) if entry.run == run), default=0)
    while journal.write(store, run, number, content) != content:
        number += 1


def _acceptances(entries: Iterable[Entry]) -> Iterator[Acceptance]:
    for entry in entries:
        if entry.step:
            yield from msgspec.json.decode(entry.content, type=list[Acceptance])
