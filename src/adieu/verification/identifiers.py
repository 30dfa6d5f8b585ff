"""Strong identifiers looked for where the map says that such values stand: unproven matches and mentions, counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adieu.datamap.links import Link
from adieu.datamap.model import Dataset
from adieu.datamap.normalise import normal_form
from adieu.planning.plan import Role
from adieu.ports.stores import Question, Witnessing
from adieu.verification.report import Counts, Report
from adieu.verification.walk import Ground

STRONG = ("email", "phone")  # never a name
READ_UNINDEXED_ROWS = 2_000  # a field without an index is read at closure only in tables up to this size


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What to ask, whose identifiers these are, and what an answer counts as."""

    question: Question
    owners: dict[str, list[str]]  # by normal form
    counts: Counts


def look_for_identifiers(ground: Ground, lineage: tuple[str, ...], witness: Witnessing, report: Report) -> None:
    """Note in the report which records hold an identifier of the members and are not theirs, and what was not read."""
    looks = list(_looks(ground, report))
    keyed = [n for n in dict.fromkeys(look.question.dataset for look in looks) if ground.schema.tables[n].primary_key]
    captured = witness.keys([ground.captured(lineage, name, Role.OWN) for name in keyed])
    own = dict(zip(keyed, captured, strict=True))
    for look, answers in zip(looks, witness.ask([look.question for look in looks]), strict=True):
        dataset, kind = look.question.dataset, str(look.question.kind)
        for answer in answers:
            if tuple(answer[:-1]) not in own.get(dataset, set()):
                for owner in look.owners.get(normal_form(kind, str(answer[-1])), ()):
                    report.note(look.counts, owner, dataset, 1)


def _looks(ground: Ground, report: Report) -> Iterator[_Look]:
    for name, rule in ground.datamap.datasets.items():
        if name.split(".", 1)[0] == ground.schema.store and name != ground.datamap.member.dataset:
            for column, kind, link in _columns(rule):
                counts = report.unproven if link else report.mentions
                promised = link is not None and link.stored == "normalised"
                table = ground.schema.tables[name]
                if not (promised and table.has_index_on((column,))) and table.rows > READ_UNINDEXED_ROWS:
                    report.not_read.append(f"{name}.{column}: no index serves its normal form; left to `adieu scan`")
                elif owners := _owners(ground, kind):
                    question = Question(
                        dataset=name, columns=(*ground.key(name), column), fields=(column,),
                        types=ground.types(name, (column,)), values=sorted((form,) for form in owners), kind=kind,
                        normalised=promised,
                    )
                    yield _Look(question=question, owners=owners, counts=counts)


def _columns(rule: Dataset) -> Iterator[tuple[str, str, Link | None]]:
    """The columns that hold such a value, with its kind and the link it makes, if any."""
    linked = {link.fields[0]: link for link in rule.belongs_to if link.identifier in STRONG}
    for column, link in linked.items():
        yield column, str(link.identifier), link
    for column, category in rule.personal.items():
        if category in ("contact.email", "contact.phone") and column not in linked:
            yield column, category.split(".")[1], None


def _owners(ground: Ground, kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for subject in ground.subjects:
        for item in subject.known:
            if item.kind == kind and (form := normal_form(kind, item.value)):
                found.setdefault(form, []).append(subject.key)
    return found
