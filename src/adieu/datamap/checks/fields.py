"""Whether the store can carry out each field rule: NOT NULL, length, type, generated columns, uniqueness."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.literals import admitted, fits
from adieu.datamap.checks.survey import Survey
from adieu.datamap.model import Dataset, Treatment
from adieu.datamap.rules import FieldRule, RuleKind
from adieu.datamap.schema import Column, Kind, Table

_DATES = frozenset({Kind.DATE, Kind.TIMESTAMP, Kind.NAIVE_TIMESTAMP})
_SUITED: Mapping[RuleKind, tuple[frozenset[Kind], str]] = {
    RuleKind.YEAR_ONLY: (_DATES, "a date or timestamp"),
    RuleKind.FIRST_DIGITS: (frozenset({Kind.TEXT}), "a text"),
    RuleKind.KEEP_IF_NO_PERSON: (frozenset({Kind.TEXT, Kind.JSON}), "a text"),
}
_MADE_UP = frozenset({Kind.TEXT, Kind.UUID, Kind.INTEGER, Kind.NUMBER})
_SHORTEST_PLACEHOLDER = 16  # characters in hexadecimal; with fewer, made-up values would meet
_PLACEHOLDER_DOMAIN = "@erased.invalid"  # what ends a made-up e-mail address; it is cut from the left to the column's length
_PLACEHOLDER_DIGITS = 10  # of a made-up number, before the point
_SMALL = frozenset({"smallint", "int2", "tinyint", "mediumint", "oid"})
_NUMERIC = re.compile(r"\((\d+)(?:\s*,\s*(\d+))?\)")
_CHOICES_SHOWN = 8


def field_rules(survey: Survey) -> Iterator[Finding]:
    """Every rule of `fields`, `shared`, `mentions` and the fence that its column cannot take."""
    for name, rule, table in survey.decided():
        place = _Place(survey=survey, name=name, table=table)
        for rules in (rule.fields, rule.shared, *rule.mentions.values()):
            yield from _rules(place, rules)
        yield from _links_left(survey, name, rule)
    member = survey.datamap.member
    table_of_member = survey.table(member.dataset)
    if member.fence and table_of_member:
        fence = {field: FieldRule(kind=RuleKind.LITERAL, value=value) for field, value in member.fence.set.items()}
        yield from _rules(_Place(survey=survey, name=member.dataset, table=table_of_member), fence)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where rules are carried out."""

    survey: Survey
    name: str
    table: Table

    def holds_email(self, field: str) -> bool:
        """Whether a made-up value here must look like an e-mail address (as planning says it)."""
        member = self.survey.datamap.member
        email = member.identifiers.get("email")
        tagged = self.survey.datamap.datasets[self.name].personal.get(field) == "contact.email"
        return tagged or (self.name == member.dataset and email is not None and field in email.fields)


def _rules(place: _Place, rules: Mapping[str, FieldRule]) -> Iterator[Finding]:
    name, table = place.name, place.table
    for field, rule in rules.items():
        column = table.columns.get(field)
        if column is None or rule.kind is RuleKind.UNCHANGED:
            continue
        if column.generated:
            what = "has a rule, but the store computes it; remove the rule and decide the columns it is computed from"
            yield error(Code.RULE_ON_GENERATED, name, what, field)
        elif field in table.primary_key:
            what = "is part of the primary key, by which captured records are found; remove the rule or delete instead"
            yield error(Code.RULE_ON_KEY, name, what, field)
        else:
            yield from _rule(place, column, rule)
    yield from _uniques(name, table, rules)


def _rule(place: _Place, column: Column, rule: FieldRule) -> Iterator[Finding]:
    if rule.kind is RuleKind.LITERAL:
        yield from _literal(place.name, column, rule)
    elif rule.kind is RuleKind.PLACEHOLDER:
        yield from _placeholder(place, column)
    else:
        kinds, expected = _SUITED[rule.kind]
        if column.kind not in kinds:
            what = f"`{rule.kind}` needs {expected}, the column is {column.type}; choose another rule"
            yield error(Code.RULE_UNSUITED, place.name, what, column.name)
        elif column.choices:
            what = f"`{rule.kind}` may write what {_constrained(column)} does not admit; write a literal among them or null"
            yield error(Code.RULE_UNSUITED, place.name, what, column.name)


def _literal(name: str, column: Column, rule: FieldRule) -> Iterator[Finding]:
    if rule.value is None:
        if not column.nullable:
            what = "is set to null but is NOT NULL; write a literal or `placeholder`, or make the column nullable"
            yield error(Code.NULL_REFUSED, name, what, column.name)
    elif not fits(rule.value, column):
        what = f"the literal ({type(rule.value).__name__}) does not fit {column.type}; write a value of that type"
        yield error(Code.LITERAL_UNSUITED, name, what, column.name)
    elif column.length is not None and len(str(rule.value)) > column.length:
        what = f"the literal has {len(str(rule.value))} characters, the column holds {column.length}; shorten it"
        yield error(Code.LITERAL_TOO_LONG, name, what, column.name)
    elif not admitted(rule.value, column):
        what = f"the literal is not among what {_constrained(column)} admits, and the store would refuse it; write one that is"
        yield error(Code.LITERAL_NOT_ALLOWED, name, what, column.name)


def _constrained(column: Column) -> str:
    """What holds the column's values back. The schema's own words, never a record's."""
    if column.choices:
        return f"its enum or CHECK ({', '.join(column.choices[:_CHOICES_SHOWN])}{', …' * (len(column.choices) > _CHOICES_SHOWN)})"
    return f"its CHECK (at least {column.least:g})"


def _placeholder(place: _Place, column: Column) -> Iterator[Finding]:
    address = column.kind is Kind.TEXT and place.holds_email(column.name)
    needed = _SHORTEST_PLACEHOLDER + (len(_PLACEHOLDER_DOMAIN) if address else 0)
    problem = None
    if column.kind not in _MADE_UP:
        problem = f"{column.type} is none of the types that hold a made-up value (text, UUID, number)"
    elif column.length is not None and column.length < needed:
        made_up = f"e-mail address (it ends in `{_PLACEHOLDER_DOMAIN}`)" if address else "text"
        problem = f"holds {column.length} characters, and a made-up {made_up} that is never used twice needs {needed}"
    elif column.kind in (Kind.INTEGER, Kind.NUMBER) and _too_narrow(place, column):
        problem = f"a made-up number has {_PLACEHOLDER_DIGITS} digits and a minus before them, which {column.type} does not hold"
    elif column.choices or column.least is not None:
        problem = f"no made-up value is among what {_constrained(column)} admits"
    if problem:
        yield error(Code.PLACEHOLDER_UNSUITED, place.name, f"{problem}; write a literal or null", column.name)


def _too_narrow(place: _Place, column: Column) -> bool:
    written = column.type.lower()
    if written in _SMALL or "unsigned" in written:
        return True
    if written == "real":  # four bytes in every engine but SQLite: made-up numbers would meet
        return place.survey.schemas[place.survey.datamap.store_of(place.name)].dialect != "sqlite"
    size = _NUMERIC.search(written) if column.kind is Kind.NUMBER else None
    return size is not None and int(size.group(1)) - int(size.group(2) or 0) < _PLACEHOLDER_DIGITS


def _uniques(name: str, table: Table, rules: Mapping[str, FieldRule]) -> Iterator[Finding]:
    """Two members who leave must not get the same value; a null or a placeholder in the set keeps them apart."""
    for unique in table.uniques:
        ruled = [rules[field] for field in unique if field in rules and rules[field].kind is not RuleKind.UNCHANGED]
        if not ruled or any(_keeps_apart(rule) for rule in ruled):
            continue
        alike = all(rule.kind is RuleKind.LITERAL for rule in ruled) and len(ruled) == len(unique)
        what = "is unique, and its rule gives the same value to many; write `placeholder`, or null where it may be null"
        make = error if alike or len(unique) == 1 else warning
        yield make(Code.NOT_UNIQUE, name, what, ", ".join(unique))


def _keeps_apart(rule: FieldRule) -> bool:
    return rule.kind is RuleKind.PLACEHOLDER or (rule.kind is RuleKind.LITERAL and rule.value is None)


def _links_left(survey: Survey, name: str, rule: Dataset) -> Iterator[Finding]:
    """Anonymised means unlinked: the member's key or identifier must not stay in the record."""
    if rule.ends_as is not Treatment.ANONYMISE:
        return
    for link in rule.belongs_to:
        if not (link.identifier or survey.names_member(link)):
            continue
        decided = rule.fields.get(link.fields[0])
        if decided is None or decided.kind is RuleKind.UNCHANGED:
            what = "still says whose record it is after anonymise; cut it under `fields:`, or call it pseudonymise"
            yield error(Code.LINK_NOT_CUT, name, what, link.fields[0])
