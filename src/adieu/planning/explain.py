"""A plan in sentences, Korean or English, for the engineer and the privacy officer who sign it off."""

from __future__ import annotations

from collections.abc import Iterator

from adieu.datamap.model import DataMap
from adieu.datamap.rules import RuleKind
from adieu.planning.plan import (
    ByIdentifier,
    ByMember,
    ByParent,
    ByPointer,
    FieldChange,
    Operation,
    Plan,
    Role,
    Verb,
    Way,
)

_VERBS = {
    "en": {
        (Verb.RETAIN, Role.OWN): "copy into the vault ({basis}, counted from {start}): {fields}",
        (Verb.REWRITE, Role.OWN): "rewrite: {changes}",
        (Verb.REWRITE, Role.SHARED): "where another owner remains, release: {changes}",
        (Verb.REWRITE, Role.MENTION): "in records of others, redact: {changes}",
        (Verb.DELETE, Role.OWN): "delete",
    },
    "ko": {
        (Verb.RETAIN, Role.OWN): "보관소로 옮겨요 ({basis}, {start}부터): {fields}",
        (Verb.REWRITE, Role.OWN): "바꿔 써요: {changes}",
        (Verb.REWRITE, Role.SHARED): "다른 주인이 남으면 연결만 끊어요: {changes}",
        (Verb.REWRITE, Role.MENTION): "다른 사람의 기록에서 가려요: {changes}",
        (Verb.DELETE, Role.OWN): "지워요",
    },
}
_FOUND = {
    "en": {
        "anchor": "the member record itself", "member": "by {field} = the member's key",
        "parent": "with their {parent} ({fields})", "pointer": "pointed at by {source}.{fields}, unless others point too",
        "identifier": "by {field} = the proved {kind}, only where {unless} is empty",
        "mentions": "may name the member in {fields}",
    },
    "ko": {
        "anchor": "회원 기록 자체", "member": "{field} = 회원 번호로 찾아요", "parent": "{parent}에 딸린 기록이에요 ({fields})",
        "pointer": "{source}.{fields}가 가리켜요. 다른 기록도 가리키면 남겨요",
        "identifier": "{field} = 확인된 {kind}로 찾아요. {unless}가 비어 있을 때만요",
        "mentions": "{fields}에 회원이 적혀 있을 수 있어요",
    },
}


def explain(plan: Plan, datamap: DataMap, language: str) -> Iterator[str]:
    """The lines of an explanation in `ko` or `en`."""
    for store in plan.stores:
        yield f"{store.store}:"
        for reach in store.reaches:
            name = datamap.datasets[reach.dataset].name(language, reach.dataset)
            found = [_FOUND[language]["anchor"]] if reach.anchor else []
            found += [_way(way, language) for way in reach.ways]
            found += [_FOUND[language]["mentions"].format(fields=", ".join(reach.mentions))] if reach.mentions else []
            yield f"  {name} ({reach.dataset}): {'; '.join(found)}"
        for operation in store.operations:
            yield f"  {operation.number + 1:3}. {operation.dataset}: {_operation(operation, language)}"


def _way(way: Way, language: str) -> str:
    words = _FOUND[language]
    match way:
        case ByMember():
            return words["member"].format(field=way.field)
        case ByParent():
            return words["parent"].format(parent=way.parent, fields=", ".join(way.fields))
        case ByPointer():
            return words["pointer"].format(source=way.source, fields=", ".join(way.source_fields))
        case ByIdentifier():
            return words["identifier"].format(field=way.field, kind=way.kind, unless=", ".join(way.unless) or "-")


def _operation(operation: Operation, language: str) -> str:
    custody = operation.custody
    return _VERBS[language][operation.verb, operation.role].format(
        basis=custody.basis if custody else "", start=custody.counted_from if custody else "",
        fields=", ".join(field.name for field in custody.fields) if custody else "",
        changes=", ".join(_change(change) for change in operation.changes),
    )


def _change(change: FieldChange) -> str:
    if change.rule.kind is RuleKind.LITERAL:
        return f"{change.field} = {'null' if change.rule.value is None else repr(change.rule.value)}"
    return f"{change.field} = {change.rule.kind}"
