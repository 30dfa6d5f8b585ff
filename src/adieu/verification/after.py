"""After a run: everything read back on the primary, from the captured keys, the links and the identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adieu.datamap.links import Link
from adieu.datamap.model import CLOSING, Dataset, Treatment
from adieu.datamap.rules import FieldRule, RuleKind
from adieu.datamap.schema import Kind
from adieu.planning.plan import Role
from adieu.ports.stores import Captured, Expectation, Expected, KeyText, Question, Witnessing
from adieu.verification.identifiers import STRONG, look_for_identifiers
from adieu.verification.report import Report
from adieu.verification.walk import Ground

_SHORTEST = 5  # characters below which a strong identifier says nothing in a text


def verify(ground: Ground, lineage: tuple[str, ...], witness: Witnessing) -> Report:
    """Read one store back for the members of a run; `lineage` names the run and those it was divided from."""
    verifier = _Verifier(ground=ground, lineage=lineage, witness=witness, report=Report())
    verifier.records()
    verifier.nothing_new()
    look_for_identifiers(ground, lineage, witness, verifier.report)
    return verifier.report


@dataclass(frozen=True, kw_only=True)
class _Verifier:
    ground: Ground
    lineage: tuple[str, ...]
    witness: Witnessing
    report: Report

    def records(self) -> None:
        """The captured records themselves: gone, or as the map decided."""
        held = [
            (self._captured(name), list(self._expectations(name, rule)))
            for name, rule in self.ground.concerned.items()
            if rule.on_closure in CLOSING
        ]
        for (captured, _), broken in zip(held, self.witness.broken(held, self._strong()), strict=True):
            for owner, records in broken.items():
                if owner in self.ground.members:
                    self.report.note(self.report.residue, owner, captured.dataset, records)

    def nothing_new(self) -> None:
        """No record answers a question that was not captured for it; whom such a record names has residue."""
        pairs = [
            pair
            for name, rule in self.ground.concerned.items()
            for pair in (*self._questions(name, rule), *self._namings(name, rule))
        ]
        for (question, captured), unseen in zip(pairs, self.witness.unseen(pairs), strict=True):
            if unseen:
                self._blame(question, captured)

    def _blame(self, question: Question, captured: Captured) -> None:
        for subject in self.ground.subjects:
            values: list[KeyText] = [(subject.key,)]
            if question.kind:
                values = [(item.value,) for item in subject.proved if item.kind == question.kind]
            if values or question.parents:  # children of captured parents: named for every member of the run
                (left,) = self.witness.unseen([(replace(question, values=values), captured)])
                self.report.note(self.report.residue, subject.key, question.dataset, left)

    def _captured(self, name: str, role: Role = Role.OWN) -> Captured:
        return self.ground.captured(self.lineage, name, role)

    def _strong(self) -> dict[str, list[str]]:
        return {
            subject.key: sorted(
                {item.value.lower() for item in subject.known if item.kind in STRONG and len(item.value) >= _SHORTEST}
            )
            for subject in self.ground.subjects
        }

    def _expectations(self, name: str, rule: Dataset) -> Iterator[Expectation]:
        if rule.ends_as is Treatment.DELETE:
            yield Expectation(kind=Expected.GONE)
            return
        for column, decided in rule.fields.items():
            yield from _expected(column, decided)
        for live in self.ground.schema.tables[name].columns.values():
            kept = rule.fields.get(live.name)
            literal = kept is not None and kept.kind in (RuleKind.LITERAL, RuleKind.UNCHANGED)
            if live.kind in (Kind.TEXT, Kind.JSON) and not literal:
                yield Expectation(kind=Expected.FREE_OF, column=live.name)

    def _questions(self, name: str, rule: Dataset) -> Iterator[tuple[Question, Captured]]:
        """Every way by which a record of the members could still be found here, beside what was captured."""
        members: list[KeyText] = sorted((key,) for key in self.ground.members)
        for link in rule.belongs_to if rule.on_closure in CLOSING else ():
            values = sorted(self.ground.proved(link.identifier)) if link.identifier else members
            question = self._question(name, rule, link, values)
            if not link.identifier and not self.ground.by_member(link):
                if not self._asks_parents(name, link):
                    continue
                question = replace(question, values=(), parents=self._captured(str(link.of)))
            if question.values or question.parents:
                yield question, self._captured(name)

    def _namings(self, name: str, rule: Dataset) -> Iterator[tuple[Question, Captured]]:
        """Every field in which a record could still name the members; nothing is expected where the map redacts it."""
        members: list[KeyText] = sorted((key,) for key in self.ground.members)
        for naming, rules in rule.mentions.items():
            redacted = naming in rules and rules[naming].kind is not RuleKind.UNCHANGED
            lineage = () if redacted else self.lineage
            question = self._question(name, rule, Link(fields=(naming,)), members)
            yield question, self.ground.captured(lineage, name, Role.MENTION)

    def _asks_parents(self, name: str, link: Link) -> bool:
        """Whether children are asked for by their captured parents: not where the store itself forbids orphans."""
        assert link.of is not None
        guarded = any((k.to, k.columns) == (link.of, link.fields) for k in self.ground.schema.tables[name].foreign_keys)
        gone = self.ground.datamap.datasets[link.of].ends_as is Treatment.DELETE
        return not (guarded and gone) and self.ground.hangs_on(link) is not None

    def _question(self, name: str, rule: Dataset, link: Link, values: list[KeyText]) -> Question:
        nulls: tuple[str, ...] = ()
        if link.identifier:
            nulls = tuple(f for other in rule.belongs_to if other.identifier is None for f in other.fields)
        return Question(
            dataset=name, columns=self.ground.key(name), fields=link.fields,
            types=self.ground.types(name, link.fields), values=values, kind=link.identifier,
            path=tuple(link.path.split(".")) if link.path else (), when=tuple(link.when.items()), nulls=nulls,
            normalised=link.stored == "normalised",
        )


def _expected(column: str, rule: FieldRule) -> Iterator[Expectation]:
    if rule.kind is RuleKind.LITERAL:
        yield Expectation(kind=Expected.EQUAL, column=column, value=rule.value)
    elif rule.kind is RuleKind.FIRST_DIGITS:
        yield Expectation(kind=Expected.AT_MOST, column=column, value=rule.value)
    elif rule.kind is RuleKind.YEAR_ONLY:
        yield Expectation(kind=Expected.STARTS_YEAR, column=column)
