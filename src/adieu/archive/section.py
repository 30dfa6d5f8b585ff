"""What an archive is made of, as plain values: the records of each dataset, and what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from adieu.datamap.model import Treatment
from adieu.errors import ArchiveRefused
from adieu.ports.stores import Value

Cell: TypeAlias = Value | date | time | timedelta | Decimal | UUID | Sequence[object] | Mapping[str, object]
Texts: TypeAlias = Mapping[str, str]  # language -> text

#: Records of a dataset that stand on the page itself; all of them stand in its files.
SHOWN = 200


class Kind(StrEnum):
    """What a field holds, as far as the page reads it otherwise than its value's own type says."""

    PLAIN = "plain"  # the value's own type decides
    YES_NO = "yes_no"  # also where the store keeps 0 and 1
    MONEY = "money"
    KEY = "key"  # a number that only leads to another record: in the files, not on the page
    SECRET = "secret"  # opens something: its value is nowhere in the archive, its name is


class Role(StrEnum):
    """Whose the records are."""

    OWN = "own"
    SHARED = "shared"  # with another owner
    MENTION = "mention"  # records of others that name the member


@dataclass(frozen=True, kw_only=True)
class Column:
    """One field of a dataset."""

    name: str  # as the store calls it
    label: Texts
    kind: Kind = Kind.PLAIN
    currency: str = ""  # ISO 4217, for money of one currency
    currency_in: str = ""  # or the field of the same record that holds it


@dataclass(frozen=True, kw_only=True)
class Afterwards:
    """What becomes of the records when the account is closed."""

    treatment: Treatment
    why: Texts = field(default_factory=dict)  # a sentence with the article, or why it stays
    until: date | None = None  # last day, where it is known and one for all
    within_days: int | None = None  # for what ends by itself


@dataclass(frozen=True, kw_only=True)
class Section:
    """One dataset's records. `rows` is read once, in its order, and never held as a whole."""

    dataset: str  # store.table
    label: Texts
    columns: tuple[Column, ...]  # the same object in every archive, where many are written: its heads are made once
    rows: Iterator[Sequence[Cell]]  # each as long as `columns`
    role: Role = Role.OWN
    afterwards: Afterwards


@dataclass(frozen=True, kw_only=True)
class Cover:
    """Whose archive it is, who made it and when."""

    shop: str
    contact: str = ""  # where the member may ask
    made_at: datetime  # aware
    zone: tzinfo = UTC  # in which the pages and the CSV files tell the time
    languages: tuple[str, ...]  # the member's first; one page each
    member: str = ""  # how the page names whose records these are, e.g. the e-mail; "" leaves it out

    def __post_init__(self) -> None:
        """Refuse what no page could be made of.

        Raises:
            ArchiveRefused: no language, or `made_at` has no zone.
        """
        if self.made_at.tzinfo is None:
            raise ArchiveRefused("The instant of an archive has no zone. Pass an aware UTC datetime.")
        if not self.languages:
            raise ArchiveRefused("An archive has no language. Name the member's first, then the shop's others.")


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """A part of the page that another module wrote. It is trusted: its author has escaped every text in it."""

    id: str  # its anchor; letters, digits and hyphens
    title: Texts  # plain text
    body: Texts  # HTML that stands below the title, without script and without anything from a network
    style: str = ""  # its own CSS


@dataclass(frozen=True, kw_only=True)
class Inserts:
    """What else stands on the page: the report above the records, the questions below them."""

    report: Fragment | None = None
    questions: Fragment | None = None

    @property
    def every(self) -> tuple[Fragment, ...]:
        """Those that there are, in the order of the page."""
        return tuple(fragment for fragment in (self.report, self.questions) if fragment is not None)


NOTHING_ELSE = Inserts()


def text_in(texts: Texts, language: str, fallback: str) -> str:
    """The text in `language`, else in English, else `fallback`."""
    return texts.get(language) or texts.get("en") or fallback
