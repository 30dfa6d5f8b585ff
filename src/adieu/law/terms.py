"""The small words the law files are written in: a length of time, how far a source was checked, a text per language."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Verified(StrEnum):
    """How far somebody checked that the law says so. Only `text` means that its own words were read."""

    TEXT = "text"  # the text of the law was read
    QUOTED = "quoted"  # somebody else's page quotes it
    MEMORY = "memory"  # the article is named from memory, its text was not seen
    NO = "no"  # nothing was checked, or it is no rule of law but a default of ours


class Unit(StrEnum):
    """What a period is counted in."""

    YEARS = "years"
    MONTHS = "months"
    DAYS = "days"


class Period(BaseModel):
    """A length of time as the law states it; in a file ``{years: 5}``, exactly one unit, at least 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    unit: Unit
    count: Annotated[int, Field(ge=1)]

    @model_validator(mode="before")
    @classmethod
    def _from_one_unit(cls, raw: object) -> object:
        """``{years: 5}`` as a file says it; a period already in parts passes."""
        if not isinstance(raw, Mapping) or "unit" in raw:
            return raw
        if len(raw) != 1 or next(iter(raw)) not in set(Unit):
            raise ValueError("expected exactly one of `years`, `months`, `days` with a whole number from 1")
        unit, count = next(iter(raw.items()))
        return {"unit": Unit(unit), "count": count}


def _read_only(texts: dict[str, str]) -> Mapping[str, str]:
    return MappingProxyType(texts)


Words: TypeAlias = Annotated[dict[str, str], AfterValidator(_read_only)]
"""A text per language code, read-only once loaded; the regime's `languages` says which must be there."""
