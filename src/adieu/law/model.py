"""What a law file may say: dated entries of few kinds, frozen once loaded; an unknown key is an error.

One id may have several versions, each with its own days in force; a look-up names the day it asks about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from adieu.errors import LawError
from adieu.law import phrases
from adieu.law.terms import Period, Verified, Words

IsoWeekday = Annotated[int, Field(ge=1, le=7)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Start(_Strict):
    """The event from which a period or a clock counts."""

    id: str
    words: Words
    verified: Verified = Field(strict=False)  # `no`: the law names no event and this is how we read it


class Apart(_Strict):
    """That what is kept must be kept separately from other members' records, and where that stands."""

    article: Words
    verified: Verified = Field(strict=False)


class Entry(_Strict):
    """What every entry says about itself."""

    id: str  # with the regime's code once loaded, as in `kr.contract`
    article: Words  # the article as a member reads it
    source: str  # where the words were read or quoted, or who set the default
    verified: Verified = Field(strict=False)
    in_force_from: date  # the first day this file vouches for; the rule may be older
    in_force_until: date | None = None  # the last day, both included
    decided_test: str  # the test, by name, that settles with hand-computed days what this entry means
    note: str | None = None  # what a careful reader should know

    @model_validator(mode="after")
    def _days_in_order(self) -> Entry:
        if self.in_force_until is not None and self.in_force_until < self.in_force_from:
            raise ValueError(f"`in_force_until` {self.in_force_until} lies before `in_force_from` {self.in_force_from}")
        return self

    def in_force_on(self, day: date) -> bool:
        """Whether this version is the law on `day`, a day in the law's zone."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)

    def article_in(self, lang: str) -> str:
        """The article's name in `lang`. Raises `LawError` where there is none."""
        return phrases.text_in(self.article, lang)

    def doubt(self, lang: str) -> str:
        """A short sentence where the law's text was not read; empty where it was. Raises `LawError` as above."""
        return phrases.doubt(self.verified, lang)


class Basis(Entry):
    """Why records are kept after a closure, how long, and which personal fields may stay with them."""

    label: Words  # what the records are, for a page
    period: Period
    start: Start
    zone: str  # the law's zone: its days begin and end here
    scope: str | None = None  # id of the `Scope` that limits the personal fields
    apart: Apart | None = None
    only_if: str | None = None  # a switch the shop sets; absent: for every shop
    only_if_words: Words | None = None

    def words(self, lang: str) -> str:
        """That it is kept, how long, by which article, and whether that is unchecked. Raises `LawError`."""
        sentence = phrases.kept(self.period, self.article_in(lang), lang)
        doubt = self.doubt(lang)
        return f"{sentence} ({doubt})" if doubt else sentence


class Scope(Entry):
    """Which personal fields may stay in what is kept, by the data map's categories."""

    fields: tuple[str, ...] = Field(strict=False)
    and_the_like: bool  # the law's list ends in "etc.": examples, bounded by the purpose in `words`
    words: Words


class ClockKind(StrEnum):
    """What a clock counts."""

    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"
    BUSINESS_DAYS = "business_days"


class Clock(Entry):
    """A duty that must be met within a time from an event."""

    label: Words
    kind: ClockKind = Field(strict=False)
    count: Annotated[int, Field(ge=1)]
    start: Start
    zone: str
    weekend: tuple[IsoWeekday, ...] = Field(strict=False)  # ISO weekdays that are no business days, 1 = Monday
    only_if: str | None = None  # a switch the shop sets


class Recipient(Entry):
    """Somebody who must be told of an erasure."""

    label: Words
    words: Words  # what is asked of them


class Route(Entry):
    """Where a member may object or complain."""

    label: Words
    phone: str | None = None
    url: str | None = None


class Note(Entry):
    """What must be known about cooling-off or coming back, where no number can say it."""

    words: Words


_E = TypeVar("_E", bound=Entry)


class Regime(_Strict):
    """One place's law. The look-ups take an id with or without the code, and the day asked about."""

    code: str
    name: Words
    languages: tuple[str, ...] = Field(strict=False)
    zone: str
    weekend: tuple[IsoWeekday, ...] = Field(strict=False)
    bases: tuple[Basis, ...] = Field(strict=False)
    scopes: tuple[Scope, ...] = Field(strict=False, default=())
    clocks: tuple[Clock, ...] = Field(strict=False)
    told: tuple[Recipient, ...] = Field(strict=False, default=())
    routes: tuple[Route, ...] = Field(strict=False, default=())
    notes: tuple[Note, ...] = Field(strict=False, default=())

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"`{zone}` is no IANA time zone; write one such as Asia/Seoul") from None
        return zone

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Regime:
        for section in (self.bases, self.scopes, self.clocks, self.told, self.routes, self.notes):
            _refuse_overlap(section)
        scopes = {scope.id for scope in self.scopes}
        for basis in self.bases:
            if basis.scope is not None and self._full(basis.scope) not in scopes:
                raise ValueError(f"basis {basis.id} names scope `{basis.scope}`, which is not among `scopes:`")
        return self

    def entries(self) -> tuple[Entry, ...]:
        """Every entry of every kind, every version."""
        return (*self.bases, *self.scopes, *self.clocks, *self.told, *self.routes, *self.notes)

    def basis(self, id: str, on: date) -> Basis:
        """The basis in force on `on`. Raises `LawError`, naming what exists, for an unknown id or day."""
        return self._in_force("basis", self.bases, id, on)

    def scope(self, id: str, on: date) -> Scope:
        """The limit on personal fields in force on `on`. Raises `LawError` as `basis` does."""
        return self._in_force("scope", self.scopes, id, on)

    def clock(self, id: str, on: date) -> Clock:
        """The clock in force on `on`. Raises `LawError` as `basis` does."""
        return self._in_force("clock", self.clocks, id, on)

    def told_on(self, on: date) -> tuple[Recipient, ...]:
        """Everybody who must be told, by the law of `on`; empty where the file knows of none on that day."""
        return tuple(entry for entry in self.told if entry.in_force_on(on))

    def routes_on(self, on: date) -> tuple[Route, ...]:
        """Where a member may object or complain on `on`; empty where the file knows of none on that day."""
        return tuple(entry for entry in self.routes if entry.in_force_on(on))

    def notes_on(self, on: date) -> tuple[Note, ...]:
        """What is to be known on `on`; empty where the file knows of nothing on that day."""
        return tuple(entry for entry in self.notes if entry.in_force_on(on))

    def _full(self, id: str) -> str:
        return id if id.startswith(f"{self.code}.") else f"{self.code}.{id}"

    def _in_force(self, kind: str, entries: tuple[_E, ...], id: str, on: date) -> _E:
        versions = [entry for entry in entries if entry.id == self._full(id)]
        if not versions:
            known = ", ".join(sorted({entry.id for entry in entries})) or "none"
            raise LawError(f"`{id}` is no {kind} of {self.code}; known: {known}; use one of them or add it (docs/law.md)")
        for entry in versions:
            if entry.in_force_on(on):
                return entry
        spans = ", ".join(f"{entry.in_force_from} to {entry.in_force_until or 'today'}" for entry in versions)
        raise LawError(f"{kind} {self._full(id)} has no version for {on}; there is {spans}; add the version (docs/law.md)")


def _refuse_overlap(entries: Iterable[Entry]) -> None:
    seen: list[Entry] = []
    for entry in entries:
        for other in seen:
            later = max(entry.in_force_from, other.in_force_from)
            if entry.id == other.id and entry.in_force_on(later) and other.in_force_on(later):
                raise ValueError(f"two versions of {entry.id} are in force on {later}; end the earlier one the day before")
        seen.append(entry)
