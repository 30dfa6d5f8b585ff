"""Whether the store can carry out each field rule: NOT NULL, length, type, generated columns, uniqueness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.literals import fits
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
_SHORTEST_PLACEHOLDER = 16  # characters; below, made-up values would meet (64 bits in hexadecimal)
_COLLIDING = frozenset({RuleKind.FIRST_DIGITS, RuleKind.YEAR_ONLY, RuleKind.KEEP_IF_NO_PERSON})


def field_rules(survey: Survey) -> Iterator[Finding]:
    """Every rule of `fields`, `shared`, `mentions` and the fence that its column cannot take."""
    for name, rule, table in survey.decided():
        for rules in (rule.fields, rule.shared, *rule.mentions.values()):
            yield from _rules(name, table, rules)
        yield from _links_left(survey, name, rule)
    member = survey.datamap.member
    table_of_member = survey.table(member.dataset)
    if member.fence and table_of_member:
        fence = {field: FieldRule(kind=RuleKind.LITERAL, value=value) for field, value in member.fence.set.items()}
        yield from _rules(member.dataset, table_of_member, fence)


def _rules(name: str, table: Table, rules: Mapping[str, FieldRule]) -> Iterator[Finding]:
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
            yield from _rule(name, column, rule)
    yield from _uniques(name, table, rules)


def _rule(name: str, column: Column, rule: FieldRule) -> Iterator[Finding]:
    if rule.kind is RuleKind.LITERAL:
        yield from _literal(name, column, rule)
    elif rule.kind is RuleKind.PLACEHOLDER:
        yield from _placeholder(name, column)
    else:
        kinds, expected = _SUITED[rule.kind]
        if column.kind not in kinds:
            what = f"`{rule.kind}` needs {expected}, the column is {column.type}; choose another rule"
            yield error(Code.RULE_UNSUITED, name, what, column.name)


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


def _placeholder(name: str, column: Column) -> Iterator[Finding]:
    small = column.type.lower() in ("smallint", "int2", "tinyint")
    short = column.length is not None and column.length < _SHORTEST_PLACEHOLDER
    if column.kind not in _MADE_UP or small or short:
        what = (
            f"{column.type} cannot hold a made-up value that is never used twice (a text of {_SHORTEST_PLACEHOLDER} or"
            " more characters, a UUID or a number can); write a literal or null"
        )
        yield error(Code.PLACEHOLDER_UNSUITED, name, what, column.name)


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
