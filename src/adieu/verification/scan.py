"""The whole store's texts, searched for strong identifiers: whether one stands in a text, counted by column. Pure.

Found is an e-mail or a telephone number as people and programs write it, with its bounds: `kim@a.example` is not found in
`min.kim@a.example`. What is packed, encrypted or hashed is not opened, and a name is no strong identifier.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

import re2  # type: ignore[import-untyped]

from adieu.datamap.normalise import normal_form
from adieu.ports.stores import Proved

_FEWEST_DIGITS = 7  # of a number without its country code or leading zero: a shorter one stands in any number
_SHORTEST_EMAIL = 5  # characters
_MARKS = "._+-"  # may stand around an address without being a part of it, unless a letter stands beyond them
_AROUND = 64  # characters before and behind an address that are looked at
_BETWEEN = r"[^0-9A-Za-z]{0,3}"  # between two digits of a number
# Country codes (ITU-T E.164) of one and two digits; every other one has three.
_COUNTRY = r"(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])"
# Before the subscriber's digits: a country code with its sign, a leading zero, or neither: then not behind other digits.
_CALLED = (
    rf"(?:(?<![0-9])(?:\+|00)(?:{_COUNTRY}|[2-9][0-9][0-9]){_BETWEEN}(?:\(?0\)?{_BETWEEN})?"
    rf"|(?<![0-9])\(?0\)?{_BETWEEN}"
    rf"|(?<![0-9])(?<![0-9][^0-9A-Za-z])(?:{_COUNTRY}{_BETWEEN})?)"
)
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|.)", re.DOTALL)  # of JSON, in folded text


@dataclass(kw_only=True)
class Scan:
    """One search through the texts of stores: what is looked for, and how often it was found where.

    Raises:
        ValueError: an identifier is of a kind that is not looked for, or too short; says which by its place.
    """

    identifiers: Sequence[Proved]
    records: int = 0  # that were read
    found: dict[tuple[str, str], int] = field(default_factory=dict)  # (dataset, column) -> texts; never a value
    _sought: _Sought = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sought = _sought(self.identifiers)

    def read(self, dataset: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Note in which columns of these records an identifier stands."""
        for row in rows:
            self.records += 1
            if self._sought.may_stand_in("\0".join(row)):  # most records hold none: one look at all their texts
                for column in (name for name, text in zip(columns, row, strict=True) if self._sought.stands_in(text)):
                    self.found[dataset, column] = self.found.get((dataset, column), 0) + 1


def strong_identifier(text: str) -> Proved | None:
    """What a line of text is: an e-mail, a telephone number, or neither."""
    item = Proved(kind="email" if "@" in text else "phone", value=text.strip())
    if item.kind == "phone" and any(character.isalpha() for character in text):
        return None
    with suppress(ValueError):
        _sought([item])
        return item
    return None


@dataclass(frozen=True, kw_only=True)
class _Sought:
    """Identifiers, ready to be looked for: quickly wherever they may stand, then exactly."""

    hints: tuple[str, ...]  # an e-mail in a text holds one of these, folded
    quick: object | None  # a number in a text matches this, as bytes
    emails: tuple[str, ...]  # folded
    numbers: tuple[re.Pattern[str], ...]

    def may_stand_in(self, text: str) -> bool:
        folded = _folded(text)
        if any(hint in folded for hint in self.hints):
            return True
        return self.quick is not None and bool(self.quick.search(folded.encode(errors="replace")))  # type: ignore[attr-defined]

    def stands_in(self, text: str) -> bool:
        return any(
            any(_bounded(spelling, email) for email in self.emails) or any(n.search(spelling) for n in self.numbers)
            for spelling in _plain(_folded(text))
        )


def _sought(identifiers: Sequence[Proved]) -> _Sought:
    emails: list[str] = []
    numbers: list[str] = []
    for place, item in enumerate(identifiers, 1):
        form = normal_form(item.kind, item.value)
        digits = _subscriber(form) if item.kind == "phone" else ""
        if item.kind == "email" and "@" in form and len(form) >= _SHORTEST_EMAIL:
            emails += _addresses(form)
        elif len(digits) >= _FEWEST_DIGITS:
            numbers.append(digits)
        else:
            raise ValueError(f"identifier {place} is neither an e-mail nor a telephone number long enough to be looked for")
    loose = rf"(?:{_BETWEEN}|%20|\\[nrt])"
    return _Sought(
        hints=tuple(sorted({hint for email in emails for hint in _written(email)})),
        quick=re2.compile("|".join(loose.join(digits) for digits in numbers).encode()) if numbers else None,
        emails=tuple(dict.fromkeys(map(_folded, emails))),
        numbers=tuple(re.compile(rf"{_CALLED}{_BETWEEN.join(digits)}(?![0-9])") for digits in numbers),
    )


def _addresses(email: str) -> Iterator[str]:
    """An address, and the same with its domain as DNS knows it."""
    yield email
    local, _, domain = email.rpartition("@")
    with suppress(UnicodeError):
        yield f"{local}@{domain.encode('idna').decode()}"


def _written(email: str) -> Iterator[str]:
    """An address as it may be written: plainly, in JSON, in a URL; folded."""
    for text in (email, json.dumps(email)[1:-1], quote(email), quote(email, safe="@"), email.replace("@", "%40")):
        yield _folded(text)


def _folded(text: str) -> str:
    """A text in one case and one form of each character, full-width digits included."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def _plain(folded: str) -> Iterator[str]:
    """A folded text as it stands, and as it reads without the escapes of a URL or of JSON."""
    yield folded
    if "%" in folded:
        yield _folded(unquote(folded))
    if "\\" in folded:
        yield _folded(_ESCAPED.sub(lambda found: chr(int(found.group(1), 16)) if found.group(1) else " ", folded))


def _bounded(text: str, email: str) -> bool:
    """Whether an address stands in a text and is not a part of a longer one."""
    start = text.find(email)
    while start >= 0:
        end = start + len(email)
        before = text[max(start - _AROUND, 0):start].rstrip(_MARKS)[-1:]
        behind = text[end:end + _AROUND].lstrip(_MARKS)[:1]
        if not before.isalnum() and not behind.isalnum():
            return True
        start = text.find(email, start + 1)
    return False


def _subscriber(form: str) -> str:
    """The digits behind the country code or the leading zero."""
    if not form.startswith("+"):
        return form.removeprefix("0")
    digits = form[1:]
    short = re.match(_COUNTRY, digits)
    return digits[short.end() if short else 3:]
