"""The parts a receipt is made of: each a value that knows its own place in the body.

No part has room for a direct identifier: datasets, fields, counts, dates and the shop's own names only.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from adieu.datamap.model import Treatment
from adieu.errors import NotCanonical
from adieu.receipts.canonical import LARGEST_INTEGER, JsonValue, canonical_json_of_own


@lru_cache(maxsize=1024)  # the receipts of a batch name the same few instants again and again
def rfc3339(instant: datetime) -> str:
    """The instant in UTC, whole seconds, e.g. 2026-11-24T09:30:00Z (RFC 3339); parts of a second are dropped.

    Raises:
        NotCanonical: the instant does not say its zone.
    """
    if instant.tzinfo is None:
        raise NotCanonical("An instant on a receipt has no zone. Pass aware UTC datetimes.")
    return instant.astimezone(UTC).isoformat()[:19] + "Z"


def check_count(count: object) -> None:
    """Return if this can be a count on a receipt.

    Raises:
        NotCanonical: not a whole number between 0 and 2^53 - 1.
    """
    if type(count) is not int or not 0 <= count <= LARGEST_INTEGER:
        raise NotCanonical("A count on a receipt is not a whole number between 0 and 2^53 - 1.")


class Scan(StrEnum):
    """How far the text scan for the member's strong identifiers reached."""

    CLOSURE = "closure"  # the texts of the datasets concerned
    WHOLE_STORE = "whole store"


class Proof(StrEnum):
    """How an identifier was proved to be the member's."""

    VERIFIED_FIELD = "verified field"
    SHOP_PROMISE = "verified always, by the shop's promise"
    LOGIN_CLAIM = "login claim"
    OPERATOR = "operator --proved"


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Who signs."""

    name: str
    contact: str  # where the shop's privacy officer is reached

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"contact": self.contact, "name": self.name}


@dataclass(frozen=True, kw_only=True)
class RegimeApplied:
    """A law the closure was done under, and the day it had to be done by."""

    regime: str  # e.g. kr
    due: date

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"due": self.due.isoformat(), "regime": self.regime}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One kind of open matter that was looked for, and what the member chose where there was one."""

    matter: str  # the map's name for it, e.g. orders_under_way
    open: int  # how many were open at confirm
    choice: str | None = None  # e.g. wait, now; None where nothing was open

    def __post_init__(self) -> None:
        """Refuse a count that cannot be written. Raises: NotCanonical."""
        check_count(self.open)

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"choice": self.choice, "matter": self.matter, "open": self.open}


class Counts(NamedTuple):
    """Records, by what became of them. A tuple, since a batch looks up thousands of them by value."""

    erased: int = 0
    updated: int = 0  # rewritten: anonymised or pseudonymised
    retained: int = 0  # copied into the vault
    released: int = 0  # shared records that lost the leaver's link only
    redacted: int = 0  # others' records in which a mention was blanked

    def body(self) -> dict[str, JsonValue]:
        """Only what is not zero. Raises: NotCanonical."""
        for count in self:
            check_count(count)
        return {name: count for name, count in zip(self._fields, self, strict=True) if count}


@dataclass(frozen=True, kw_only=True, eq=False)  # by identity: made once from the map and shared by all receipts
class DatasetShown:
    """What a receipt says of a dataset whoever the member is."""

    dataset: str  # e.g. shop.order_order
    label: dict[str, str]  # language to the words the member saw; never changed
    treatment: Treatment

    def __post_init__(self) -> None:
        """Refuse a label whose languages are not ASCII codes. Raises: NotCanonical."""
        if not "".join(self.label).isascii():
            raise NotCanonical(f"The label of {self.dataset} has a language that is not an ASCII code, e.g. ko.")


@dataclass(frozen=True, kw_only=True)
class DatasetDone:
    """What was done in one dataset."""

    shown: DatasetShown
    counts: Counts
    done_at: datetime  # when the step's transaction committed

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {
            "counts": self.counts.body(),
            "dataset": self.shown.dataset,
            "done_at": rfc3339(self.done_at),
            "label": self.shown.label,
            "treatment": self.shown.treatment.value,
        }

    def canonical(self) -> bytes:
        """The canonical bytes of `body`; the lines of a batch repeat, so they are looked up before they are written."""
        return _canonical_line(self.shown, self.counts, self.done_at)


@lru_cache(maxsize=8192)
def _canonical_line(shown: DatasetShown, counts: Counts, done_at: datetime) -> bytes:
    return canonical_json_of_own(DatasetDone(shown=shown, counts=counts, done_at=done_at).body())


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a law makes the shop keep, apart from everything else."""

    dataset: str
    what: tuple[str, ...]  # field names, never values
    basis: str  # e.g. kr.contract
    article: str  # the law's own citation
    until: date  # last day
    count: int  # records
    store: str = "separated"  # where it lies
    seen_by: tuple[str, ...] = ()  # roles that may read it

    def __post_init__(self) -> None:
        """Refuse a count that cannot be written. Raises: NotCanonical."""
        check_count(self.count)

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {
            "article": self.article,
            "basis": self.basis,
            "count": self.count,
            "dataset": self.dataset,
            "seen_by": self.seen_by,
            "store": self.store,
            "until": self.until.isoformat(),
            "what": self.what,
        }


@dataclass(frozen=True, kw_only=True)
class Expiring:
    """A dataset whose records end by themselves."""

    dataset: str
    within_days: int
    removed_by: str  # the shop's job, e.g. manage.py clearsessions, daily

    def __post_init__(self) -> None:
        """Refuse a number of days that cannot be written. Raises: NotCanonical."""
        check_count(self.within_days)

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"dataset": self.dataset, "removed_by": self.removed_by, "within_days": self.within_days}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A recipient that had been given the data, and was told of the closure (GDPR Art 19)."""

    name: str
    at: datetime
    status: str  # e.g. accepted, refused, no answer

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"at": rfc3339(self.at), "name": self.name, "status": self.status}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """So many records of one dataset: unproven matches, or mentions in others' records."""

    dataset: str
    count: int

    def __post_init__(self) -> None:
        """Refuse a count that cannot be written. Raises: NotCanonical."""
        check_count(self.count)

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"count": self.count, "dataset": self.dataset}


@dataclass(frozen=True, kw_only=True)
class NotCovered:
    """A place the erasure did not reach, and the day its copy is gone."""

    what: str  # e.g. backups, WAL, binlog, CDC
    until: date | None  # None: the shop does not know

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"until": self.until.isoformat() if self.until else None, "what": self.what}


@dataclass(frozen=True, kw_only=True)
class DigestKept:
    """A keyed digest of an identifier that stays for one purpose; personal data, so it has an end."""

    purpose: str  # rejoin, suppression or late record
    identifier: str  # its kind, e.g. email
    until: date

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {"identifier": self.identifier, "purpose": self.purpose, "until": self.until.isoformat()}


@dataclass(frozen=True, kw_only=True)
class Verification:
    """How the stores were read back, and what was found."""

    method: str  # e.g. read back from captured keys and strong identifiers
    scan: Scan
    looked_at: int  # places read: keys and identifiers, each in each dataset
    residue: int  # records of the member found afterwards; a receipt is only signed at 0, unless it says so
    at: datetime

    def __post_init__(self) -> None:
        """Refuse counts that cannot be written. Raises: NotCanonical."""
        check_count(self.looked_at)
        check_count(self.residue)

    def body(self) -> dict[str, JsonValue]:
        """Its place in the body."""
        return {
            "at": rfc3339(self.at),
            "looked_at": self.looked_at,
            "method": self.method,
            "residue": self.residue,
            "scan": self.scan.value,
        }
