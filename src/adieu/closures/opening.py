"""Opening closures: who is known, who has closed already, what is still open; then one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adieu.closures.desk import Desk
from adieu.closures.facts import Facts, seal
from adieu.closures.life import Event, advance
from adieu.closures.running import ANEW, RESIDUE
from adieu.closures.waiting import come_due, open_matters
from adieu.datamap.model import Treatment
from adieu.errors import OpenMatters, RegisterConflict, UnknownMember
from adieu.ports.register import Closure, Move, Opening, State
from adieu.ports.stores import OpenRecord, Subject

SALT_BYTES = 32


class Choice(StrEnum):
    """What happens to a closure whose member still has something under way."""

    ASK = "ask"  # refuse, listing it
    WHEN_DONE = "when done"
    NOW = "now"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a request to close some members."""

    batches: tuple[str, ...]  # to be run, a batch that stopped earlier included
    closures: frozenset[str] = frozenset()  # those of the members asked for, among all that these batches hold
    earlier: tuple[Closure, ...] = ()  # closed already: their receipts answer
    waiting: tuple[Closure, ...] = ()
    unknown: frozenset[str] = frozenset()  # keys left out, where that was asked for
    busy: frozenset[str] = frozenset()  # keys left out for their open matters, the same


def open_closures(
    desk: Desk, keys: Sequence[str], *, choice: Choice = Choice.ASK, vouched: frozenset[str] = frozenset(),
    partly: bool = False,
) -> Answer:
    """Open and confirm closures for members named by their keys, as one batch in one transaction.

    A member whose closure is unfinished goes on with that one: a new request never starts beside it, so it can never
    say complete for what the earlier one left. A member who is closed is answered with the earlier receipt.

    With `partly`, unknown members and, if `choice` is to ask, those with open matters are left out and answered; the
    others are opened.

    Raises:
        UnknownMember: neither a member record nor an earlier receipt; nothing was changed.
        OpenMatters: something is under way and `choice` is to ask; nothing was changed.
        RegisterConflict: somebody else opens closures for these members at the same time, twice in a row.
    """
    try:
        return _open(desk, keys, choice, vouched, partly)
    except (RegisterConflict, UnknownMember):  # somebody else may have closed them between our readings: look again
        return _open(desk, keys, choice, vouched, partly)


def _open(desk: Desk, keys: Sequence[str], choice: Choice, vouched: frozenset[str], partly: bool) -> Answer:
    digests = {desk.member_digest(key): key for key in keys}
    # The register first: begin refuses whoever was closed after this reading, so the member record is never older.
    newest = {digests[c.member_digest]: c for c in desk.register.of_members(desk.shop, list(digests))}
    subjects = {subject.key: subject for subject in desk.home.members.subjects(keys, vouched)}
    earlier = tuple(c for key, c in newest.items() if answers(desk, c, subjects.get(key)))
    unfinished = [c for c in newest.values() if c.state not in (State.CLOSED, State.CANCELLED)]
    settled = {c.member_digest for c in (*earlier, *unfinished)}
    new = [key for digest, key in digests.items() if digest not in settled]
    unknown = frozenset(new) - subjects.keys()
    if not partly:
        _refuse_unknown(unknown)
    under_way = open_matters(desk, [key for key in new if key not in unknown])
    opened = {key: under_way.get(key, []) for key in new if key not in unknown}
    busy = frozenset(key for key, records in opened.items() if choice is Choice.ASK and any(r.waits for r in records))
    if not partly:
        _refuse_open(opened, choice)
    new = [key for key in opened if key not in busy]
    waits = {c: digests[c.member_digest] for c in unfinished if c.state is State.WAITING}
    due = come_due(desk, waits, regardless=choice is Choice.NOW)
    batches = (*_resumed(desk, unfinished), *(c.batch for c in due if c.batch))
    waiting: tuple[Closure, ...] = tuple(c for c in unfinished if c.state is State.WAITING and c not in due)
    begun: tuple[Closure, ...] = ()
    if new:
        before = {key: closure.id for key, closure in newest.items()}
        begun = _begin(desk, [(subjects[key], before.get(key)) for key in sorted(new)], opened, choice, vouched)
        waiting += tuple(c for c in begun if c.state is State.WAITING)
        batches += tuple({c.batch for c in begun if c.batch and c.state is not State.WAITING})
    asked = {c.id for c in unfinished} | {c.id for c in begun}
    return Answer(
        batches=batches, closures=frozenset(asked), earlier=earlier, waiting=waiting, unknown=unknown, busy=busy
    )


def answers(desk: Desk, closure: Closure, subject: Subject | None) -> bool:
    """Whether the receipt of a closed member answers for this key, or the store holds a new person under it."""
    if closure.state is not State.CLOSED:
        return False
    if subject is None:
        return True
    stays = desk.datamap.datasets[desk.datamap.member.dataset].ends_as is not Treatment.DELETE
    return stays and (subject.created is None or closure.confirmed_at is None or subject.created <= closure.confirmed_at)


def _refuse_unknown(missing: Set[str]) -> None:
    if missing:
        raise UnknownMember(
            f"{len(missing)} of the members named have no member record and no earlier receipt; expected keys of the map's"
            " member dataset. Nothing was changed; mend the keys and try again"
        )


def _refuse_open(opened: Mapping[str, Sequence[OpenRecord]], choice: Choice) -> None:
    records = [record for records in opened.values() for record in records if record.waits]
    if records and choice is Choice.ASK:
        lines = [
            f"  {record.matter}: {', '.join(f'{name} {value}' for name, value in record.shown.items())}"
            for record in records
        ]
        raise OpenMatters(
            f"{len(records)} open matters; choose --when-done (close when they are settled) or --now. Nothing was"
            " changed.\n" + "\n".join(lines)
        )


def _resumed(desk: Desk, unfinished: Sequence[Closure]) -> tuple[str, ...]:
    """The batches of closures that stopped: those that need an operator start again where they stopped."""
    stopped = [c for c in unfinished if c.state is State.NEEDS_OPERATOR]
    now = desk.clock.now()
    moves = [
        Move(closure=c.id, before=c.state, after=advance(c.state, Event.START), cause=_anew(c, now)) for c in stopped
    ]
    desk.register.move(moves, now)
    running = [c for c in unfinished if c.state in (State.RUNNING, State.DUE, State.NEEDS_OPERATOR)]
    return tuple(dict.fromkeys(c.batch for c in running if c.batch))


def _anew(closure: Closure, now: datetime) -> str | None:
    """The mark of a start after residue. What is left was written past the run's end: another run must capture it."""
    return f"{ANEW} {now.isoformat()}" if (closure.cause or "").startswith(RESIDUE) else None


def _begin(
    desk: Desk, subjects: Sequence[tuple[Subject, str | None]], opened: Mapping[str, Sequence[OpenRecord]], choice: Choice,
    vouched: frozenset[str],
) -> tuple[Closure, ...]:
    """Write the closures: those that go at once in one batch, each that waits in a batch of its own."""
    now = desk.clock.now()
    together = desk.random_bytes(16).hex()
    batches: dict[str, list[Opening]] = {}
    for subject, after in subjects:
        records = opened[subject.key]
        waits = choice is Choice.WHEN_DONE and any(record.waits for record in records)
        batch = desk.random_bytes(16).hex() if waits else together
        closure = Closure(
            id=desk.random_bytes(16).hex(), shop=desk.shop, state=State.WAITING if waits else State.RUNNING,
            member_digest=desk.member_digest(subject.key), opened_at=now, confirmed_at=now,
            due_at=None if waits else now, proved_by_operator=tuple(sorted(vouched)), batch=batch,
        )
        matters = {matter: len([r for r in records if r.matter == matter]) for matter in desk.datamap.open_matters}
        facts = Facts(
            subject=subject, salt=desk.random_bytes(SALT_BYTES), open_matters=tuple(matters.items()),
            choice=str(choice) if records else None, vouched=tuple(sorted(vouched)),
        )
        opening = Opening(closure=closure, sealed_subject=seal(desk, closure.id, facts), after=after)
        batches.setdefault(batch, []).append(opening)
    return tuple(c for batch, openings in batches.items() for c in desk.register.begin(batch, openings, now))
