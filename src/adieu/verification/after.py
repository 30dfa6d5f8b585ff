"""After a run: everything read back on the primary, from the captured keys, the links and the identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adieu.datamap.links import Link
from adieu.datamap.model import CLOSING, Dataset, Treatment
from adieu.datamap.normalise import normal_form
from adieu.datamap.rules import FieldRule, RuleKind
from adieu.datamap.schema import Kind
from adieu.planning.plan import Role
from adieu.ports.stores import Expectation, Expected, KeyText, Question, Witnessing
from adieu.verification.doubt import captured_in
from adieu.verification.report import Counts, Report
from adieu.verification.walk import Ground

STRONG = ("email", "phone")  # never a name
_SHORTEST = 5  # characters below which a strong identifier says nothing in a text
READ_UNINDEXED_ROWS = 2_000  # a field without an index is read at closure only in tables up to this size


def verify(ground: Ground, lineage: tuple[str, ...], witness: Witnessing) -> Report:
    """Read one store back for the members of a run; `lineage` names the run and those it was divided from."""
    verifier = _Verifier(ground=ground, lineage=lineage, witness=witness, report=Report())
    for name, rule in ground.concerned.items():
        if rule.on_closure in CLOSING:
            verifier.records(name, rule)
        for question in verifier.questions(name, rule):
            verifier.nothing_new(name, question, Role.OWN)
        for question, redacted in verifier.namings(name, rule):
            verifier.nothing_new(name, question, None if redacted else Role.MENTION)
    verifier.identifiers()
    return verifier.report


@dataclass(frozen=True, kw_only=True)
class _Verifier:
    ground: Ground
    lineage: tuple[str, ...]
    witness: Witnessing
    report: Report

    def records(self, name: str, rule: Dataset) -> None:
        """The captured records themselves: gone, or as the map decided."""
        expectations = list(self._expectations(name, rule))
        if expectations:
            captured = captured_in(self.ground, self.lineage, name, Role.OWN)
            for owner, records in self.witness.broken(captured, expectations, self._strong()).items():
                if owner in self.ground.members:
                    self.report.note(self.report.residue, owner, name, records)

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

    def questions(self, name: str, rule: Dataset) -> Iterator[Question]:
        """Every way by which a record of the members could still be found here."""
        members: list[KeyText] = sorted((key,) for key in self.ground.members)
        for link in rule.belongs_to if rule.on_closure in CLOSING else ():
            values = members
            if link.identifier:
                values = sorted(self.ground.proved(link.identifier))
            elif not self.ground.by_member(link):
                values = self._parents(name, link)
            if values:
                yield self._question(name, rule, link, values)

    def namings(self, name: str, rule: Dataset) -> Iterator[tuple[Question, bool]]:
        """Every field in which a record could still name the members, and whether the map redacts the field itself."""
        members: list[KeyText] = sorted((key,) for key in self.ground.members)
        for naming, rules in rule.mentions.items():
            redacted = naming in rules and rules[naming].kind is not RuleKind.UNCHANGED
            yield self._question(name, rule, Link(fields=(naming,)), members), redacted

    def _parents(self, name: str, link: Link) -> list[KeyText]:
        """The captured parents, where the store itself does not forbid children without one."""
        assert link.of is not None
        guarded = any((k.to, k.columns) == (link.of, link.fields) for k in self.ground.schema.tables[name].foreign_keys)
        gone = self.ground.datamap.datasets[link.of].ends_as is Treatment.DELETE
        if (guarded and gone) or link.keys not in (None, self.ground.key(link.of)):
            return []
        return sorted(self.witness.keys(captured_in(self.ground, self.lineage, link.of, Role.OWN)))

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

    def nothing_new(self, name: str, question: Question, role: Role | None) -> None:
        """No record answers that was not captured in `role` (None: none at all); whom it names has residue."""
        captured = captured_in(self.ground, self.lineage if role else (), name, role or Role.OWN)
        if not self.witness.unseen(question, captured):
            return
        for subject in self.ground.subjects:
            values: list[KeyText] = [(subject.key,)]
            if question.kind:
                values = [(item.value,) for item in subject.proved if item.kind == question.kind]
            elif question.values and question.values[0] not in {(key,) for key in self.ground.members}:
                values = list(question.values)  # children of captured parents: named for every member of the run
            left = self.witness.unseen(replace(question, values=values), captured) if values else 0
            self.report.note(self.report.residue, subject.key, name, left)

    def identifiers(self) -> None:
        """Strong identifiers where the map says such values stand: unproven matches and mentions, counted."""
        for name, rule in self.ground.datamap.datasets.items():
            if name.split(".", 1)[0] != self.ground.schema.store or name == self.ground.datamap.member.dataset:
                continue
            linked = {link.fields[0]: link for link in rule.belongs_to if link.identifier in STRONG}
            tagged = {f: c.split(".")[1] for f, c in rule.personal.items() if c in ("contact.email", "contact.phone")}
            for column, link in linked.items():
                self._look_for(name, column, str(link.identifier), self.report.unproven, link)
            for column, kind in tagged.items():
                if column not in linked:
                    self._look_for(name, column, kind, self.report.mentions, None)

    def _look_for(self, name: str, column: str, kind: str, counts: Counts, link: Link | None) -> None:
        table = self.ground.schema.tables[name]
        promised = link is not None and link.stored == "normalised"
        if not (promised and table.has_index_on((column,))) and table.rows > READ_UNINDEXED_ROWS:
            self.report.not_read.append(f"{name}.{column}: no index serves its normal form; left to `adieu scan`")
            return
        owners: dict[str, list[str]] = {}
        for subject in self.ground.subjects:
            for item in subject.known:
                if item.kind == kind and (form := normal_form(kind, item.value)):
                    owners.setdefault(form, []).append(subject.key)
        if not owners:
            return
        question = Question(
            dataset=name, columns=(*self.ground.key(name), column), fields=(column,),
            types=self.ground.types(name, (column,)), values=sorted((form,) for form in owners), kind=kind,
            normalised=promised,
        )
        own = self.witness.keys(captured_in(self.ground, self.lineage, name, Role.OWN)) if table.primary_key else set()
        for answer in self.witness.ask(question):
            if tuple(answer[:-1]) not in own:
                for owner in owners.get(normal_form(kind, str(answer[-1])), ()):
                    self.report.note(counts, owner, name, 1)


def _expected(column: str, rule: FieldRule) -> Iterator[Expectation]:
    if rule.kind is RuleKind.LITERAL:
        yield Expectation(kind=Expected.EQUAL, column=column, value=rule.value)
    elif rule.kind is RuleKind.FIRST_DIGITS:
        yield Expectation(kind=Expected.AT_MOST, column=column, value=rule.value)
    elif rule.kind is RuleKind.YEAR_ONLY:
        yield Expectation(kind=Expected.STARTS_YEAR, column=column)
