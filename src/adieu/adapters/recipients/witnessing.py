"""The doubting side of a recipient. Nothing can be read there: it looks at whom the map's links mean, and who was told.

Within a doubt the members are known, and questions are answered from their own values, as the question was asked: not
from the plan by which erasing chose. Afterwards only the journal can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adieu.adapters.recipients.entries import accepted, captured
from adieu.ports.journal import Journal
from adieu.ports.stores import FAMILY_CHARACTERS, Captured, Comparison, Expectation, KeyText, Question, Subject

MESSAGE = "message"  # the column that stands for a record's key: a record is that a member has to be told of


@dataclass(frozen=True, kw_only=True)
class RecipientWitness:
    """Implements `ports.stores.Witnessing`. `subjects` and `captured` are there while a capture is doubted."""

    store: str
    journal: Journal
    subjects: Sequence[Subject] = ()
    captured: Mapping[str, Sequence[str]] = field(default_factory=dict)  # dataset -> members
    message: Callable[[str], str] = lambda member: ""  # the id of the message about a member

    def ask(self, questions: Sequence[Question]) -> list[list[tuple[str | None, ...]]]:
        """Which members a question means; outside of a doubt nobody, since a recipient cannot be asked."""
        return [
            [tuple(self._column(question, column, owner, value) for column in question.columns)
             for owner, value in self._meant(question)]
            for question in questions
        ]

    def keys(self, captured: Sequence[Captured]) -> list[set[KeyText]]:
        """The messages that a capture means to send; outside of a doubt none."""
        return [{(self.message(owner),) for owner in self.captured.get(one.dataset, ())} for one in captured]

    def unseen(self, pairs: Sequence[tuple[Question, Captured]]) -> list[int]:
        """Always none: `broken` counts everybody who was not told."""
        return [0 for _ in pairs]

    def compare(self, pairs: Sequence[tuple[Question, Captured]]) -> list[Comparison]:
        """The members a question means beside those captured. A member is one record, by however many values."""
        found = []
        for question, of_run in pairs:
            meant = {owner for owner, _ in self._meant(question)}
            held = set(self.captured.get(of_run.dataset, ()))
            found.append(Comparison(answering=len(meant), unseen=len(meant - held), captured=len(held)))
        return found

    def broken(
        self, held: Sequence[tuple[Captured, Sequence[Expectation]]], strong: Mapping[str, Sequence[str]]
    ) -> list[Mapping[str, int]]:
        """Who was to be told of by these runs, and was accepted by no run of their family."""
        return [self._not_told(of_runs) for of_runs, _ in held]

    def _not_told(self, of_runs: Captured) -> Mapping[str, int]:
        left: dict[str, int] = {}
        for family in {run[:FAMILY_CHARACTERS] for run in of_runs.runs}:
            entries = self.journal.entries(self.store, family)
            told = accepted(entries)
            for entry in entries:
                if entry.step == 0 and entry.run in of_runs.runs:
                    due = captured(entry.content).owners.get(of_runs.dataset, ())
                    left |= {owner: 1 for owner in due if owner not in told}
        return left

    def _meant(self, question: Question) -> Iterator[tuple[str, str]]:
        """(member, the value that names them) for each member and value a question asks for."""
        asked = {value[0] for value in question.values}
        for subject in self.subjects:
            own = [one.value for one in subject.proved if one.kind == question.kind] if question.kind else [subject.key]
            yield from ((subject.key, value) for value in own if value in asked)

    def _column(self, question: Question, column: str, owner: str, value: str) -> str | None:
        if column == MESSAGE:
            return self.message(owner)
        return value if column in question.fields else None
