"""Closing everybody on a list: counted first, then closed batch by batch. A repeat goes on where the last one stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import BinaryIO

from adieu.closures.desk import Desk
from adieu.closures.keylist import Form, Lines, Repeats, entries
from adieu.closures.opening import Answer, Choice, answers, open_closures
from adieu.errors import BatchTaken, ListRefused, NeedsOperator
from adieu.ports.register import FINAL, Closure, State

_LOOKED_AT_ONCE = 1_000  # members that are looked up at once while counting
_SHOWN_CAUSES = 20
Listed = Sequence[tuple[int, str]]  # line number, key


class Outcome(StrEnum):
    """What became of a key of the list."""

    CLOSED_NOW = "closed now"
    CLOSED_BEFORE = "closed before"
    WAITING = "waiting for open matters"
    QUEUED = "queued"
    STOPPED = "need an operator"
    BUSY = "left for open matters"
    UNKNOWN = "unknown"
    ELSEWHERE = "under way elsewhere, or on hold"


@dataclass(kw_only=True)
class Count:
    """What a list names, before anything is opened. `keys` are distinct and well-formed."""

    lines: int = 0
    keys: int = 0
    repeated: Lines = field(default_factory=Lines)
    malformed: Lines = field(default_factory=Lines)
    unknown: Lines = field(default_factory=Lines)
    closed: Lines = field(default_factory=Lines)
    unfinished: Lines = field(default_factory=Lines)


@dataclass(kw_only=True)
class Tally:
    """What became of the list so far."""

    lines: dict[Outcome, Lines] = field(default_factory=lambda: {outcome: Lines() for outcome in Outcome})
    causes: dict[str, str] = field(default_factory=dict)  # by closure id, of those that need an operator; the first only

    @property
    def keys(self) -> int:
        """How many keys were dealt with."""
        return sum(lines.count for lines in self.lines.values())


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a list is to be closed."""

    carry: Callable[[str], None]  # runs a batch, or queues it
    queued: bool = False
    choice: Choice = Choice.ASK
    vouched: frozenset[str] = frozenset()


class MemberList:
    """A list that can be read again and again; each key once, at its first line."""

    def __init__(self, file: BinaryIO, form: Form) -> None:
        self._file, self._form, self._repeats = file, form, Repeats()

    def read(self) -> Count:
        """Read it once, opening nothing: lines, malformed ones, repeats."""
        count = Count()
        for entry in entries(self._file, self._form):
            count.lines += 1
            if entry.key is None:
                count.malformed.add(entry.line)
            else:
                count.keys += 1
                self._repeats.add(entry)
        if self._repeats.found():
            for entry in entries(self._file, self._form):
                if entry.line in self._repeats:
                    count.repeated.add(entry.line)
        count.keys -= count.repeated.count
        return count

    def keys(self) -> Iterator[tuple[int, str]]:
        """Line number and key; only after `read`."""
        for entry in entries(self._file, self._form):
            if entry.key is not None and entry.line not in self._repeats:
                yield entry.line, entry.key

    def close(self) -> None:
        """Let go of what was noted of it."""
        self._repeats.close()


def refuse_list(count: Count, expected: int | None, limit: int) -> None:
    """Refuse a list that is not what the operator takes it for.

    Raises:
        ListRefused: it names another number of members than expected, or more than the limit.
    """
    if expected is not None and count.keys != expected:
        raise ListRefused(f"the list names {count.keys} members, --expect says {expected}. Nothing was changed")
    if count.keys > limit:
        raise ListRefused(
            f"the list names {count.keys} members, more than the limit of {limit}; if that is right, raise it with"
            f" --limit {count.keys}. Nothing was changed"
        )


def look_up(desk: Desk, listed: Iterator[tuple[int, str]], count: Count) -> Iterator[int]:
    """Count who is unknown, closed already or on the way, reading only; yields after each part how many it held."""
    while part := list(islice(listed, _LOOKED_AT_ONCE)):
        digests = {key: desk.member_digest(key) for _, key in part}
        newest = {c.member_digest: c for c in desk.register.of_members(desk.shop, list(digests.values()))}
        subjects = {subject.key: subject for subject in desk.home.members.subjects(list(digests))}
        for line, key in part:
            closure = newest.get(digests[key])
            if closure and answers(desk, closure, subjects.get(key)):
                count.closed.add(line)
            elif closure and closure.state not in FINAL:
                count.unfinished.add(line)
            elif key not in subjects:
                count.unknown.add(line)
        yield len(part)


def close_listed(desk: Desk, listed: Iterator[tuple[int, str]], asked: Asked) -> Iterator[Tally]:
    """Open and carry out batch after batch, each as large as the desk's pace has it; yields the tally after each.

    Members who are unknown or, if the choice is to ask, have open matters are left; the others go on. Whoever is closed
    is answered as before, so nobody is closed twice however often this is repeated.

    Raises:
        StoreError, RegisterConflict, …: repeat it, and it goes on.
    """
    began, tally = desk.clock.now(), Tally()
    finish = lru_cache(maxsize=256)(lambda batch: _carried(asked, batch))  # a crash after a receipt leaves keys behind
    while part := list(islice(listed, desk.pace.next())):
        answer = open_closures(desk, [key for _, key in part], choice=asked.choice, vouched=asked.vouched, partly=True)
        for batch in answer.batches:
            _carried(asked, batch)
        for batch in dict.fromkeys(c.batch for c in answer.earlier if c.batch):
            finish(batch)
        _note(desk, part, answer, asked, (tally, began))
        yield tally


def _carried(asked: Asked, batch: str) -> None:
    with suppress(NeedsOperator, BatchTaken):  # told by closure
        asked.carry(batch)


def _note(desk: Desk, part: Listed, answer: Answer, asked: Asked, tallied: tuple[Tally, datetime]) -> None:
    tally, began = tallied
    found = {c.member_digest: c for c in (*answer.earlier, *answer.waiting)}
    for batch in answer.batches:
        found |= {c.member_digest: c for c in desk.register.batch(batch) if c.id in answer.closures}
    for line, key in part:
        closure = found.get(desk.member_digest(key))
        if closure is None:
            left = Outcome.UNKNOWN if key in answer.unknown else Outcome.BUSY if key in answer.busy else Outcome.ELSEWHERE
            tally.lines[left].add(line)
            continue
        tally.lines[_outcome(closure, asked, began)].add(line)
        if closure.state is State.NEEDS_OPERATOR and len(tally.causes) < _SHOWN_CAUSES:
            tally.causes[closure.id] = closure.cause or ""


def _outcome(closure: Closure, asked: Asked, began: datetime) -> Outcome:
    if closure.state is State.CLOSED:
        return Outcome.CLOSED_NOW if closure.closed_at and closure.closed_at >= began else Outcome.CLOSED_BEFORE
    if closure.state is State.RUNNING and asked.queued:
        return Outcome.QUEUED
    return {State.WAITING: Outcome.WAITING, State.NEEDS_OPERATOR: Outcome.STOPPED}.get(closure.state, Outcome.ELSEWHERE)
