"""Whether each link can be followed: keys, comparable types, an index that serves, shared records that can let go."""

from __future__ import annotations

from collections.abc import Iterator

from adieu.datamap.checks.finding import Code, Finding, error, warning
from adieu.datamap.checks.survey import Survey
from adieu.datamap.links import Link
from adieu.datamap.model import CLOSING, Dataset
from adieu.datamap.rules import FieldRule, RuleKind
from adieu.datamap.schema import Kind, Table

_WIDEST_KEY = 3  # columns of a primary key that captured keys have room for
_AS_TEXT = frozenset({Kind.TEXT, Kind.INTEGER, Kind.UUID})  # differ, yet compare when both are written as text
_COMPARES_ANYTHING = frozenset({"sqlite"})  # dialects in which a text and a number may be asked to be equal


def links(survey: Survey) -> Iterator[Finding]:
    """Findings on every link of a dataset on which a closure acts, and on where identifiers are looked up."""
    yield from _identifiers(survey)
    for name, rule, table in survey.decided():
        if rule.on_closure not in CLOSING and not rule.mentions:
            continue
        yield from _primary_key(table)
        for link in rule.belongs_to:
            if link.of:
                yield from _to_left(survey, name, link.of, ", ".join(link.fields))
            yield from _types(survey, table, link)
            yield from _index(survey, table, link)
        yield from _mention_indexes(survey, table, rule)
        for pointer in rule.owned_through:
            yield from _to_left(survey, name, pointer.dataset, None)
        yield from _pointers(survey, name, rule)
        if rule.on_closure in CLOSING:
            yield from _shared(survey, table, rule)


def _primary_key(table: Table) -> Iterator[Finding]:
    if not table.primary_key:
        what = "has no primary key, so its records cannot be captured; give it one, or leave it with a reason"
        yield error(Code.NO_PRIMARY_KEY, table.dataset, what)
    elif len(table.primary_key) > _WIDEST_KEY:
        what = f"its primary key has {len(table.primary_key)} columns; at most {_WIDEST_KEY} are supported"
        yield error(Code.WIDE_PRIMARY_KEY, table.dataset, what)


def _to_left(survey: Survey, name: str, owner: str, field: str | None) -> Iterator[Finding]:
    target = survey.datamap.datasets.get(owner)
    if target is not None and target.on_closure not in CLOSING:
        what = (
            f"belongs to {owner}, which is under `{target.on_closure}` and so is never captured; decide {owner}, or link"
            " this one by the member's key"
        )
        yield error(Code.LINK_TO_LEFT, name, what, field)


def _types(survey: Survey, table: Table, link: Link) -> Iterator[Finding]:
    target = survey.target(link)
    if target is None or link.path:
        return
    fields, (to, keys) = link.fields, target
    parent = survey.table(to)
    if parent is not None and not survey.names_member(link):
        pairs = [pair for pair in zip(fields, keys, strict=False) if not _written_as_text(table, parent, *pair)]
        fields, keys = tuple(field for field, _ in pairs), tuple(key for _, key in pairs)
    yield from _compared(survey, table, fields, (to, keys), as_text=survey.names_member(link))


def _written_as_text(table: Table, parent: Table, field: str, key: str) -> bool:
    """Whether a text holds the parent's key, which is then compared as text: an index on the text serves."""
    mine, theirs = table.columns.get(field), parent.columns.get(key)
    return mine is not None and theirs is not None and mine.kind is Kind.TEXT and theirs.kind in _AS_TEXT


def _compared(
    survey: Survey, table: Table, fields: tuple[str, ...], target: tuple[str, tuple[str, ...]], *, as_text: bool = False
) -> Iterator[Finding]:
    """Whether the store can compare the columns; it does so as they are, member keys excepted, which are known as text."""
    to, keys = target
    parent = survey.table(to)
    as_text = as_text or survey.schemas[survey.datamap.store_of(to)].dialect in _COMPARES_ANYTHING
    for field, key in zip(fields, keys, strict=False):
        mine, theirs = table.columns.get(field), parent.columns.get(key) if parent else None
        if mine is None or theirs is None or mine.kind is theirs.kind or Kind.OTHER in (mine.kind, theirs.kind):
            continue
        comparable = as_text and mine.kind in _AS_TEXT and theirs.kind in _AS_TEXT
        ending = "they are compared as text, which no plain index serves" if comparable else "they cannot be compared"
        what = f"is {mine.type}, but {to}.{key} is {theirs.type}; {ending}; give both one type"
        yield (warning if comparable else error)(Code.LINK_TYPE_DIFFERS, table.dataset, what, field)


def _index(survey: Survey, table: Table, link: Link) -> Iterator[Finding]:
    field = ", ".join(link.fields)
    if any(name not in table.columns for name in link.fields):
        return
    if link.path:
        yield from _scan(survey, table, field, 1, "stands inside JSON, where no plain index serves; index the expression")
    elif link.identifier and link.stored != "normalised":
        hint = (
            "holds an identifier as written, so every row is normalised to compare; if the shop always stores it"
            " normalised, say `stored: normalised` and index it"
        )
        yield from _scan(survey, table, field, 1, hint)
    elif not table.has_index_on(link.fields):
        parents = survey.per_closure(link.of) if link.of else 1
        yield from _scan(survey, table, field, parents, f"no index leads with it; create an index on ({field})")


def _identifiers(survey: Survey) -> Iterator[Finding]:
    """Whether another member holds it is asked of every identifier that counts as proved, before anything is erased."""
    member = survey.datamap.member
    for kind, identifier in member.identifiers.items():
        if kind == "name" or identifier.verified == "never" or len(identifier.fields) != 1:
            continue
        field = identifier.fields[0]
        for dataset in (member.dataset, identifier.verified.rpartition(".")[0]):
            table = survey.table(dataset) if dataset else None
            if table is None or field not in table.columns:
                continue
            if identifier.stored != "normalised":
                hint = (
                    f"each closure asks who else holds the member's {kind}, and every row is normalised to compare; if the"
                    " shop always stores it normalised, say `stored: normalised` on the identifier and index it"
                )
                yield from _scan(survey, table, field, 1, hint)
            elif not table.has_index_on((field,)):
                hint = f"each closure asks who else holds the member's {kind}; create an index on ({field})"
                yield from _scan(survey, table, field, 1, hint)


def _mention_indexes(survey: Survey, table: Table, rule: Dataset) -> Iterator[Finding]:
    linked = {link.fields for link in rule.belongs_to}
    for field in rule.mentions:
        if field in table.columns and (field,) not in linked and not table.has_index_on((field,)):
            yield from _scan(survey, table, field, 1, f"no index leads with it; create an index on ({field})")


def _pointers(survey: Survey, name: str, rule: Dataset) -> Iterator[Finding]:
    """Whether a surviving record points at it is asked of every record that might go."""
    for pointer in rule.owned_through:
        source = survey.table(pointer.dataset)
        if source is None or any(field not in source.columns for field in pointer.fields):
            continue
        target = next((k.to_columns for k in source.foreign_keys if (k.to, k.columns) == (name, pointer.fields)), None)
        keys = target or (survey.table(name) or source).primary_key
        if len(keys) == len(pointer.fields):
            yield from _compared(survey, source, pointer.fields, (name, keys))
        else:
            what = f"points at {name} with {len(pointer.fields)} columns, but its key has {len(keys)}; name them all"
            yield error(Code.LINK_TYPE_DIFFERS, source.dataset, what, ", ".join(pointer.fields))
        if not source.has_index_on(pointer.fields):
            field = ", ".join(pointer.fields)
            hint = f"{name} is owned through it and no index leads with it; create an index on ({field})"
            yield from _scan(survey, source, field, survey.per_closure(pointer.dataset), hint)


def _scan(survey: Survey, table: Table, field: str, parents: int, hint: str) -> Iterator[Finding]:
    cost = parents * table.rows
    what = f"{hint} (about {cost} rows read a closure: {parents} × {table.rows})"
    make = error if cost > survey.limits.unindexed_rows else warning
    yield make(Code.UNINDEXED_LINK, table.dataset, what, field)


def _shared(survey: Survey, table: Table, rule: Dataset) -> Iterator[Finding]:
    """A record with a second owner stays and must be able to let go of the first."""
    direct = [link for link in rule.belongs_to if survey.names_member(link)]
    several = len(direct) + len(rule.owned_through) > 1
    if not several and not rule.shared:
        return
    for link in direct:
        column = table.columns.get(link.fields[0])
        decided = rule.shared.get(link.fields[0])
        if column is not None and several and not link.decides and _still_names(link, decided):
            what = (
                "another owner may remain, so the record stays, and this link would still name the leaver; "
                + ("a link inside JSON is never cut by itself: " if link.path else "")
                + "write a literal or `placeholder` for the column under `shared:`, or say `decides: true` on the link where"
                " the record must go with this owner"
            )
            yield error(Code.SHARED_LINK_NOT_CUT, table.dataset, what, column.name)
        literal = decided is not None and decided.kind is RuleKind.LITERAL and decided.value is not None
        if column is not None and not (link.path or link.decides or column.nullable or literal):
            what = (
                "another owner may remain, so the record stays without this link, but it is NOT NULL; make it nullable,"
                " give a literal under `shared:`, or say `decides: true` where the record must go with this owner"
            )
            yield error(Code.SHARED_LINK_NOT_NULL, table.dataset, what, column.name)


def _still_names(link: Link, decided: FieldRule | None) -> bool:
    """Whether the leaver's key stays in a record that another owner keeps: without a rule, only plain links are nulled."""
    if decided is None:
        return link.path is not None
    return decided.kind not in (RuleKind.LITERAL, RuleKind.PLACEHOLDER)
