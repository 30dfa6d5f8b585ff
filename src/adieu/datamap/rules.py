"""What a map may decide for one field of a record that stays.

=================================  ===============================================================
written                            meaning
=================================  ===============================================================
``null``                           emptied
any other scalar                   that literal
``placeholder``                    a made-up value that passes the column, never used for two people
``year_only``                      a date becomes 1 January of its year
``{first_digits: n}``              the first n characters stay
``keep_if_no_person``              the text stays only if no identifier of the member is in it
``{unchanged: reason}``            the value stays, and the map says why
``{literal: "placeholder"}``       a literal that reads like one of the words above
=================================  ===============================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, model_validator


class RuleKind(StrEnum):
    """The closed set of field rules."""

    LITERAL = "literal"  # null included
    PLACEHOLDER = "placeholder"
    YEAR_ONLY = "year_only"
    FIRST_DIGITS = "first_digits"
    KEEP_IF_NO_PERSON = "keep_if_no_person"
    UNCHANGED = "unchanged"


class FieldRule(BaseModel):
    """One field's decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RuleKind
    value: bool | int | float | str | None = None  # the literal, the number of digits, or the reason

    @model_validator(mode="after")
    def _counts_digits(self) -> FieldRule:
        counts = isinstance(self.value, int) and not isinstance(self.value, bool) and self.value > 0
        if self.kind is RuleKind.FIRST_DIGITS and not counts:
            raise ValueError("`first_digits` needs a whole number above 0")
        return self


NULL = FieldRule(kind=RuleKind.LITERAL, value=None)
_WORDS = frozenset({RuleKind.PLACEHOLDER, RuleKind.YEAR_ONLY, RuleKind.KEEP_IF_NO_PERSON})
_WITH_VALUE = {"literal": RuleKind.LITERAL, "first_digits": RuleKind.FIRST_DIGITS, "unchanged": RuleKind.UNCHANGED}


def unfold_rules(value: object) -> object:
    """Turn the written rules of a dataset's fields into long forms; leaves errors to the model."""
    if not isinstance(value, Mapping):
        return value
    return {field: _unfold(rule) for field, rule in value.items()}


def _unfold(rule: object) -> object:
    if isinstance(rule, FieldRule):
        return rule
    if isinstance(rule, str) and rule in _WORDS:
        return {"kind": rule}
    if isinstance(rule, Mapping):
        if len(rule) == 1 and next(iter(rule)) in _WITH_VALUE:
            (word, item), = rule.items()
            return {"kind": _WITH_VALUE[word], "value": item}
        return rule
    return {"kind": RuleKind.LITERAL, "value": rule}
