"""Telling a recipient about members who leave: one message a member, journaled once it was accepted.

Fault points: ``recipient.capture``, ``recipient.told`` (once a group of messages) and ``recipient.forget``, each with
``.before_journal`` and ``.after_journal``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec

from adieu.adapters.recipients.entries import Capture, accepted, captured, write_accepted
from adieu.adapters.recipients.sending import Answer, Message, Post
from adieu.adapters.recipients.witnessing import RecipientWitness
from adieu.errors import StoreError, StoreUnreachable
from adieu.planning.plan import ByIdentifier, Reach, Role, StorePlan
from adieu.ports.clock import Clock
from adieu.ports.faults import FaultPoints
from adieu.ports.journal import Journal
from adieu.ports.stores import Acceptance, AtOnce, Caught, Chunk, Doubt, Keep, Proved, Run, Step, Subject, Tally

GROUP_MEMBERS = 50  # told between two journal entries
IN_FLIGHT = 4  # messages on their way at once


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What a message needs beside its member."""

    store: str
    shop: str
    post: Post
    clock: Clock
    message_id: Callable[[str], str]

    def id_of(self, family: str, member: str) -> str:
        """The same however often and by whichever run of a family a member is told of."""
        return "adieu_" + self.message_id(f"{family}/{self.store}/{member}")[:32]


@dataclass(frozen=True, kw_only=True)
class RecipientErasing:
    """Implements `ports.stores.Erasing`: what is captured is whom to tell, and a step tells."""

    telling: Telling
    journal: Journal
    faults: FaultPoints

    def capture(self, run: Run, plan: StorePlan, doubt: Doubt, at_once: AtOnce | None = None) -> Caught:
        """As promised, except that nothing is locked; nothing is sent."""
        store = self.telling.store
        written = self.journal.entry(store, run.id, 0)
        if written is None:
            owners = {reach.dataset: [one.key for one in run.subjects if _told_by(reach, one)] for reach in plan.reaches}
            witness = RecipientWitness(
                store=store, journal=self.journal, subjects=run.subjects, captured=owners,
                message=lambda member: self.telling.id_of(run.family, member),
            )
            doubt(witness)
            entry = msgspec.json.encode(Capture(at=self.telling.clock.now(), owners=owners))
            self.faults.reach("recipient.capture.before_journal")
            written = self.journal.write(store, run.id, 0, entry)
            self.faults.reach("recipient.capture.after_journal")
        return Caught(
            chunks=tuple(
                Chunk(dataset=dataset, role=Role.OWN, number=0, records=len(keys))
                for dataset, keys in captured(written).owners.items() if keys
            )
        )

    def apply(self, run: Run, plan: StorePlan, step: Step, keep: Keep) -> Mapping[int, int]:
        """Tell of every member of the run whom no run of the family told of; in the last step, with all its datasets.

        Raises:
            StoreUnreachable: the recipient does not answer, or answers what concerns all; who was accepted is journaled.
            StoreError: it refuses single members; all others of the run are told and journaled.
        """
        written = self.journal.entry(self.telling.store, run.id, 0)
        capture = captured(written) if written is not None else Capture(at=self.telling.clock.now(), owners={})
        if not step.last:
            return {part.operation: 0 for part in step.parts}
        told = accepted(self.journal.entries(self.telling.store, run.family))
        due = [one for one in run.subjects if one.key not in told and _datasets(capture, one.key)]
        refused: list[StoreError] = []
        for begin in range(0, len(due), GROUP_MEMBERS):
            refused += self._told(run, plan, capture, due[begin : begin + GROUP_MEMBERS])
        if refused:
            raise refused[0]
        return {one.number: len(capture.owners.get(one.dataset, ())) for one in plan.operations}

    def tally(self, family: str, plan: StorePlan) -> Iterable[Tally]:
        """Nothing: what a recipient does with a message nobody here can see."""
        return ()

    def told(self, family: str) -> Iterable[Acceptance]:
        """Whom the recipient was told of, once a member, by key."""
        found = accepted(self.journal.entries(self.telling.store, family))
        return [found[owner] for owner in sorted(found)]

    def forget(self, family: str) -> None:
        """Remove the family's journal entries: they name members."""
        self.faults.reach("recipient.forget.before_journal")
        self.journal.forget(self.telling.store, family)
        self.faults.reach("recipient.forget.after_journal")

    def _told(self, run: Run, plan: StorePlan, capture: Capture, group: Sequence[Subject]) -> list[StoreError]:
        """Send a group's messages and journal who was accepted; the refusals. Raises `StoreUnreachable`."""
        messages = [self._message(run, plan, capture, one) for one in group]
        answers = _sent(self.telling, messages)
        now = self.telling.clock.now()
        fresh = [
            Acceptance(one.key, message.id, now, answer.status)
            for one, message, answer in zip(group, messages, answers, strict=True) if answer and answer.accepted
        ]
        if fresh:
            self.faults.reach("recipient.told.before_journal")
            write_accepted(self.journal, self.telling.store, run.id, fresh)
            self.faults.reach("recipient.told.after_journal")
        for answer in answers:
            if answer and not answer.accepted and not answer.refused:
                raise self._unreachable(answer)
        return [
            self._refused(answer, _datasets(capture, one.key)[0])
            for one, answer in zip(group, answers, strict=True) if answer and answer.refused
        ]

    def _message(self, run: Run, plan: StorePlan, capture: Capture, subject: Subject) -> Message:
        datasets = _datasets(capture, subject.key)
        ways = [way for reach in plan.reaches if reach.dataset in datasets for way in reach.ways]
        kinds = {way.kind for way in ways if isinstance(way, ByIdentifier)}
        data: dict[str, object] = {"shop": self.telling.shop}
        if any(not isinstance(way, ByIdentifier) for way in ways):
            data["member"] = subject.key
        named = sorted({(one.kind, one.value) for one in subject.proved if one.kind in kinds})
        data["identifiers"] = [{"kind": kind, "value": value} for kind, value in named]
        data |= {"datasets": datasets, "ask": "delete"}
        body = {"type": "member.closed", "timestamp": capture.at, "data": data}
        return Message(id=self.telling.id_of(run.family, subject.key), body=msgspec.json.encode(body).decode())

    def _unreachable(self, answer: Answer) -> StoreUnreachable:
        what = f"{answer.reason}; nothing was erased anywhere of these members"
        return StoreUnreachable(what, store=self.telling.store)

    def _refused(self, answer: Answer, dataset: str) -> StoreError:
        what = (
            f"the recipient refuses the message about a member ({answer.status}); ask who runs it, then close the member"
            " again"
        )
        return StoreError(what, store=self.telling.store, dataset=dataset)


def _sent(telling: Telling, messages: Sequence[Message]) -> list[Answer | None]:
    """The answer to each message; None for those not sent any more once one answer concerned them all."""
    over = threading.Event()

    def send(message: Message) -> Answer | None:
        if over.is_set():
            return None
        answer = telling.post(message, telling.clock.now())
        if not answer.accepted and not answer.refused:
            over.set()
        return answer

    if len(messages) == 1:
        return [send(messages[0])]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        return list(pool.map(send, messages))


def _told_by(reach: Reach, subject: Subject) -> tuple[Proved | str, ...]:
    """What a member can be told by in one dataset: the key, and proved identifiers of the kinds its links name."""
    by_key = [subject.key for way in reach.ways if not isinstance(way, ByIdentifier)]
    kinds = {way.kind for way in reach.ways if isinstance(way, ByIdentifier)}
    return (*by_key, *(one for one in subject.proved if one.kind in kinds))


def _datasets(capture: Capture, member: str) -> list[str]:
    return [dataset for dataset, owners in capture.owners.items() if member in owners]
