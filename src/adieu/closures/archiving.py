"""A member's own copy of their records: read as erasure would find them, told in their language, with the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from typing import BinaryIO
from zoneinfo import ZoneInfo

from adieu.archive import LANGUAGES, Afterwards, Column, Cover, Inserts, Made, Section, Sign, columns_of, write_archive
from adieu.archive import Role as Whose
from adieu.archive.report import (
    About,
    Ask,
    Figures,
    Zones,
    count,
    covered_by,
    facts_of,
    questions_fragment,
    report_fragment,
    report_page,
)
from adieu.closures.facts import regime_of
from adieu.datamap.model import DataMap, Treatment
from adieu.datamap.schema import Schema
from adieu.errors import SettingsError, UnknownMember
from adieu.law import Regime
from adieu.planning.plan import Plan, Role
from adieu.ports.reading import Cell, ReadableStore, Reading, Readings, Wish
from adieu.ports.stores import Subject

Write = Callable[[BinaryIO], Made]
#: Members who are looked for in the stores together.
_AT_ONCE = 100
_Becomes = tuple[str, tuple[str, ...], str, date]  # a dataset, languages, a regime's code, a day there
_MOST_KNOWN = 1_000


@dataclass(frozen=True, kw_only=True)
class Shelves:
    """One shop's stores, opened for reading: those that can be read."""

    datamap: DataMap
    plan: Plan
    schemas: Mapping[str, Schema]
    stores: Mapping[str, ReadableStore]
    #: What is told of a dataset's fields is the same for every member: worked out once for each dataset and role.
    told: dict[tuple[str, Role], tuple[Column, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    #: So is what becomes of its records, for a regime and a day.
    afterwards: dict[_Becomes, Afterwards] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def places(self) -> Mapping[tuple[str, Role], int]:
        """The order in which a member reads of datasets and roles: as the map has them."""
        return {pair: place for place, pair in enumerate((name, role) for name in self.datamap.datasets for role in Role)}

    def columns(self, dataset: str, role: Role) -> tuple[Column, ...] | None:
        """The fields a member reads of a dataset; None where its store has no such table."""
        if (dataset, role) not in self.told:
            table = self.schemas[self.datamap.store_of(dataset)].tables.get(dataset)
            if table is None:
                return None
            mentions = self.datamap.datasets[dataset].mentions.items() if role is Role.MENTION else ()
            shown = dict.fromkeys(n for name, rules in mentions for n in (name, *rules))  # the rest is somebody else's
            self.told[dataset, role] = columns_of(self.datamap, table, shown)
        return self.told[dataset, role]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How the member's copy is to be."""

    made_at: datetime  # aware
    language: str | None = None  # the member's; the shop's first one where it is not named
    vouched: frozenset[str] = frozenset()  # identifier kinds that an operator proved by other means


def write_member_archive(shelves: Shelves, key: str | Subject, wanted: Wanted, out: BinaryIO, sign: Sign) -> Made:
    """Write the archive of one member; nothing of the shop is changed.

    Whoever writes many looks the members up together and passes each as the subject it is.

    Raises:
        UnknownMember: no member record has this key.
        SettingsError: the language is not one in which archives are written.
        StoreError: a store refused.
        ArchiveRefused, ReportRefused: records that no file can hold, or a report that cannot be made of them.
    """
    subject = _subject(shelves, key, wanted) if isinstance(key, str) else key
    for _, write in member_archives(shelves, [subject], wanted, sign):
        return write(out)
    raise AssertionError("unreachable")


def member_archives(
    shelves: Shelves, subjects: Sequence[Subject], wanted: Wanted, sign: Sign
) -> Iterator[tuple[Subject, Write]]:
    """The archives of several different members, the same as each alone; each is written before the next is asked for.

    Some members at a time are read on one state of the stores, which is open for as long as theirs are written.

    Raises:
        SettingsError, StoreError, ArchiveRefused, ReportRefused: as `write_member_archive`, the last two by the writing.
    """
    languages = _languages(shelves.datamap, wanted.language)
    for start in range(0, len(subjects), _AT_ONCE):
        several = subjects[start : start + _AT_ONCE]
        with ExitStack() as opened:
            stores = _open(shelves, several, opened)
            for subject in several:
                reading = _Reading(
                    shelves=shelves, readings={name: store.of(subject) for name, store in stores.items()},
                    applied=regime_of(shelves.datamap, subject), at=wanted.made_at,
                )
                yield subject, partial(_write, reading, subject, languages, sign)


def _write(reading: _Reading, subject: Subject, languages: tuple[str, ...], sign: Sign, out: BinaryIO) -> Made:
    shop = reading.shelves.datamap.shop
    figures = reading.figures()
    inserts = Inserts(
        report=report_fragment(figures, languages) if figures else None, questions=questions_fragment(languages)
    )
    emails = [item.value for item in subject.known if item.kind == "email"]
    cover = Cover(
        shop=shop.name, contact=shop.contact or "", made_at=reading.at, zone=ZoneInfo(reading.applied.zone),
        languages=languages, member=emails[0] if emails else "",
    )
    return write_archive(out, cover, reading.sections(languages), sign, inserts)


def member_report(shelves: Shelves, key: str, wanted: Wanted) -> str:
    """The shopping report of one member by itself: one page of HTML.

    Raises:
        SettingsError: the map has no `shopping:` section, or the language is not one in which reports are written.
        UnknownMember, StoreError, ReportRefused: as `write_member_archive`.
    """
    language = _languages(shelves.datamap, wanted.language)[0]
    subject = _subject(shelves, key, wanted)
    with ExitStack() as opened:
        stores = _open(shelves, [subject], opened)
        reading = _Reading(
            shelves=shelves, readings={name: store.of(subject) for name, store in stores.items()},
            applied=regime_of(shelves.datamap, subject), at=wanted.made_at,
        )
        figures = reading.figures()
    if figures is None:
        raise SettingsError("the map has no `shopping:` section, so nothing can be told; docs/data-map.md says how it is written")
    return report_page(figures, language, About(shop=shelves.datamap.shop.name, made_at=wanted.made_at))


def _languages(datamap: DataMap, first: str | None) -> tuple[str, ...]:
    """The member's language, then the shop's others, as far as archives are written in them."""
    if first is not None and first not in LANGUAGES:
        raise SettingsError(f"archives are not written in `{first}`; expected one of {', '.join(LANGUAGES)}")
    spoken = [language for language in datamap.shop.languages if language in LANGUAGES] or list(LANGUAGES)
    return tuple(dict.fromkeys([first, *spoken] if first else spoken))


def _subject(shelves: Shelves, key: str, wanted: Wanted) -> Subject:
    home = shelves.stores[shelves.plan.stores[-1].store]
    for subject in home.members.subjects([key], wanted.vouched):
        return subject
    raise UnknownMember("no member record has this key; expected a key of the map's member dataset. Mend the key")


def _open(shelves: Shelves, subjects: Sequence[Subject], opened: ExitStack) -> dict[str, Readings]:
    return {
        plan.store: opened.enter_context(
            shelves.stores[plan.store].readings(subjects, plan, shelves.schemas[plan.store])
        )
        for plan in shelves.plan.stores
        if plan.store in shelves.stores
    }


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One member's records in all stores, and what is told of them."""

    shelves: Shelves
    readings: Mapping[str, Reading]
    applied: Regime
    at: datetime

    def figures(self) -> Figures | None:
        """What the shopping report tells; None where the map does not say where it would come from."""
        shopping = self.shelves.datamap.shopping
        covered = covered_by(shopping)
        if not covered:
            return None
        zone = ZoneInfo(shopping.zone or self.applied.zone)
        stores = {name: ZoneInfo(entry.zone) for name, entry in self.shelves.datamap.stores.items()}
        return count(facts_of(shopping, self._read, Zones(report=zone, stores=stores)), zone, covered)

    def sections(self, languages: Sequence[str]) -> Iterator[Section]:
        """A section for every dataset and role of which there are records, in the order of the map."""
        places = self.shelves.places
        found = [pair for reading in self.readings.values() for pair in reading.counts() if pair in places]
        for name, role in sorted(found, key=places.__getitem__):
            columns = self.shelves.columns(name, role)
            if columns is None:
                continue
            wish = Wish(dataset=name, columns=tuple([column.name for column in columns]), role=role)
            reading = self.readings[self.shelves.datamap.store_of(name)]
            yield Section(
                dataset=name, label=self.shelves.datamap.datasets[name].label, columns=columns, rows=reading.records(wish),
                role=Whose(role), afterwards=self._afterwards(name, tuple(languages)),
            )

    def _afterwards(self, name: str, languages: tuple[str, ...]) -> Afterwards:
        day = self.at.astimezone(ZoneInfo(self.applied.zone)).date()
        place, known = (name, languages, self.applied.code, day), self.shelves.afterwards
        if place not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            rule = self.shelves.datamap.datasets[name]
            why: dict[str, str] = {}
            if rule.on_closure is Treatment.RETAIN and rule.basis:
                basis = self.applied.basis(rule.basis, day)
                why = {each: basis.words(each) for each in languages}
            known[place] = Afterwards(treatment=rule.on_closure, why=why, within_days=rule.within_days)
        return known[place]

    def _read(self, ask: Ask) -> Iterator[Sequence[Cell]]:
        reading = self.readings.get(ask.dataset.split(".", 1)[0])
        if reading is None:
            return iter(())
        wish = Wish(dataset=ask.dataset, columns=ask.columns, sorted_by=ask.sorted_by, among=ask.among)
        return reading.records(wish)
